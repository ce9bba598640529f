package io.smartasync;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.springframework.util.function.ThrowingFunction;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The operations of {@link SmartAsyncOperations} for Reactor; a bean where Reactor is on the class path. Work runs on an
 * executor, or in place if it is {@link Workload#NON_BLOCKING}. What it throws comes through the publisher, as do a
 * {@link java.util.concurrent.TimeoutException} and a {@link org.springframework.core.task.TaskRejectedException}. Thread-safe.
 */
public interface ReactorSmartAsyncOperations extends OperationSettings<ReactorSmartAsyncOperations> {

    /**
     * Runs the work once for each subscription; {@code null} is an empty {@code Mono}. Cancelling the subscription interrupts
     * it.
     */
    <T> Mono<T> mono(Callable<? extends @Nullable T> work);

    /**
     * Runs the work once for each subscription, and emits what it returns one by one. Cancelling the subscription interrupts
     * it.
     */
    <T> Flux<T> flux(Callable<? extends Iterable<T>> work);

    /**
     * Waits for the value. If the wait is interrupted or takes too long, the subscription is cancelled.
     *
     * @return the value, {@code null} for an empty {@code Mono}
     * @throws BlockingCallOnEventLoopException on an event loop, before anything is subscribed to
     * @throws java.util.concurrent.TimeoutException if it takes too long
     * @throws Exception what the {@code Mono} failed with, the same instance
     */
    <T> @Nullable T await(Mono<T> mono) throws Exception;

    /**
     * Waits for all elements. If the wait is interrupted or takes too long, the subscription is cancelled.
     *
     * @throws BlockingCallOnEventLoopException on an event loop, before anything is subscribed to
     * @throws java.util.concurrent.TimeoutException if it takes too long
     * @throws Exception what the {@code Flux} failed with, the same instance
     */
    <T> List<T> await(Flux<T> flux) throws Exception;

    /**
     * Runs the work for each item, at most {@code concurrency} at once, for each subscription. The first failure, or cancelling
     * the subscription, interrupts the rest, and what has not begun never does. A timeout is for all items together.
     *
     * @return the results in the order of the items, without those that are {@code null}
     * @throws IllegalArgumentException if {@code concurrency} is less than 1
     */
    <T, R> Flux<R> fluxAll(Collection<T> items, int concurrency, ThrowingFunction<T, ? extends @Nullable R> work);
}
