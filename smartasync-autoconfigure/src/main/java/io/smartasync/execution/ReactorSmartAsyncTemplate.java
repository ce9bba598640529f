package io.smartasync.execution;

import io.smartasync.ReactorSmartAsyncOperations;
import io.smartasync.plan.Shape;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
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
    private final SingletonSupplier<BoundMethod> fluxAll = runningItems("fluxAll", Mono.class);
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
        FanOut.checkConcurrency(concurrency);
        BoundMethod method = fluxAll.obtain();
        return Flux.defer(() -> {
            Duration limit = method.timeout();
            AtomicBoolean late = new AtomicBoolean();
            Flux<R> results = Flux.fromIterable(items)
                    .flatMapSequential(item -> item(method, () -> work.applyWithException(item), late), concurrency);
            return limit == null
                    ? results
                    : within(limit, late, results, () -> method.tooLateForAll(items.size(), limit));
        });
    }

    @SuppressWarnings("unchecked")
    private <R> Mono<R> item(BoundMethod method, Callable<? extends @Nullable R> work, AtomicBoolean late) {
        return (Mono<R>) ReactorEngine.untimed(engine, method, ONE, work, late);
    }

    private <R> Flux<R> within(
            Duration limit, AtomicBoolean late, Flux<R> results, Supplier<TimeoutException> tooLate) {
        Sinks.Empty<Void> over = Sinks.empty();
        // One deadline for all elements, which ends with the last of them
        Mono<Object> deadline = Mono.create(sink -> {
                    Future<?> running = engine.timeouts()
                            .schedule(
                                    () -> {
                                        late.set(true);
                                        sink.success();
                                    },
                                    limit);
                    if (running != null) {
                        sink.onDispose(() -> running.cancel(false));
                    }
                })
                .takeUntilOther(over.asMono())
                .cache();
        return results.timeout(deadline, result -> deadline, Mono.error(tooLate))
                .doFinally(end -> over.tryEmitEmpty());
    }

    private <I> Object publisher(BoundMethod method, Body<I> body, I invocation) {
        return ReactorEngine.publisher(engine, method, body, invocation);
    }
}
