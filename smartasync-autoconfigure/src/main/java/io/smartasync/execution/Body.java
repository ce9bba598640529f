package io.smartasync.execution;

import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The body of a call, as whatever intercepted the call hands it to the engine: one constant per kind of interception,
 * so that nothing is built for a call.
 *
 * @param <I> what the interception knows of one call
 */
@FunctionalInterface
public interface Body<I> {

    /** Runs the body here and now; once. */
    @Nullable
    Object proceed(I invocation) throws Throwable;

    /** Runs the body on any thread; once, and in place of {@link #proceed}. */
    default @Nullable Object proceedElsewhere(I invocation) throws Throwable {
        return proceed(invocation);
    }

    /** Runs the body on any thread and any number of times, and in place of {@link #proceed}. */
    default @Nullable Object proceedAgain(I invocation) throws Throwable {
        return proceedElsewhere(invocation);
    }

    /** Runs the body of a suspending function of Kotlin like {@link #proceedAgain}; its coroutine goes on in {@code steps}. */
    default @Nullable Object proceedIn(Executor steps, I invocation) throws Throwable {
        throw new UnsupportedOperationException("Only a proxy can suspend");
    }

    /** What the method was called with. */
    default @Nullable Object[] arguments(I invocation) {
        return new Object[0];
    }
}
