package io.smartasync.execution;

import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The body of a call, as whatever intercepted the call hands it to the engine: one constant per kind of interception,
 * so that nothing is built for a call that stays on its thread.
 *
 * @param <I> what the interception knows of one call
 */
public interface Body<I> {

    /** Runs the body here and now. */
    @Nullable
    Object proceed(I invocation) throws Throwable;

    /** Prepares the body, on the caller's thread, to run on any thread and any number of times. */
    Detached detach(I invocation);

    /** A body that may run on any thread and any number of times. */
    @FunctionalInterface
    interface Detached {

        /** Runs the body. */
        @Nullable
        Object proceed() throws Throwable;

        /** Runs the body of a suspending function of Kotlin, whose coroutine goes on in {@code steps}. */
        default @Nullable Object proceed(Executor steps) throws Throwable {
            throw new UnsupportedOperationException("Only a proxy can suspend");
        }
    }
}
