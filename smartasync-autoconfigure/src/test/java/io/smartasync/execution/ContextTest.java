package io.smartasync.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.context.ContextRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.contextpropagation.ObservationThreadLocalAccessor;
import io.smartasync.SmartAsync;
import io.smartasync.SmartAsyncOperations;
import io.smartasync.Workload;
import io.smartasync.support.Calls;
import io.smartasync.support.TestContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TimeZone;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.MDC;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.i18n.LocaleContext;
import org.springframework.context.i18n.LocaleContextHolder;
import org.springframework.context.i18n.TimeZoneAwareLocaleContext;
import org.springframework.core.task.support.ContextPropagatingTaskDecorator;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;
import org.springframework.util.Assert;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.util.context.Context;

/** What of the caller goes along to a body on another thread, and what stays there: nothing. */
@Timeout(30)
class ContextTest {

    private static final ThreadLocal<@Nullable String> TENANT = new ThreadLocal<>();

    @BeforeEach
    void makeContext() {
        ContextRegistry.getInstance().registerThreadLocalAccessor("tenant", TENANT);
        MDC.put("request", "42");
        TENANT.set("acme");
        LocaleContextHolder.setLocale(Locale.ITALY);
        RequestContextHolder.setRequestAttributes(new ServletRequestAttributes(new MockHttpServletRequest()));
    }

    @AfterEach
    void forgetTenant() {
        clearContext();
        ContextRegistry.getInstance().removeThreadLocalAccessor("tenant");
    }

    private static void clearContext() {
        MDC.clear();
        TENANT.remove();
        LocaleContextHolder.resetLocaleContext();
        RequestContextHolder.resetRequestAttributes();
    }

    private record Seen(@Nullable String mdc, @Nullable String tenant, Locale locale, boolean request) {

        static Seen here() {
            return new Seen(
                    MDC.get("request"),
                    TENANT.get(),
                    LocaleContextHolder.getLocale(),
                    RequestContextHolder.getRequestAttributes() != null);
        }
    }

    @Test
    void theContextGoesAlongOnEveryPathAndTheRequestOnlyWhereTheCallerWaits() {
        application().run(context -> {
            Bean bean = context.getBean(Bean.class);
            assertThat(bean.awaited()).isEqualTo(new Seen("42", "acme", Locale.ITALY, true));
            assertThat(get(bean.offloaded())).isEqualTo(new Seen("42", "acme", Locale.ITALY, false));
            assertThat(get(bean.mono().toFuture())).isEqualTo(new Seen("42", "acme", Locale.ITALY, false));
        });
    }

    /** Spring MVC's asks the request each time, which may be over, or serve another client, when the body asks. */
    @Test
    void theLocaleIsThatOfTheMomentOfTheCall() {
        application().withBean("caller", Executor.class, () -> Runnable::run).run(context -> {
            SmartAsyncOperations onCaller =
                    context.getBean(SmartAsyncOperations.class).executor("caller");
            Bean bean = context.getBean(Bean.class);
            AtomicReference<@Nullable Locale> locale = new AtomicReference<>(Locale.FRANCE);
            AtomicReference<TimeZone> zone = new AtomicReference<>(TimeZone.getTimeZone("Europe/Paris"));
            LocaleContext simple = () -> Objects.requireNonNull(locale.get(), "the request is over");
            LocaleContext zoned = new TimeZoneAwareLocaleContext() {
                @Override
                public @Nullable Locale getLocale() {
                    return simple.getLocale();
                }

                @Override
                public TimeZone getTimeZone() {
                    return zone.get();
                }
            };
            for (LocaleContext ofRequest : List.of(simple, zoned)) {
                LocaleContextHolder.setLocaleContext(ofRequest);
                CountDownLatch gate = new CountDownLatch(1);
                CompletableFuture<Locale> body = bean.localeAfter(gate);
                locale.set(null);
                gate.countDown();
                assertThat(get(body)).isEqualTo(Locale.FRANCE);
                assertThatThrownBy(() -> get(bean.offloaded())).hasStackTraceContaining("the request is over");
                locale.set(Locale.FRANCE);
                assertThat(LocaleContextHolder.getLocaleContext()).isSameAs(ofRequest);
                Locale onCallers = get(onCaller.future(() -> LocaleContextHolder.getLocale()));
                assertThat(onCallers).isEqualTo(Locale.FRANCE);
                assertThat(LocaleContextHolder.getLocaleContext()).isSameAs(ofRequest);
            }
            CompletableFuture<TimeZone> body = bean.zone();
            assertThat(get(body)).isEqualTo(zone.get());
        });
    }

    @Test
    void aPublisherTakesTheContextOfItsSubscriber() {
        application().run(context -> {
            Mono<Seen> mono = context.getBean(Bean.class).mono();
            MDC.put("request", "43");
            assertThat(get(mono.toFuture()).mdc()).isEqualTo("43");
            assertThat(get(mono.contextWrite(Context.of("tenant", "of the subscriber"))
                                    .toFuture())
                            .tenant())
                    .isEqualTo("of the subscriber");
        });
    }

    @Test
    void whatTheBodyChangesComesNotBackAndTheNextTaskSeesNothingOfIt() {
        application().run(context -> {
            Bean bean = context.getBean(Bean.class);
            bean.dirty().get(10, TimeUnit.SECONDS);
            assertThat(MDC.get("request")).isEqualTo("42");
            assertThat(TENANT.get()).isEqualTo("acme");

            clearContext();
            bean.dirty().get(10, TimeUnit.SECONDS); // with nothing to carry
            SmartAsyncTaskExecutor one = context.getBean("smartasync-one", SmartAsyncTaskExecutor.class);
            assertThat(one.submitCompletable(Seen::here).get(10, TimeUnit.SECONDS))
                    .isEqualTo(new Seen(null, null, Locale.getDefault(), false));
        });
    }

    @Test
    void whatAFallbackLeavesOnTheThreadOfATimeoutTheNextOneDoesNotSee() {
        application().run(context -> {
            Bean bean = context.getBean(Bean.class);
            Set<String> left = new HashSet<>();
            while (true) {
                clearContext(); // of this thread, where a fallback runs that comes too late
                List<String> seen = bean.late()
                        .handle((value, failure) -> {
                            String found = String.valueOf(MDC.get("request"));
                            MDC.put("request", "left behind");
                            return List.of(Thread.currentThread().getName(), found);
                        })
                        .get(10, TimeUnit.SECONDS);
                assertThat(seen).element(1).isEqualTo("null");
                if (seen.get(0).startsWith("smartasync-timeout-") && !left.add(seen.get(0))) {
                    return; // on that thread once more
                }
            }
        });
    }

    @Test
    void whatAPlainTaskOrADependentLeavesThoseAfterItDoNotSee() {
        application().run(context -> {
            clearContext();
            SmartAsyncTaskExecutor one = context.getBean("smartasync-one", SmartAsyncTaskExecutor.class);
            one.submitCompletable(() -> MDC.put("request", "left behind"));
            assertThat(one.submitCompletable(Seen::here)
                            .get(10, TimeUnit.SECONDS)
                            .mdc())
                    .isNull();
            assertThat(get(context.getBean(Bean.class).offloaded()).mdc()).isNull();
        });
    }

    @Test
    void theGlobalRegistryIsLeftAlone() {
        List<Object> before = new ArrayList<>(ContextRegistry.getInstance().getThreadLocalAccessors());
        application().run(context -> {
            context.getBean(Bean.class).awaited();
            assertThat(ContextRegistry.getInstance().getThreadLocalAccessors()).isEqualTo(before);
        });
    }

    @Test
    void theObservationOfTheCallerIsTheParentOfWhatTheBodyObserves() {
        ObservationRegistry observations = ObservationRegistry.create();
        observations.observationConfig().observationHandler(context -> true);
        application().withBean(ObservationRegistry.class, () -> observations).run(context -> {
            Bean bean = context.getBean(Bean.class);
            Observation outer = Observation.start("outer", observations);
            try (Observation.Scope scope = outer.openScope()) {
                assertThat(bean.observed(observations).get(10, TimeUnit.SECONDS))
                        .isSameAs(outer);
            }
            assertThat(bean.observed(observations).handle((seen, ex) -> seen).get(10, TimeUnit.SECONDS))
                    .isNull();
            outer.stop();
        });
    }

    /** Both carry the same values; what only we carry (the MDC) arrives, and nothing is left. */
    @Test
    void anExecutorThatPropagatesByItselfDoesNoHarm() {
        application().run(context -> {
            ThreadPoolTaskExecutor host = context.getBean("host", ThreadPoolTaskExecutor.class);
            Bean bean = context.getBean(Bean.class);
            assertThat(get(bean.onHost())).isEqualTo(new Seen("42", "acme", Locale.ITALY, false));
            clearContext();
            assertThat(host.submit(Seen::here).get(10, TimeUnit.SECONDS))
                    .isEqualTo(new Seen(null, null, Locale.getDefault(), false));
        });
    }

    /** Which may be that of the caller, where the executor runs what it can't take there. */
    @Test
    void whatABodyLeavesDoesNotStayOnAThreadOfTheApplication() {
        application().run(context -> {
            clearContext();
            context.getBean(Bean.class).dirtyOnHost().get(10, TimeUnit.SECONDS); // with nothing to carry
            ThreadPoolTaskExecutor host = context.getBean("host", ThreadPoolTaskExecutor.class);
            assertThat(host.submit(Seen::here).get(10, TimeUnit.SECONDS))
                    .isEqualTo(new Seen(null, null, Locale.getDefault(), false));
        });
    }

    @Test
    void anAccessorThatTakesThePlaceOfAnotherIsSeenFromTheNextCallOn() {
        application().run(context -> {
            Bean bean = context.getBean(Bean.class);
            assertThat(bean.awaited().tenant()).isEqualTo("acme");
            ContextRegistry.getInstance()
                    .registerThreadLocalAccessor("tenant", () -> "of the other", TENANT::set, TENANT::remove);
            assertThat(bean.awaited().tenant()).isEqualTo("of the other");
        });
    }

    /** Perhaps the context has somebody's identity, and who has the thread next is somebody else. */
    @Test
    void anAccessorThatFailsLeavesNothingOfTheOthersOnAThreadOfTheApplication() throws Exception {
        AtomicBoolean failsToSet = new AtomicBoolean();
        AtomicBoolean failsToRestore = new AtomicBoolean();
        ThreadLocal<String> broken = new ThreadLocal<>();
        broken.set("of the caller");
        ContextRegistry.getInstance()
                .registerThreadLocalAccessor(
                        "broken",
                        broken::get,
                        value -> {
                            Assert.state(!failsToSet.get(), "planned");
                            broken.set(value);
                        },
                        () -> {
                            Assert.state(!failsToRestore.get(), "planned");
                            broken.remove();
                        });
        ThreadPoolTaskExecutor host = new ThreadPoolTaskExecutor();
        host.setMaxPoolSize(1);
        host.initialize();
        try {
            TestContext.with().withBean("host", Executor.class, () -> host).run(context -> {
                SmartAsyncOperations operations =
                        context.getBean(SmartAsyncOperations.class).executor("host");
                for (AtomicBoolean fails : List.of(failsToSet, failsToRestore)) {
                    fails.set(true);
                    assertThatThrownBy(() -> get(operations.future(() -> {
                                MDC.put("role", "admin");
                                return "";
                            })))
                            .hasStackTraceContaining("planned");
                    fails.set(false);
                    assertThat(host.submit(MDC::getCopyOfContextMap).get(10, TimeUnit.SECONDS))
                            .isNullOrEmpty();
                }
            });
        } finally {
            ContextRegistry.getInstance().removeThreadLocalAccessor("broken");
            host.shutdown();
        }
    }

    @Test
    void aDirectCallCapturesNothing() {
        application().run(context -> {
            Bean bean = context.getBean(Bean.class);
            AtomicInteger reads = new AtomicInteger();
            ContextRegistry.getInstance()
                    .registerThreadLocalAccessor(
                            "tenant",
                            () -> {
                                reads.incrementAndGet();
                                return TENANT.get();
                            },
                            TENANT::set,
                            TENANT::remove);
            assertThat(bean.direct()).isEqualTo(new Seen("42", "acme", Locale.ITALY, true));
            assertThat(reads).hasValue(0);
            bean.awaited();
            assertThat(reads).hasPositiveValue();
        });
    }

    @Test
    void whatAnAccessorThrowsComesThroughTheFutureAndIsCounted() {
        application().run(context -> {
            Bean bean = context.getBean(Bean.class);
            Calls calls = TestContext.calls(context);
            IllegalStateException planned = new IllegalStateException("planned");
            ContextRegistry.getInstance()
                    .registerThreadLocalAccessor(
                            "tenant",
                            () -> {
                                throw planned;
                            },
                            TENANT::set,
                            TENANT::remove);
            assertThatThrownBy(() -> get(bean.offloaded())).hasCause(planned);
            assertThatThrownBy(() -> get(bean.mono().toFuture())).hasCause(planned);
            assertThat(calls.by("outcome")).isEqualTo(Map.of("ERROR", 2L));
        });
    }

    /** On a limit of one, where the inner body runs in place of waiting for the outer. */
    @Test
    void aBodyInPlaceHasTheContextOfItsOwnCallAndLeavesNothingOfItsOwn() {
        application().run(context -> {
            Bean bean = context.getBean(Bean.class);
            assertThat(get(bean.around(bean).toFuture())).isEqualTo("of the inner");
            clearContext();
            assertThat(bean.aroundDirty(bean, "outer")).isEqualTo(new Seen(null, "outer", Locale.getDefault(), false));
            assertThat(bean.aroundDirty(bean, null)).isEqualTo(new Seen(null, null, Locale.getDefault(), false));
        });
    }

    @Test
    void whatDependsOnAFutureLeavesNothingToTheNextBody() {
        application().run(context -> {
            Bean bean = context.getBean(Bean.class);
            clearContext();
            CountDownLatch gate = new CountDownLatch(1);
            CompletableFuture<Void> after = bean.after(gate).thenAccept(nothing -> MDC.put("request", "left"));
            gate.countDown();
            after.get(10, TimeUnit.SECONDS);
            assertThat(bean.awaited().mdc()).isNull();
            MDC.put("other", "carried");
            assertThat(bean.awaited().mdc()).isNull();
        });
    }

    /** Perhaps the context has somebody's identity, and who has the thread next is somebody else. */
    @Test
    void anAccessorThatFailsLeavesNothingOfTheOthersOnAThreadOfOurs() {
        ThreadLocal<String> broken = new ThreadLocal<>();
        ThreadLocal<String> role = new ThreadLocal<>();
        ContextRegistry.getInstance()
                .registerThreadLocalAccessor("broken", broken::get, broken::set, () -> {
                    throw new IllegalStateException("planned");
                })
                .registerThreadLocalAccessor("role", role);
        try {
            application().run(context -> {
                SmartAsyncTaskExecutor one = context.getBean("smartasync-one", SmartAsyncTaskExecutor.class);
                one.submitCompletable(() -> {
                            broken.set("left");
                            role.set("admin");
                        })
                        .get(10, TimeUnit.SECONDS);
                assertThat(one.submitCompletable(role::get).get(10, TimeUnit.SECONDS))
                        .isNull();
            });
        } finally {
            ContextRegistry.getInstance().removeThreadLocalAccessor("broken");
            ContextRegistry.getInstance().removeThreadLocalAccessor("role");
        }
    }

    @Test
    void anAccessorMayTakeThePlaceOfAnotherInTheMiddleOfACall() throws Exception {
        ContextPropagation propagation = new ContextPropagation(null);
        AtomicBoolean over = new AtomicBoolean();
        CompletableFuture<Void> replacing = CompletableFuture.runAsync(
                () -> {
                    while (!over.get()) {
                        ContextRegistry.getInstance().registerThreadLocalAccessor("tenant", TENANT);
                    }
                },
                task -> new Thread(task).start());
        try {
            for (int i = 0; i < 50_000; i++) {
                propagation.capture(false, null);
            }
        } finally {
            over.set(true);
            replacing.get(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void aBodyThatEndsTheCallAroundItKeepsItsContextAndLeavesNothingOfIt() {
        TestContext.with(Bean.class)
                .withBean("host", ThreadPoolTaskExecutor.class, ThreadPoolTaskExecutor::new)
                .withPropertyValues("smartasync.executors.one.concurrency-limit=1")
                .run(context -> {
                    Bean bean = context.getBean(Bean.class);
                    CompletableFuture<@Nullable String> seen = new CompletableFuture<>();
                    assertThat(get(bean.endedByAnother(bean, seen).toFuture())).isEqualTo("emitted");
                    assertThat(seen.get(10, TimeUnit.SECONDS)).isEqualTo("42");
                    ThreadPoolTaskExecutor host = context.getBean("host", ThreadPoolTaskExecutor.class);
                    assertThat(host.submit(Seen::here).get(10, TimeUnit.SECONDS))
                            .isEqualTo(new Seen(null, null, Locale.getDefault(), false));
                });
    }

    @Test
    void anAccessorThatCantSetItsValueLeavesNothingOfTheOthers() {
        application().run(context -> {
            Bean bean = context.getBean(Bean.class);
            ContextRegistry.getInstance()
                    .registerThreadLocalAccessor(
                            "zz",
                            () -> "value",
                            value -> {
                                throw new IllegalStateException("planned");
                            },
                            () -> {});
            try {
                assertThatThrownBy(() -> get(bean.offloaded())).hasRootCauseMessage("planned");
            } finally {
                ContextRegistry.getInstance().removeThreadLocalAccessor("zz");
            }
            clearContext();
            SmartAsyncTaskExecutor one = context.getBean("smartasync-one", SmartAsyncTaskExecutor.class);
            assertThat(one.submitCompletable(Seen::here).get(10, TimeUnit.SECONDS))
                    .isEqualTo(new Seen(null, null, Locale.getDefault(), false));
        });
    }

    /** The body runs once, for the first of them; the others' operators run on its thread as well. */
    @Test
    void whoSharesAResultDoesNotGetTheContextOfTheOneWhoAskedFirst() {
        application().run(context -> {
            Bean bean = context.getBean(Bean.class);
            CountDownLatch gate = new CountDownLatch(1);
            Mono<Seen> shared = bean.gated(gate).cache();
            CompletableFuture<Seen> first = shared.toFuture();
            clearContext();
            CompletableFuture<Seen> second = shared.map(seen -> Seen.here())
                    .zipWhen(seen -> Mono.fromFuture(bean.offloaded()), (here, nested) -> {
                        assertThat(nested).isEqualTo(here);
                        return here;
                    })
                    .toFuture();
            gate.countDown();
            assertThat(get(first)).isEqualTo(new Seen("42", "acme", Locale.ITALY, false));
            assertThat(get(second)).isEqualTo(new Seen(null, null, Locale.getDefault(), false));
        });
    }

    /** A scope that stays open on a pooled thread is one more for each call, until there is no memory. */
    @Test
    void noScopeOfAnObservationStaysOnAThread() {
        ObservationRegistry observations = ObservationRegistry.create();
        observations.observationConfig().observationHandler(context -> true);
        application().withBean(ObservationRegistry.class, () -> observations).run(context -> {
            Bean bean = context.getBean(Bean.class);
            Observation.start("outer", observations).scopedChecked(() -> {
                for (int call = 0; call < 20; call++) {
                    assertThat(get(bean.leavesScope(bean, observations))).isEqualTo(1);
                }
            });
            assertThat(get(bean.scopes(observations))).isZero();
        });
    }

    private static int openScopes(ObservationRegistry observations) {
        int open = 0;
        for (Observation.Scope scope = observations.getCurrentObservationScope();
                scope != null;
                scope = scope.getPreviousObservationScope()) {
            open++;
        }
        return open;
    }

    /** {@code spring.reactor.context-propagation=auto}: Reactor puts the subscriber's context on threads by itself. */
    @Test
    void theContextGoesAlongWhereReactorPropagatesItToo() {
        Hooks.enableAutomaticContextPropagation();
        try {
            application().run(context -> {
                Mono<Seen> mono = context.getBean(Bean.class).mono();
                assertThat(get(mono.toFuture()).tenant()).isEqualTo("acme");
                assertThat(get(mono.map(seen -> seen).toFuture()).tenant()).isEqualTo("acme");
                assertThat(mono.block(Duration.ofSeconds(10)).tenant()).isEqualTo("acme");
            });
        } finally {
            Hooks.disableAutomaticContextPropagation();
        }
    }

    /** Then scopes of Reactor's may be open around the result, inside those of the body. */
    @Test
    @ExtendWith(OutputCaptureExtension.class)
    void nothingStaysOnTheThreadWhereReactorPropagatesTheContextToo(CapturedOutput output) {
        ObservationRegistry observations = ObservationRegistry.create();
        observations.observationConfig().observationHandler(context -> true);
        ObservationThreadLocalAccessor accessor = ObservationThreadLocalAccessor.getInstance();
        ObservationRegistry before = accessor.getObservationRegistry();
        accessor.setObservationRegistry(observations);
        ThreadPoolTaskExecutor host = new ThreadPoolTaskExecutor();
        Hooks.enableAutomaticContextPropagation();
        try {
            application(() -> host).run(context -> {
                Bean bean = context.getBean(Bean.class);
                AtomicReference<Seen> downstream = new AtomicReference<>();
                Observation.start("outer", observations).scopedChecked(() -> {
                    Mono<Seen> mono = bean.rewritten().doOnNext(seen -> downstream.set(Seen.here()));
                    assertThat(get(mono.contextCapture().toFuture()).tenant()).isEqualTo("acme");
                });
                assertThat(downstream.get().tenant()).isEqualTo("acme");
                assertThat(host.submit(Seen::here).get(10, TimeUnit.SECONDS))
                        .isEqualTo(new Seen(null, null, Locale.getDefault(), false));
                assertThat(host.submit(() -> openScopes(observations)).get(10, TimeUnit.SECONDS))
                        .isZero();
                assertThat(output).doesNotContain("restoring");
            });
        } finally {
            Hooks.disableAutomaticContextPropagation();
            accessor.setObservationRegistry(before);
        }
    }

    @Test
    void itCanBeSwitchedOff() {
        application()
                .withPropertyValues("smartasync.context-propagation.enabled=false")
                .run(context ->
                        assertThat(context.getBean(Bean.class).awaited().mdc()).isNull());
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(10, TimeUnit.SECONDS);
    }

    private static ApplicationContextRunner application() {
        return application(ContextTest::propagatingByItself);
    }

    private static ApplicationContextRunner application(Supplier<ThreadPoolTaskExecutor> host) {
        return TestContext.with(Bean.class)
                .withBean("host", ThreadPoolTaskExecutor.class, host)
                .withPropertyValues(
                        "smartasync.executors.one.threads=platform", "smartasync.executors.one.concurrency-limit=1");
    }

    private static ThreadPoolTaskExecutor propagatingByItself() {
        ThreadPoolTaskExecutor host = new ThreadPoolTaskExecutor();
        host.setCorePoolSize(1);
        host.setTaskDecorator(new ContextPropagatingTaskDecorator());
        return host;
    }

    static class Bean {

        @SmartAsync(value = "one", timeout = "5ms")
        public CompletableFuture<String> late() {
            return new CompletableFuture<>();
        }

        @SmartAsync
        public Seen direct() {
            return Seen.here();
        }

        @SmartAsync("one")
        public Seen awaited() {
            return Seen.here();
        }

        @SmartAsync("one")
        public CompletableFuture<Seen> offloaded() {
            return CompletableFuture.completedFuture(Seen.here());
        }

        @SmartAsync(executor = "one", workload = Workload.IO)
        public Mono<Seen> mono() {
            return Mono.fromCallable(Seen::here);
        }

        @SmartAsync("one")
        public CompletableFuture<Locale> localeAfter(CountDownLatch gate) throws InterruptedException {
            gate.await();
            return CompletableFuture.completedFuture(LocaleContextHolder.getLocale());
        }

        @SmartAsync("one")
        public CompletableFuture<TimeZone> zone() {
            return CompletableFuture.completedFuture(LocaleContextHolder.getTimeZone());
        }

        @SmartAsync(executor = "host", workload = Workload.IO)
        public Mono<Seen> rewritten() {
            return Mono.fromCallable(Seen::here).contextWrite(context -> context);
        }

        @SmartAsync(executor = "one", workload = Workload.IO)
        public Mono<Seen> gated(CountDownLatch gate) {
            return Mono.fromCallable(() -> {
                gate.await();
                return Seen.here();
            });
        }

        @SmartAsync(executor = "one", workload = Workload.IO)
        public Mono<String> around(Bean self) {
            return self.inner().contextWrite(Context.of("tenant", "of the inner"));
        }

        @SmartAsync(executor = "one", workload = Workload.IO)
        public Mono<String> inner() {
            return Mono.just(String.valueOf(TENANT.get()));
        }

        @SmartAsync(executor = "host", workload = Workload.IO)
        public Mono<String> endedByAnother(Bean self, CompletableFuture<@Nullable String> seen) {
            return Mono.create(sink -> self.ends(sink, seen));
        }

        @SmartAsync("host")
        public void ends(MonoSink<String> sink, CompletableFuture<@Nullable String> seen) {
            sink.success("emitted");
            seen.complete(MDC.get("request"));
        }

        @SmartAsync("one")
        public Seen aroundDirty(Bean self, @Nullable String tenant) {
            TENANT.set(tenant);
            self.dirty().join();
            return Seen.here();
        }

        @SmartAsync("one")
        public CompletableFuture<String> after(CountDownLatch gate) throws InterruptedException {
            gate.await();
            return CompletableFuture.completedFuture("");
        }

        @SmartAsync("host")
        public CompletableFuture<Seen> onHost() {
            return CompletableFuture.completedFuture(Seen.here());
        }

        @SmartAsync("host")
        public CompletableFuture<String> dirtyOnHost() {
            return dirty();
        }

        @SmartAsync("one")
        public CompletableFuture<@Nullable Observation> observed(ObservationRegistry observations) {
            return CompletableFuture.completedFuture(observations.getCurrentObservation());
        }

        /** One in the call in place, one itself; how many it found. */
        @SmartAsync("one")
        public CompletableFuture<Integer> leavesScope(Bean self, ObservationRegistry observations) {
            int found = openScopes(observations);
            self.leavesScopeInPlace(observations).join();
            Observation.start("left", observations).openScope();
            return CompletableFuture.completedFuture(found);
        }

        @SmartAsync("one")
        public CompletableFuture<String> leavesScopeInPlace(ObservationRegistry observations) {
            Observation.start("left", observations).openScope();
            return CompletableFuture.completedFuture("");
        }

        @SmartAsync("one")
        public CompletableFuture<Integer> scopes(ObservationRegistry observations) {
            return CompletableFuture.completedFuture(openScopes(observations));
        }

        @SmartAsync("one")
        public CompletableFuture<String> dirty() {
            MDC.put("request", "dirty");
            TENANT.set("dirty");
            LocaleContextHolder.setLocale(Locale.JAPAN);
            return CompletableFuture.completedFuture("");
        }
    }
}
