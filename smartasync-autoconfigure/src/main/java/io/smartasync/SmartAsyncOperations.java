package io.smartasync;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.springframework.util.function.ThrowingFunction;

/**
 * Runs a piece of code the way {@link SmartAsync} runs a method: by who calls and what is asked for, with the same
 * context, limits, timeouts and meters. Inject it, and keep what the settings
 * return in a field. Thread-safe.
 */
public interface SmartAsyncOperations extends OperationSettings<SmartAsyncOperations> {

    /**
     * Runs the work and returns its value, as a method would that returns a plain value: in place, unless an executor or
     * timeout was set.
     *
     * @throws BlockingCallOnEventLoopException on an event loop
     * @throws Exception what the work throws, the same instance
     */
    <T extends @Nullable Object> T call(Callable<T> work) throws Exception;

    /** Runs the work on an executor. Cancelling the future interrupts it. */
    <T extends @Nullable Object> CompletableFuture<T> future(Callable<T> work);

    /**
     * Waits for what others have begun. If the wait is interrupted or takes too long, a future is cancelled.
     *
     * @throws BlockingCallOnEventLoopException on an event loop
     * @throws Exception what the stage failed with, the same instance
     */
    <T extends @Nullable Object> T await(CompletionStage<T> stage) throws Exception;

    /**
     * Runs the work for each item, at most {@code concurrency} at once, on an executor, and waits for all. The first failure
     * interrupts the rest, and what has not begun never does.
     *
     * @return the results in the order of the items
     * @throws BlockingCallOnEventLoopException on an event loop
     * @throws Exception the first that the work threw, the same instance
     */
    <T, R extends @Nullable Object> List<R> callAll(Collection<T> items, int concurrency, ThrowingFunction<T, R> work)
            throws Exception;

    /**
     * Runs the work for each item, at most {@code concurrency} at once, on an executor. The first failure, or cancelling the
     * future, interrupts the rest, and what has not begun never does.
     *
     * @return a future of the results in the order of the items
     */
    <T, R extends @Nullable Object> CompletableFuture<List<R>> futureAll(
            Collection<T> items, int concurrency, ThrowingFunction<T, R> work);
}
