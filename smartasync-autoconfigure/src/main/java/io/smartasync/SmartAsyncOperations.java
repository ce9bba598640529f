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
 * context, limits, timeouts and meters. Inject it, and keep what the settings return in a field. Thread-safe.
 */
public interface SmartAsyncOperations extends OperationSettings<SmartAsyncOperations> {

    /**
     * Runs the work and returns its value, as a method would that returns a plain value: in place, unless an executor or
     * timeout was set, or the work is {@link Workload#CPU} and the caller a virtual thread.
     *
     * @throws BlockingCallOnEventLoopException on an event loop, unless the work is {@link Workload#NON_BLOCKING} or
     *     {@code smartasync.event-loop.on-blocking-call} allows it
     * @throws java.util.concurrent.TimeoutException if it takes too long
     * @throws org.springframework.core.task.TaskRejectedException if the executor is full or shut down
     * @throws Exception what the work throws, the same instance
     */
    <T extends @Nullable Object> T call(Callable<T> work) throws Exception;

    /**
     * Runs the work on an executor, or in place if it is {@link Workload#NON_BLOCKING}. Cancelling the future interrupts it.
     *
     * @return fails with what the work throws, with a {@link java.util.concurrent.TimeoutException}, or with a
     *     {@link org.springframework.core.task.TaskRejectedException}
     */
    <T extends @Nullable Object> CompletableFuture<T> future(Callable<T> work);

    /**
     * Waits for what others have begun. If the wait is interrupted or takes too long, a future is cancelled.
     *
     * @throws BlockingCallOnEventLoopException on an event loop
     * @throws java.util.concurrent.TimeoutException if it takes too long
     * @throws Exception what the stage failed with, the same instance
     */
    <T extends @Nullable Object> T await(CompletionStage<T> stage) throws Exception;

    /**
     * Runs the work for each item, at most {@code concurrency} at once, on an executor, and waits for all. The first failure
     * interrupts the rest, and what has not begun never does. {@link Workload#NON_BLOCKING} work runs in place, one by one, on
     * an event loop too.
     *
     * @return the results in the order of the items
     * @throws IllegalArgumentException if {@code concurrency} is less than 1
     * @throws BlockingCallOnEventLoopException on an event loop, unless the work is {@link Workload#NON_BLOCKING}
     * @throws java.util.concurrent.TimeoutException if all together take too long
     * @throws Exception the first that the work threw, the same instance
     */
    <T, R extends @Nullable Object> List<R> callAll(Collection<T> items, int concurrency, ThrowingFunction<T, R> work)
            throws Exception;

    /**
     * Runs the work for each item, at most {@code concurrency} at once, on an executor. The first failure, or cancelling the
     * future, interrupts the rest, and what has not begun never does. {@link Workload#NON_BLOCKING} work runs in
     * place, one by one, before this returns.
     *
     * @return a future of the results in the order of the items
     * @throws IllegalArgumentException if {@code concurrency} is less than 1
     */
    <T, R extends @Nullable Object> CompletableFuture<List<R>> futureAll(
            Collection<T> items, int concurrency, ThrowingFunction<T, R> work);
}
