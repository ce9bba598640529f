package io.smartasync;

import org.jspecify.annotations.Nullable;

/**
 * Told of every call. Declare a bean of this type; all such beans are told, in their order.
 *
 * <p>Called on the thread where the event happened, an event loop included: must be fast, thread-safe, and must not
 * block. Whatever a listener throws is logged and never reaches the call.
 */
public interface SmartAsyncListener {

    /**
     * The body of a call that was handed to an executor starts to run.
     *
     * @param route the way that the call took
     * @param waitNanos the time between submission and start, in nanoseconds
     */
    default void onStart(Route route, long waitNanos) {}

    /**
     * A body that does not block, called in place for a caller who gets a future or publisher, has returned; the call goes on.
     *
     * @param route the way that the call took
     * @param nanos how long the body held the caller's thread, in nanoseconds
     */
    default void onReturn(Route route, long nanos) {}

    /**
     * A call ended. Told exactly once for each call (each subscription, for a publisher), before its result can be
     * seen.
     *
     * @param route the way that the call took
     * @param outcome how it ended
     * @param error what it ended with, {@code null} for {@link Outcome#SUCCESS} and where the caller cancelled or gave up
     *     waiting
     * @param nanos the time from the call (the subscription) to the end, in nanoseconds
     */
    default void onEnd(Route route, Outcome outcome, @Nullable Throwable error, long nanos) {}

    /**
     * A future or publisher of a method in debug mode became garbage without anybody asking for its result. Told some time
     * later, on the thread of another call.
     *
     * @param className the simple name of the bean's own class
     * @param methodName the name of the method
     * @param error what the call ended with, {@code null} if it succeeded or nobody subscribed
     */
    default void onForgotten(String className, String methodName, @Nullable Throwable error) {}
}
