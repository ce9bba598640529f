package io.smartasync.execution;

import io.smartasync.ReactorSmartAsyncOperations;
import io.smartasync.plan.Shape;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.springframework.util.function.SingletonSupplier;
import org.springframework.util.function.ThrowingFunction;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** Hands pieces of code to the engine, for Reactor. Loaded only where Reactor is. */
public final class ReactorSmartAsyncTemplate extends OperationsTemplate<ReactorSmartAsyncOperations>
        implements ReactorSmartAsyncOperations {

    private static final Body<Callable<?>> ONE = work -> Mono.justOrEmpty(work.call());
    private static final Body<Callable<? extends Iterable<?>>> MANY = work -> Flux.fromIterable(work.call());
    private static final Body<Mono<?>> RESULT = ReactorEngine::toFuture;

    private final SingletonSupplier<BoundMethod> mono = running("mono");
    private final SingletonSupplier<BoundMethod> flux = running("flux");
    private final SingletonSupplier<BoundMethod> await = awaiting("await", Shape.PUBLISHER);

    /** Makes operations without settings. */
    public ReactorSmartAsyncTemplate(SmartAsyncEngine engine, MethodRegistry methods) {
        super(engine, methods);
    }

    private ReactorSmartAsyncTemplate(OperationsTemplate<ReactorSmartAsyncOperations> origin, Settings settings) {
        super(origin, settings);
    }

    @Override
    ReactorSmartAsyncOperations with(Settings settings) {
        return new ReactorSmartAsyncTemplate(this, settings);
    }

    @Override
    @SuppressWarnings("unchecked")
    public <T> Mono<T> mono(Callable<? extends @Nullable T> work) {
        return (Mono<T>) publisher(mono.obtain(), ONE, work);
    }

    @Override
    @SuppressWarnings("unchecked")
    public <T> Flux<T> flux(Callable<? extends Iterable<T>> work) {
        return (Flux<T>) publisher(flux.obtain(), MANY, work);
    }

    @Override
    public <T> @Nullable T await(Mono<T> mono) throws Exception {
        return invoke(await.obtain(), RESULT, mono);
    }

    @Override
    public <T> List<T> await(Flux<T> flux) throws Exception {
        return Objects.requireNonNull(await(flux.collectList()));
    }

    @Override
    public <T, R> Flux<R> fluxAll(
            Collection<T> items, int concurrency, ThrowingFunction<T, ? extends @Nullable R> work) {
        Duration limit = timeout();
        // Not the default timeout: what was set is for all, who are told before any of them would be
        ReactorSmartAsyncOperations each = limit == null ? this : timeout(limit.plusDays(1));
        Flux<R> results = Flux.fromIterable(items)
                .flatMapSequential(item -> each.<R>mono(() -> work.applyWithException(item)), concurrency);
        return limit == null
                ? results
                : Flux.defer(() -> {
                    Sinks.Empty<Void> over = Sinks.empty();
                    // One for the first element and all that follow, and not longer than these
                    Mono<Long> deadline =
                            Mono.delay(limit).takeUntilOther(over.asMono()).cache();
                    return results.timeout(deadline, result -> deadline, Mono.error(() -> tooLate(items.size(), limit)))
                            .doFinally(end -> over.tryEmitEmpty());
                });
    }

    private TimeoutException tooLate(int items, Duration limit) {
        return new TimeoutException(mono.obtain().plan().name() + " did not complete for all of " + items
                + " items within " + limit.toMillis() + " ms");
    }

    private <I> Object publisher(BoundMethod method, Body<I> body, I invocation) {
        return ReactorEngine.publisher(engine, method, body, invocation);
    }
}
