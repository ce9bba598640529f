package io.smartasync.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.groups.Tuple.tuple;

import brave.Tracing;
import brave.handler.MutableSpan;
import brave.propagation.StrictCurrentTraceContext;
import brave.test.TestSpanHandler;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.contextpropagation.ObservationThreadLocalAccessor;
import io.micrometer.tracing.brave.bridge.BraveBaggageManager;
import io.micrometer.tracing.brave.bridge.BraveCurrentTraceContext;
import io.micrometer.tracing.brave.bridge.BraveTracer;
import io.micrometer.tracing.handler.DefaultTracingObservationHandler;
import io.smartasync.CallObserver;
import io.smartasync.Caller;
import io.smartasync.ExecutionPath;
import io.smartasync.Route;
import io.smartasync.SmartAsync;
import io.smartasync.SmartAsyncOperations;
import io.smartasync.Workload;
import io.smartasync.autoconfigure.SmartAsyncObservationAutoConfiguration;
import io.smartasync.support.TestContext;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Publisher;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** With a real tracer: one span for each call, at its place in the trace, whatever thread its body runs on. */
@Timeout(30)
class TracingTest {

    private static final ApplicationContextRunner TRACED = TestContext.with(Traces.class, Bean.class)
            .withConfiguration(AutoConfigurations.of(SmartAsyncObservationAutoConfiguration.class))
            .withBean(ObservationRegistry.class, ObservationRegistry::create)
            .withPropertyValues("smartasync.observations.enabled=true", "smartasync.executors.one.concurrency-limit=1");

    @ParameterizedTest
    @CsvSource({
        "direct, direct",
        "await, await",
        "future, offload",
        "ready, pass-through",
        "mono, offload",
        "flux, offload",
        "readyMono, pass-through"
    })
    void aCallIsASpanBetweenWhatItsCallerDoesAndWhatItsBodyDoes(String method, String path) {
        TRACED.run(context -> {
            Traces traces = context.getBean(Traces.class);

            traces.within("caller", () -> result(context.getBean(Bean.class), method));

            List<MutableSpan> spans = traces.spans();
            assertThat(spans).extracting(MutableSpan::name).containsExactly("inside", "Bean#" + method, "caller");
            MutableSpan inside = spans.get(0);
            MutableSpan call = spans.get(1);
            MutableSpan caller = spans.get(2);
            assertThat(call.parentId()).isEqualTo(caller.id());
            assertThat(inside.parentId()).isEqualTo(call.id());
            assertThat(call.tags())
                    .containsAllEntriesOf(Map.of(
                            "class",
                            "Bean",
                            "method",
                            method,
                            "caller",
                            "platform",
                            "path",
                            path,
                            "outcome",
                            "SUCCESS",
                            "exception",
                            "none"))
                    .containsKey("executor");
            boolean left = path.equals("offload") || path.equals("await");
            assertThat(call.containsAnnotation("body starts")).isEqualTo(left);
        });
    }

    /** As management.observations.enable.smartasync=false has it. */
    @ParameterizedTest
    @ValueSource(strings = {"direct", "await", "future", "ready", "mono", "flux", "readyMono"})
    void aCallThatTheRegistryLeavesOutDoesNotPartItsBodyFromItsCaller(String method) {
        TRACED.run(context -> {
            Traces traces = context.getBean(Traces.class);
            traces.registry()
                    .observationConfig()
                    .observationPredicate((name, observed) -> !name.equals("smartasync.call"));

            traces.within("caller", () -> result(context.getBean(Bean.class), method));

            assertThat(traces.spans()).extracting(MutableSpan::name).containsExactly("inside", "caller");
            assertThat(traces.spans().get(0).parentId())
                    .isEqualTo(traces.spans().get(1).id());
            Route route = new Route("Bean", method, Caller.PLATFORM, ExecutionPath.OFFLOAD, "io");
            assertThat(context.getBean(CallObserver.class).start(route, null))
                    .as("else contexts would hold what belongs nowhere")
                    .isNull();
        });
    }

    @Test
    void theSubscribersContextSaysWhereAPublisherBelongs() {
        TRACED.run(context -> {
            Traces traces = context.getBean(Traces.class);
            Observation outer = Observation.start("caller", traces.registry());
            Mono<String> mono = context.getBean(Bean.class).mono();

            mono.subscribeOn(Schedulers.parallel())
                    .contextWrite(held -> held.put(ObservationThreadLocalAccessor.KEY, outer))
                    .block();
            outer.stop();

            assertThat(traces.spans()).extracting(MutableSpan::name).containsExactly("inside", "Bean#mono", "caller");
            assertThat(traces.spans().get(1).parentId())
                    .isEqualTo(traces.spans().get(2).id());
        });
    }

    @Test
    void whatFollowsAPublisherIsNoPartOfItsCall() {
        TRACED.run(context -> {
            Traces traces = context.getBean(Traces.class);
            Bean bean = context.getBean(Bean.class);

            bean.mono().flatMap(value -> bean.mono()).block(Duration.ofSeconds(10));

            assertThat(traces.spans())
                    .filteredOn(span -> "Bean#mono".equals(span.name()))
                    .hasSize(2)
                    .allSatisfy(span -> assertThat(span.parentId()).isNull());
        });
    }

    @Test
    void aFailedCallIsAFailedSpanAndARefusedOneToo() {
        TRACED.run(context -> {
            Traces traces = context.getBean(Traces.class);
            Bean bean = context.getBean(Bean.class);

            assertThat(catchThrowable(bean::failing)).isInstanceOf(IllegalStateException.class);
            assertThat(CompletableFuture.supplyAsync(() -> catchThrowable(bean::direct), task -> Schedulers.parallel()
                            .schedule(task)))
                    .succeedsWithin(10, TimeUnit.SECONDS);

            assertThat(traces.spans())
                    .extracting(MutableSpan::name, span -> span.tag("outcome"), span -> span.tag("exception"))
                    .containsExactly(
                            tuple("Bean#failing", "ERROR", "IllegalStateException"),
                            tuple("Bean#direct", "REJECTED", "BlockingCallOnEventLoopException"));
            assertThat(traces.spans().get(0).error()).hasMessage("planned");
        });
    }

    @Test
    void nothingStaysOnTheThreadsOfAnExecutor() {
        String[] oneThread = {"smartasync.executors.io.threads=platform", "smartasync.executors.io.concurrency-limit=1"
        };
        TRACED.withPropertyValues(oneThread).run(context -> {
            Traces traces = context.getBean(Traces.class);
            Bean bean = context.getBean(Bean.class);

            traces.within("caller", () -> bean.future().join());
            bean.future().join();

            List<MutableSpan> calls = traces.spans().stream()
                    .filter(span -> span.name().equals("Bean#future"))
                    .toList();
            assertThat(calls).hasSize(2);
            assertThat(calls.get(1).parentId()).isNull();
            assertThat(calls.get(1).traceId()).isNotEqualTo(calls.get(0).traceId());
        });
    }

    @Test
    void eachItemOfAFanOutIsASpan() {
        TRACED.run(context -> {
            Traces traces = context.getBean(Traces.class);
            SmartAsyncOperations operations = context.getBean(SmartAsyncOperations.class);

            traces.within("caller", () -> operations.callAll(List.of(1, 2, 3), 2, Function.<Integer>identity()::apply));

            String caller = traces.spans().get(3).id();
            assertThat(traces.spans().subList(0, 3)).allSatisfy(span -> {
                assertThat(span.name()).isEqualTo("SmartAsyncOperations#callAll");
                assertThat(span.parentId()).isEqualTo(caller);
            });
        });
    }

    @Test
    void nobodyFollowsCallsUnlessAsked() {
        TRACED.withPropertyValues("smartasync.observations.enabled=false").run(context -> {
            assertThat(context).doesNotHaveBean(CallObserver.class);
            context.getBean(Bean.class).direct();
            assertThat(context.getBean(Traces.class).spans())
                    .extracting(MutableSpan::name)
                    .containsExactly("inside");
        });
    }

    @Test
    void anObserverOfTheApplicationTakesThePlaceOfOurs() {
        CallObserver own = new CallObservations(ObservationRegistry.create());
        TRACED.withBean("own", CallObserver.class, () -> own).run(context -> {
            assertThat(context).getBean(CallObserver.class).isSameAs(own);
            context.getBean(Bean.class).direct();
        });
    }

    @Test
    void whatCantBeObservedIsRefusedAtStartup() {
        TestContext.with()
                .withConfiguration(AutoConfigurations.of(SmartAsyncObservationAutoConfiguration.class))
                .withPropertyValues("smartasync.observations.enabled=true")
                .run(context ->
                        assertThat(context).getFailure().rootCause().hasMessageContaining("ObservationRegistry"));
    }

    private static Object result(Bean bean, String method) throws Exception {
        Object given = Bean.class.getMethod(method).invoke(bean);
        return given instanceof CompletableFuture<?> future
                ? future.get(10, TimeUnit.SECONDS)
                : given instanceof Publisher<?> publisher ? Flux.from(publisher).blockLast() : given;
    }

    /** Brave, as Micrometer Tracing bridges it, without sending spans anywhere. */
    static class Traces implements AutoCloseable {
        private final TestSpanHandler finished = new TestSpanHandler();
        private final Tracing tracing = Tracing.newBuilder()
                .currentTraceContext(StrictCurrentTraceContext.create())
                .addSpanHandler(finished)
                .build();
        private final ObservationRegistry registry;

        Traces(ObservationRegistry registry) {
            this.registry = registry;
            registry.observationConfig()
                    .observationHandler(new DefaultTracingObservationHandler(new BraveTracer(
                            tracing.tracer(),
                            new BraveCurrentTraceContext(tracing.currentTraceContext()),
                            new BraveBaggageManager())));
        }

        ObservationRegistry registry() {
            return registry;
        }

        void within(String name, Callable<?> work) throws Exception {
            Observation.createNotStarted(name, registry).observeChecked(work::call);
        }

        /** In the order of their ends. */
        List<MutableSpan> spans() {
            return finished.spans();
        }

        @Override
        public void close() {
            tracing.close();
        }
    }

    static class Bean {
        private final Traces traces;

        Bean(Traces traces) {
            this.traces = traces;
        }

        private <T> T inside(T result) {
            Observation.createNotStarted("inside", traces.registry()).observe(() -> {});
            return result;
        }

        @SmartAsync
        public String direct() {
            return inside("");
        }

        @SmartAsync(executor = "one")
        public String await() {
            return inside("");
        }

        @SmartAsync
        public CompletableFuture<String> future() {
            return CompletableFuture.completedFuture(inside(""));
        }

        @SmartAsync(workload = Workload.NON_BLOCKING)
        public CompletableFuture<String> ready() {
            return CompletableFuture.completedFuture(inside(""));
        }

        @SmartAsync(workload = Workload.IO)
        public Mono<String> mono() {
            return Mono.fromCallable(() -> inside(""));
        }

        @SmartAsync(workload = Workload.IO)
        public Flux<String> flux() {
            return Mono.fromCallable(() -> inside("")).flux();
        }

        @SmartAsync
        public Mono<String> readyMono() {
            return Mono.fromCallable(() -> inside(""));
        }

        @SmartAsync
        public void failing() {
            throw new IllegalStateException("planned");
        }
    }
}
