package io.smartasync.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.smartasync.BlockingCallOnEventLoopException;
import io.smartasync.SmartAsyncBridge;
import io.smartasync.SmartAsyncTimeoutException;
import io.smartasync.execution.SmartAsyncTaskExecutor;
import io.smartasync.support.Await;
import io.smartasync.support.CallerThread;
import io.smartasync.support.Calls;
import io.smartasync.support.TestContext;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Every kind of signature over every kind of target, from every kind of thread. */
@Timeout(30)
class BridgeMatrixTest {

    private static final IOException FAILURE = new IOException("the disk");

    /** What a call shall do. */
    enum Case {
        VALUE,
        EMPTY,
        ERROR,
        FOREVER
    }

    /** The bodies of all targets. */
    static class Work {

        final AtomicInteger begun = new AtomicInteger();
        final CountDownLatch started = new CountDownLatch(1);
        final CountDownLatch stopped = new CountDownLatch(1);

        @Nullable
        String now(Case wanted) throws IOException {
            begun.incrementAndGet();
            started.countDown();
            return switch (wanted) {
                case VALUE -> "value";
                case EMPTY -> null;
                case ERROR -> throw FAILURE;
                case FOREVER -> {
                    try {
                        new CountDownLatch(1).await();
                        throw new AssertionError();
                    } catch (InterruptedException ex) {
                        stopped.countDown();
                        yield "interrupted";
                    }
                }
            };
        }

        CompletableFuture<String> later(Case wanted) {
            begun.incrementAndGet();
            started.countDown();
            CompletableFuture<String> future = new CompletableFuture<>();
            future.whenComplete((value, error) -> {
                if (future.isCancelled()) {
                    stopped.countDown();
                }
            });
            switch (wanted) {
                case VALUE -> future.completeAsync(() -> "value");
                case EMPTY -> future.completeAsync(() -> null);
                case ERROR -> CompletableFuture.runAsync(() -> future.completeExceptionally(FAILURE));
                case FOREVER -> {}
            }
            return future;
        }

        Flux<String> published(Case wanted) {
            Flux<String> flux =
                    switch (wanted) {
                        case VALUE -> Flux.just("value");
                        case EMPTY -> Flux.empty();
                        case ERROR -> Flux.error(FAILURE);
                        case FOREVER -> Flux.never();
                    };
            return flux.doOnSubscribe(subscription -> {
                        begun.incrementAndGet();
                        started.countDown();
                    })
                    .doOnCancel(stopped::countDown);
        }
    }

    interface ValueTarget {
        String get(Work work, Case wanted) throws IOException;
    }

    interface FutureTarget {
        CompletableFuture<String> get(Work work, Case wanted);
    }

    interface MonoTarget {
        Mono<String> get(Work work, Case wanted);
    }

    interface FluxTarget {
        Flux<String> get(Work work, Case wanted);
    }

    interface AsValue {
        String get(Work work, Case wanted) throws IOException;
    }

    interface AsFuture {
        CompletableFuture<String> get(Work work, Case wanted);
    }

    interface AsMono {
        Mono<String> get(Work work, Case wanted);
    }

    interface AsFlux {
        Flux<String> get(Work work, Case wanted);
    }

    @SmartAsyncBridge(ValueTarget.class)
    interface ValueAsValue extends AsValue {}

    @SmartAsyncBridge(ValueTarget.class)
    interface ValueAsFuture extends AsFuture {}

    @SmartAsyncBridge(ValueTarget.class)
    interface ValueAsMono extends AsMono {}

    @SmartAsyncBridge(ValueTarget.class)
    interface ValueAsFlux extends AsFlux {}

    @SmartAsyncBridge(FutureTarget.class)
    interface FutureAsValue extends AsValue {}

    @SmartAsyncBridge(FutureTarget.class)
    interface FutureAsFuture extends AsFuture {}

    @SmartAsyncBridge(FutureTarget.class)
    interface FutureAsMono extends AsMono {}

    @SmartAsyncBridge(FutureTarget.class)
    interface FutureAsFlux extends AsFlux {}

    @SmartAsyncBridge(MonoTarget.class)
    interface MonoAsValue extends AsValue {}

    @SmartAsyncBridge(MonoTarget.class)
    interface MonoAsFuture extends AsFuture {}

    @SmartAsyncBridge(MonoTarget.class)
    interface MonoAsMono extends AsMono {}

    @SmartAsyncBridge(MonoTarget.class)
    interface MonoAsFlux extends AsFlux {}

    @SmartAsyncBridge(FluxTarget.class)
    interface FluxAsValue extends AsValue {}

    @SmartAsyncBridge(FluxTarget.class)
    interface FluxAsFuture extends AsFuture {}

    @SmartAsyncBridge(FluxTarget.class)
    interface FluxAsMono extends AsMono {}

    @SmartAsyncBridge(FluxTarget.class)
    interface FluxAsFlux extends AsFlux {}

    enum Pair {
        VALUE_AS_VALUE(ValueAsValue.class, "direct", "none"),
        VALUE_AS_FUTURE(ValueAsFuture.class, "offload", "io"),
        VALUE_AS_MONO(ValueAsMono.class, "offload", "io"),
        VALUE_AS_FLUX(ValueAsFlux.class, "offload", "io"),
        FUTURE_AS_VALUE(FutureAsValue.class, "await", "none"),
        FUTURE_AS_FUTURE(FutureAsFuture.class, "offload", "io"),
        FUTURE_AS_MONO(FutureAsMono.class, "offload", "io"),
        FUTURE_AS_FLUX(FutureAsFlux.class, "offload", "io"),
        MONO_AS_VALUE(MonoAsValue.class, "await", "none"),
        MONO_AS_FUTURE(MonoAsFuture.class, "pass-through", "none"),
        MONO_AS_MONO(MonoAsMono.class, "pass-through", "none"),
        MONO_AS_FLUX(MonoAsFlux.class, "pass-through", "none"),
        FLUX_AS_VALUE(FluxAsValue.class, "await", "none"),
        FLUX_AS_FUTURE(FluxAsFuture.class, "pass-through", "none"),
        FLUX_AS_MONO(FluxAsMono.class, "pass-through", "none"),
        FLUX_AS_FLUX(FluxAsFlux.class, "pass-through", "none");

        private final Class<?> bridge;
        private final String path;
        private final String executor;

        Pair(Class<?> bridge, String path, String executor) {
            this.bridge = bridge;
            this.path = path;
            this.executor = executor;
        }

        boolean isPlainValue() {
            return AsValue.class.isAssignableFrom(bridge);
        }

        /** What a caller gets, as the thing that it is. */
        Object call(Object bean, Work work, Case wanted) throws IOException {
            if (bean instanceof AsValue value) {
                return List.of(String.valueOf(value.get(work, wanted)));
            } else if (bean instanceof AsFuture future) {
                return future.get(work, wanted);
            } else if (bean instanceof AsMono mono) {
                return mono.get(work, wanted);
            }
            return ((AsFlux) bean).get(work, wanted);
        }
    }

    static Stream<Arguments> cells() {
        return Arrays.stream(Pair.values()).flatMap(pair -> Stream.of(
                        CallerThread.PLAIN_THREAD, CallerThread.VIRTUAL_THREAD, CallerThread.REACTOR_LOOP)
                .map(thread -> Arguments.of(pair, thread)));
    }

    @ParameterizedTest
    @MethodSource("cells")
    void valueEmptyAndErrorArriveAndEachCallIsCountedOnce(Pair pair, CallerThread thread) {
        assumeTrue(thread.isAvailable(), "SKIPPED LOUDLY: this Java has no virtual threads");
        application().run(context -> {
            Object bean = context.getBean(pair.bridge);
            Calls calls = TestContext.calls(context);
            Work work = new Work();
            if (pair.isPlainValue() && thread == CallerThread.REACTOR_LOOP) {
                assertThat(result(thread, pair, bean, work, Case.VALUE))
                        .isInstanceOf(BlockingCallOnEventLoopException.class)
                        .asInstanceOf(InstanceOfAssertFactories.THROWABLE)
                        .hasMessageContaining(
                                pair == Pair.VALUE_AS_VALUE
                                        ? "Return a CompletableFuture"
                                        : "Take its future or publisher instead");
                assertThat(work.begun).hasValue(0);
                assertThat(calls.by("path")).isEqualTo(Map.of("reject", 1L));
                return;
            }
            assertThat(result(thread, pair, bean, work, Case.VALUE)).isEqualTo("value");
            assertThat(result(thread, pair, bean, work, Case.EMPTY)).isEqualTo("null");
            assertThat(result(thread, pair, bean, work, Case.ERROR)).isSameAs(FAILURE);
            assertThat(work.begun).hasValue(3);
            assertThat(calls.by("outcome")).isEqualTo(Map.of("SUCCESS", 2L, "ERROR", 1L));
            assertThat(calls.by("path")).isEqualTo(Map.of(pair.path, 3L));
            assertThat(calls.by("executor")).isEqualTo(Map.of(pair.executor, 3L));
            assertThat(calls.by("caller")).isEqualTo(Map.of(thread.caller().tag(), 3L));
            assertThat(calls.by("class"))
                    .containsOnlyKeys(pair.name().split("_")[0].charAt(0)
                            + pair.name().split("_")[0].substring(1).toLowerCase() + "Bean");
        });
    }

    /** Waits for what the caller got on another thread, as all but plain values allow. */
    private static Object result(CallerThread thread, Pair pair, Object bean, Work work, Case wanted) throws Exception {
        try {
            Object given = thread.run(null, () -> start(pair.call(bean, work, wanted)));
            Object value = given instanceof CompletableFuture<?> future ? future.get(10, TimeUnit.SECONDS) : given;
            List<?> values = value instanceof List<?> list ? list : Arrays.asList(value);
            return values.isEmpty() ? "null" : String.valueOf(values.get(0));
        } catch (ExecutionException ex) {
            return ex.getCause();
        }
    }

    /** Subscribes on the caller's thread, as a caller would. */
    private static Object start(Object given) {
        if (given instanceof Mono<?> mono) {
            return mono.toFuture();
        }
        return given instanceof Flux<?> flux ? flux.collectList().toFuture() : given;
    }

    static Stream<Pair> stoppable() {
        return Arrays.stream(Pair.values()).filter(pair -> !pair.isPlainValue());
    }

    @ParameterizedTest
    @MethodSource("stoppable")
    void cancellingStopsTheWork(Pair pair) {
        application().run(context -> {
            Calls calls = TestContext.calls(context);
            Work work = new Work();
            Object given = pair.call(context.getBean(pair.bridge), work, Case.FOREVER);
            if (given instanceof CompletableFuture<?> future) {
                work.started.await();
                future.cancel(true);
            } else {
                Disposable subscription =
                        Flux.from((org.reactivestreams.Publisher<?>) given).subscribe();
                work.started.await();
                subscription.dispose();
            }
            assertThat(work.stopped.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(calls.by("outcome")).isEqualTo(Map.of("CANCELLED", 1L));
        });
    }

    @ParameterizedTest
    @MethodSource("timeouts")
    void theDefaultTimeoutLimitsWhatIsWaitedForAndStopsTheWork(Pair pair) {
        application().withPropertyValues("smartasync.default-timeout=50ms").run(context -> {
            Calls calls = TestContext.calls(context);
            Work work;
            long rounds = 0;
            do { // the timeout may come before the body
                work = new Work();
                Object bridge = context.getBean(pair.bridge);
                assertThat(result(CallerThread.PLAIN_THREAD, pair, bridge, work, Case.FOREVER))
                        .isInstanceOf(pair.isPlainValue() ? SmartAsyncTimeoutException.class : TimeoutException.class);
                Await.idle(context.getBean("smartasync-io", SmartAsyncTaskExecutor.class));
                rounds++;
            } while (work.begun.get() == 0);
            assertThat(work.stopped.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(calls.by("outcome")).isEqualTo(Map.of("TIMEOUT", rounds));
        });
    }

    static Stream<Pair> timeouts() {
        return Arrays.stream(Pair.values()).filter(pair -> pair != Pair.VALUE_AS_VALUE);
    }

    private static ApplicationContextRunner application() {
        return TestContext.with(ValueBean.class, FutureBean.class, MonoBean.class, FluxBean.class)
                .withUserConfiguration(Bridged.class);
    }

    @Configuration(proxyBeanMethods = false)
    @ImportSmartAsyncBridges({
        ValueAsValue.class,
        ValueAsFuture.class,
        ValueAsMono.class,
        ValueAsFlux.class,
        FutureAsValue.class,
        FutureAsFuture.class,
        FutureAsMono.class,
        FutureAsFlux.class,
        MonoAsValue.class,
        MonoAsFuture.class,
        MonoAsMono.class,
        MonoAsFlux.class,
        FluxAsValue.class,
        FluxAsFuture.class,
        FluxAsMono.class,
        FluxAsFlux.class
    })
    static class Bridged {}

    static class ValueBean implements ValueTarget {
        @Override
        public String get(Work work, Case wanted) throws IOException {
            return work.now(wanted);
        }
    }

    static class FutureBean implements FutureTarget {
        @Override
        public CompletableFuture<String> get(Work work, Case wanted) {
            return work.later(wanted);
        }
    }

    static class MonoBean implements MonoTarget {
        @Override
        public Mono<String> get(Work work, Case wanted) {
            return work.published(wanted).next();
        }
    }

    static class FluxBean implements FluxTarget {
        @Override
        public Flux<String> get(Work work, Case wanted) {
            return work.published(wanted);
        }
    }
}
