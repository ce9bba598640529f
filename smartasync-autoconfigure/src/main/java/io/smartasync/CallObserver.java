package io.smartasync;

import org.jspecify.annotations.Nullable;

/**
 * Follows each call from thread to thread, as a trace does. Declare one bean of this type; with
 * {@code smartasync.observations.enabled=true} SmartAsync declares one that makes each call a Micrometer observation. To
 * count calls, a {@link SmartAsyncListener} is enough and costs less.
 *
 * <p>Called on the thread where the event happened, an event loop included: must be fast, thread-safe, and must not
 * block. Whatever it throws is logged and never reaches the call; what {@link #start} throws leaves the call unfollowed.
 */
public interface CallObserver {

    /** The key under which contexts, such as Reactor's, hold {@link ObservedCall#contextValue() what is current}. */
    Object contextKey();

    /**
     * A call begins, on the thread of its caller; for a publisher, at the subscription.
     *
     * @param route the way that the call takes
     * @param outer what the subscriber's context holds under {@link #contextKey()}, {@code null} if it holds nothing or there
     *     is no subscriber: then the current thread knows
     * @return what is told of the call, {@code null} if it is not followed
     */
    @Nullable
    ObservedCall start(Route route, @Nullable Object outer);

    /** One call. */
    interface ObservedCall {

        /** What contexts hold so that whatever starts there is known as part of this call. */
        Object contextValue();

        /** Makes whatever starts on the current thread part of this call, until the scope is closed there. */
        Scope openScope();

        /** The body was handed to an executor and starts to run, on the current thread. */
        void onStart();

        /**
         * The call ended. Told once, before its result can be seen.
         *
         * @param outcome how it ended
         * @param error what it ended with, {@code null} for {@link Outcome#SUCCESS} and where the caller cancelled or gave
         *     up waiting
         */
        void onEnd(Outcome outcome, @Nullable Throwable error);
    }

    /** Where whatever starts is part of a call. */
    @FunctionalInterface
    interface Scope extends AutoCloseable {

        /** Must be closed on the thread that opened it. */
        @Override
        void close();
    }
}
