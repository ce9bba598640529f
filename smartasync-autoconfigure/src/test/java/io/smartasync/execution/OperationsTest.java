package io.smartasync.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.context.ContextRegistry;
import io.smartasync.BlockingCallOnEventLoopException;
import io.smartasync.ExecutionPath;
import io.smartasync.Outcome;
import io.smartasync.ReactorSmartAsyncOperations;
import io.smartasync.Route;
import io.smartasync.SmartAsyncConfigurationException;
import io.smartasync.SmartAsyncListener;
import io.smartasync.SmartAsyncOperations;
import io.smartasync.Workload;
import io.smartasync.plan.Wish;
import io.smartasync.support.Await;
import io.smartasync.support.CallerThread;
import io.smartasync.support.Calls;
import io.smartasync.support.TestContext;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.MDC;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.task.TaskRejectedException;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Pieces of code run as the annotation would run a method. */
@Timeout(30)
class OperationsTest {

    private static final List<Integer> ITEMS = IntStream.range(0, 50).boxed().toList();

    @Test
    void aPlainValueIsComputedInPlaceAndRefusedOnAnEventLoop() {
        run((context, operations) -> {
            Calls calls = TestContext.calls(context);
            SmartAsyncOperations named = operations.named("load");
            assertThat(named.call(OperationsTest::thread))
                    .isEqualTo(Thread.currentThread().getName());
            assertThatThrownBy(() -> CallerThread.REACTOR_LOOP.run(null, () -> named.call(OperationsTest::thread)))
                    .hasCauseInstanceOf(BlockingCallOnEventLoopException.class)
                    .cause()
                    .hasMessageStartingWith("SmartAsyncOperations#load ")
                    .hasMessageContaining("Use future(..) or ReactorSmartAsyncOperations.mono(..)")
                    .hasMessageContaining("set workload(Workload.NON_BLOCKING)")
                    .hasMessageNotContaining("@SmartAsync");
            assertThat(calls.by("path")).isEqualTo(Map.of("direct", 1L, "reject", 1L));
            assertThat(calls.by("class")).isEqualTo(Map.of("SmartAsyncOperations", 2L));
            assertThat(calls.by("method")).isEqualTo(Map.of("load", 2L));
        });
    }

    @Test
    void listenersAreToldHowLongWorkInPlaceForAFutureHeldItsCaller() {
        List<ExecutionPath> returned = new CopyOnWriteArrayList<>();
        SmartAsyncListener listener = new SmartAsyncListener() {
            @Override
            public void onReturn(Route route, long nanos) {
                returned.add(route.path());
            }
        };
        TestContext.with().withBean(SmartAsyncListener.class, () -> listener).run(context -> {
            SmartAsyncOperations operations = context.getBean(SmartAsyncOperations.class);
            operations.workload(Workload.NON_BLOCKING).future(() -> "x").get(10, TimeUnit.SECONDS);
            operations.future(() -> "x").get(10, TimeUnit.SECONDS); // held nobody
            assertThat(returned).containsExactly(ExecutionPath.PASS_THROUGH);
        });
    }

    @Test
    void anExecutorATimeoutAndAWorkloadDoWhatTheyDoOnTheAnnotation() {
        run((context, operations) -> {
            assertThat(operations.executor("cpu").call(OperationsTest::thread)).startsWith("smartasync-cpu-");
            assertThat(operations
                            .workload(Workload.CPU)
                            .future(OperationsTest::thread)
                            .get(10, TimeUnit.SECONDS))
                    .startsWith("smartasync-cpu-");
            assertThatExceptionOfType(TimeoutException.class)
                    .isThrownBy(() -> operations
                            .named("slow")
                            .timeout(Duration.ofMillis(50))
                            .call(OperationsTest::forever))
                    .withMessage("SmartAsyncOperations#slow did not complete within 50ms (set by the operation)");
            assertThatExceptionOfType(SmartAsyncConfigurationException.class)
                    .isThrownBy(() -> operations.executor("nowhere"))
                    .withMessageContaining(
                            "there is no executor named 'nowhere'. Configure smartasync.executors.nowhere");
            assertThatExceptionOfType(IllegalArgumentException.class)
                    .isThrownBy(() -> operations.timeout(Duration.ofSeconds(-2)))
                    .withMessage("timeout must be positive, not -2s");
        });
    }

    @Test
    void aRuleBeatsWhatTheCodeSays() {
        application()
                .withPropertyValues(
                        "smartasync.rules[0].method=SmartAsyncOperations#load", "smartasync.rules[0].executor=cpu")
                .run(context -> assertThat(context.getBean(SmartAsyncOperations.class)
                                .named("load")
                                .executor("io")
                                .call(OperationsTest::thread))
                        .startsWith("smartasync-cpu-"));
    }

    /** On platform threads one in fifty of these was not counted at all. */
    @Test
    void whatIsCancelledWhileItsFirstItemBeginsIsCounted() {
        application()
                .withPropertyValues("smartasync.executors.io.threads=platform")
                .run(context -> {
                    SmartAsyncOperations operations =
                            context.getBean(SmartAsyncOperations.class).named("raced");
                    Calls calls = TestContext.calls(context);
                    AtomicInteger items = new AtomicInteger();
                    long rounds = 20_000;
                    for (int i = 0; i < rounds; i++) {
                        operations
                                .futureAll(List.of(1), 1, item -> items.incrementAndGet())
                                .cancel(true);
                    }
                    awaitIdle(context);
                    Await.until(
                            "count of each, as a whole or by its item",
                            () -> calls.by("method").get("raced") == rounds);
                });
    }

    @Test
    void whatEndsBeforeAnyItemBeganIsCountedOnce() {
        TestContext.with()
                .withPropertyValues(
                        "smartasync.executors.io.threads=platform", "smartasync.executors.io.concurrency-limit=1")
                .run(context -> {
                    SmartAsyncOperations operations =
                            context.getBean(SmartAsyncOperations.class).named("all");
                    CountDownLatch release = new CountDownLatch(1);
                    CompletableFuture<Integer> busy = operations.named("busy").future(() -> {
                        release.await();
                        return 0;
                    });
                    Calls calls = TestContext.calls(context);
                    assertThatExceptionOfType(TimeoutException.class).isThrownBy(() -> operations
                            .timeout(Duration.ofMillis(50))
                            .callAll(List.of(1, 2, 3), 2, item -> item));
                    operations.futureAll(List.of(1, 2, 3), 2, item -> item).cancel(true);
                    assertThat(calls.by("outcome")).isEqualTo(Map.of("TIMEOUT", 1L, "CANCELLED", 1L));
                    release.countDown();
                    busy.get(10, TimeUnit.SECONDS);
                });
    }

    @Test
    void itemsAreThoseOfTheMomentOfTheCall() {
        run((context, operations) -> {
            Collection<Integer> growing = new ArrayList<>(List.of(1, 2)) {
                @Override
                public Object[] toArray() {
                    Object[] now = super.toArray();
                    add(now.length + 1);
                    return now;
                }
            };
            assertThat(operations.callAll(growing, 2, item -> -item)).containsExactly(-1, -2);
        });
    }

    @Test
    void aTimeoutMayBeTunedWhileCallsBegin() {
        TestContext.with().run(context -> {
            SmartAsyncOperations operations = context.getBean(SmartAsyncOperations.class);
            operations.future(() -> "listed from its first use on").get(10, TimeUnit.SECONDS);
            BoundMethod future = context.getBean(MethodRegistry.class).all().stream()
                    .filter(method -> method.plan().name().equals("SmartAsyncOperations#future"))
                    .findFirst()
                    .orElseThrow();
            AtomicBoolean done = new AtomicBoolean();
            CompletableFuture<Void> tuner = CompletableFuture.runAsync(() -> {
                Wish limited = new Wish(null, null, Duration.ofMinutes(1), null);
                while (!done.get()) {
                    future.tune(limited);
                    future.tune(Wish.NONE);
                }
            });
            try {
                // A busy machine makes fewer of them
                long start = System.nanoTime();
                for (int i = 0; i < 50_000 && System.nanoTime() - start < TimeUnit.SECONDS.toNanos(5); i++) {
                    assertThat(operations.future(() -> "x").get(10, TimeUnit.SECONDS))
                            .isEqualTo("x");
                }
            } finally {
                done.set(true);
                tuner.join();
            }
        });
    }

    @Test
    void cancellingTheFutureInterruptsTheCode() {
        run((context, operations) -> {
            CountDownLatch started = new CountDownLatch(1);
            CountDownLatch interrupted = new CountDownLatch(1);
            CompletableFuture<Object> future = operations.future(() -> {
                started.countDown();
                try {
                    return forever();
                } finally {
                    interrupted.countDown();
                }
            });
            started.await();
            future.cancel(true);
            assertThat(interrupted.await(10, TimeUnit.SECONDS)).isTrue();
        });
    }

    @Test
    void stagesAndPublishersAreWaitedForWhereThatIsAllowed() {
        run((context, operations) -> {
            Calls calls = TestContext.calls(context);
            ReactorSmartAsyncOperations reactor = context.getBean(ReactorSmartAsyncOperations.class);
            IOException failure = new IOException("gone");
            AtomicInteger subscriptions = new AtomicInteger();
            Mono<Integer> mono = Mono.fromCallable(subscriptions::incrementAndGet);
            assertThat(operations.<Integer>await(CompletableFuture.supplyAsync(() -> 1)))
                    .isEqualTo(1);
            assertThat(reactor.await(Mono.just(2))).isEqualTo(2);
            assertThat(reactor.await(Mono.<Integer>empty())).isNull();
            assertThat(reactor.await(Flux.just(1, 2))).containsExactly(1, 2);
            assertThatThrownBy(() -> operations.await(CompletableFuture.failedFuture(failure)))
                    .isSameAs(failure);
            assertThatThrownBy(() -> reactor.await(Mono.error(failure))).isSameAs(failure);
            assertThatThrownBy(() -> CallerThread.REACTOR_LOOP.run(null, () -> reactor.await(mono)))
                    .hasCauseInstanceOf(BlockingCallOnEventLoopException.class)
                    .cause()
                    .hasMessageContaining("Compose the stage or publisher (thenApply, flatMap) in place of waiting");
            assertThat(subscriptions).hasValue(0);
            CompletableFuture<Integer> never = new CompletableFuture<>();
            assertThatExceptionOfType(TimeoutException.class)
                    .isThrownBy(() -> operations.timeout(Duration.ofMillis(20)).await(never));
            assertThat(never).isCancelled();
            assertThat(calls.by("outcome"))
                    .isEqualTo(Map.of("SUCCESS", 4L, "ERROR", 2L, "REJECTED", 1L, "TIMEOUT", 1L));
        });
    }

    @Test
    void monoAndFluxRunOnAnExecutorForEachSubscription() {
        run((context, operations) -> {
            ReactorSmartAsyncOperations reactor = context.getBean(ReactorSmartAsyncOperations.class);
            AtomicInteger runs = new AtomicInteger();
            Mono<String> mono = reactor.mono(() -> {
                runs.incrementAndGet();
                return thread();
            });
            assertThat(runs).hasValue(0);
            assertThat(mono.toFuture().get(10, TimeUnit.SECONDS)).startsWith("smartasync-io-");
            assertThat(mono.toFuture().get(10, TimeUnit.SECONDS)).startsWith("smartasync-io-");
            assertThat(runs).hasValue(2);
            assertThat(reactor.<String>mono(() -> null).toFuture().get(10, TimeUnit.SECONDS))
                    .isNull();
            assertThat(reactor.flux(() -> ITEMS).collectList().toFuture().get(10, TimeUnit.SECONDS))
                    .isEqualTo(ITEMS);
        });
    }

    @Test
    void manyItemsAreWorkedOffInOrderAndAtMostSoManyAtOnce() {
        run((context, operations) -> {
            Calls calls = TestContext.calls(context);
            AtomicInteger running = new AtomicInteger();
            AtomicInteger most = new AtomicInteger();
            CyclicBarrier fourAtOnce = new CyclicBarrier(4);
            List<String> results = operations.named("items").callAll(ITEMS.subList(0, 48), 4, item -> {
                most.accumulateAndGet(running.incrementAndGet(), Math::max);
                fourAtOnce.await(10, TimeUnit.SECONDS);
                running.decrementAndGet();
                return "item " + item;
            });
            assertThat(results).hasSize(48).startsWith("item 0", "item 1").endsWith("item 47");
            assertThat(most).hasValue(4);
            assertThat(calls.by("outcome")).isEqualTo(Map.of("SUCCESS", 48L));
            assertThat(calls.by("method")).isEqualTo(Map.of("items", 48L));
            assertThat(operations.callAll(List.of(), 4, item -> item)).isEmpty();
        });
    }

    /** Else it would seem that those which were not told of never began, and that calls wait longer than they take. */
    @Test
    void listenersAreToldOfEachItemThatItBeginsAndOfTheFirstThatItWaited() {
        List<Long> waits = new CopyOnWriteArrayList<>();
        List<Long> times = new CopyOnWriteArrayList<>();
        SmartAsyncListener listener = new SmartAsyncListener() {
            @Override
            public void onStart(Route route, long waitNanos) {
                if (route.methodName().equals("items")) {
                    waits.add(waitNanos);
                }
            }

            @Override
            public void onEnd(Route route, Outcome outcome, @Nullable Throwable error, long nanos) {
                if (route.methodName().equals("items")) {
                    times.add(nanos);
                }
            }
        };
        TestContext.with()
                .withBean(SmartAsyncListener.class, () -> listener)
                .withPropertyValues("smartasync.executors.one.concurrency-limit=1")
                .run(context -> {
                    SmartAsyncOperations operations =
                            context.getBean(SmartAsyncOperations.class).executor("one");
                    CountDownLatch gate = new CountDownLatch(1);
                    operations.future(() -> gate.await(10, TimeUnit.SECONDS));
                    CompletableFuture<List<Integer>> items =
                            operations.named("items").futureAll(List.of(1, 2, 3), 1, item -> item);
                    long waiting = System.nanoTime();
                    assertThat(items).isNotDone();
                    long waited = System.nanoTime() - waiting;
                    gate.countDown();
                    assertThat(items.get(10, TimeUnit.SECONDS)).containsExactly(1, 2, 3);
                    assertThat(waits).hasSize(3);
                    assertThat(times).hasSize(3);
                    assertThat(waits.get(0)).isBetween(waited, times.get(0));
                    assertThat(waits.get(1)).isLessThanOrEqualTo(times.get(1));
                    assertThat(waits.get(2)).isLessThanOrEqualTo(times.get(2));

                    assertThat(operations
                                    .named("items")
                                    .workload(Workload.NON_BLOCKING)
                                    .futureAll(List.of(4), 1, item -> item)
                                    .get(10, TimeUnit.SECONDS))
                            .containsExactly(4);
                    assertThat(times).hasSize(4);
                    assertThat(waits).as("in place nothing waits").hasSize(3);
                });
    }

    @Test
    void manyItemsHaveTheRulesTheMetersAndTheContextOfTheirOperation() {
        TestContext.with()
                .withPropertyValues(
                        "smartasync.rules[0].method=SmartAsyncOperations#callAll",
                        "smartasync.rules[0].executor=cpu",
                        "smartasync.rules[1].method=SmartAsyncOperations#fluxAll",
                        "smartasync.rules[1].executor=cpu")
                .run(context -> {
                    Calls calls = TestContext.calls(context);
                    RequestContextHolder.setRequestAttributes(
                            new ServletRequestAttributes(new MockHttpServletRequest()));
                    MDC.put("left", "by the caller");
                    try {
                        List<String> seen = context.getBean(SmartAsyncOperations.class)
                                .callAll(ITEMS, 1, item -> {
                                    String left = MDC.get("left");
                                    MDC.put("left", "by item " + item);
                                    return left + " " + (RequestContextHolder.getRequestAttributes() != null) + " "
                                            + thread().startsWith("smartasync-cpu-");
                                });
                        assertThat(seen).containsOnly("by the caller true true").hasSize(50);
                    } finally {
                        MDC.clear();
                        RequestContextHolder.resetRequestAttributes();
                    }
                    assertThat(context.getBean(ReactorSmartAsyncOperations.class)
                                    .fluxAll(ITEMS, 4, item -> thread())
                                    .collectList()
                                    .toFuture()
                                    .get(10, TimeUnit.SECONDS))
                            .hasSize(50)
                            .allMatch(name -> name.startsWith("smartasync-cpu-"));
                    assertThat(calls.by("method")).isEqualTo(Map.of("callAll", 50L, "fluxAll", 50L));
                });
    }

    /** Reactor wraps what it throws out of {@code block()}. */
    @Test
    void aCheckedExceptionOfAPublisherThatTheWorkWaitsForArrivesAsItIs() {
        run((context, operations) -> {
            IOException failure = new IOException("planned");
            assertThatThrownBy(() -> context.getBean(ReactorSmartAsyncOperations.class)
                            .mono(() -> Mono.error(failure).block())
                            .toFuture()
                            .get(10, TimeUnit.SECONDS))
                    .cause()
                    .isSameAs(failure);
        });
    }

    @Test
    void theFirstFailureInterruptsTheRestAndWhatHasNotBegunNeverDoes() {
        run((context, operations) -> {
            Calls calls = TestContext.calls(context);
            IOException failure = new IOException("item 3");
            CountDownLatch others = new CountDownLatch(3);
            CountDownLatch interrupted = new CountDownLatch(3);
            AtomicInteger begun = new AtomicInteger();
            assertThatThrownBy(() -> operations.callAll(ITEMS, 4, item -> {
                        begun.incrementAndGet();
                        if (item == 3) {
                            others.await();
                            throw failure;
                        }
                        others.countDown();
                        try {
                            return forever();
                        } finally {
                            interrupted.countDown();
                        }
                    }))
                    .isSameAs(failure);
            assertThat(interrupted.await(10, TimeUnit.SECONDS)).isTrue();
            awaitIdle(context);
            assertThat(begun).hasValue(4);
            assertThat(calls.by("outcome")).isEqualTo(Map.of("ERROR", 1L, "CANCELLED", 3L));
        });
    }

    /** Not a deadline's: what is stopped for it is cancelled. */
    @Test
    void anItemMayFailWithATimeoutOfItsOwn() {
        run((context, operations) -> {
            Calls calls = TestContext.calls(context);
            CountDownLatch other = new CountDownLatch(1);
            TimeoutException failure = new TimeoutException("of a client");
            assertThatThrownBy(() -> operations.callAll(List.of(1, 2), 2, item -> {
                        if (item == 1) {
                            other.await();
                            throw failure;
                        }
                        other.countDown();
                        return forever();
                    }))
                    .isSameAs(failure);
            awaitIdle(context);
            assertThat(calls.by("outcome")).isEqualTo(Map.of("ERROR", 1L, "CANCELLED", 1L));
        });
    }

    @Test
    void whoeverHasTheFailureOfManyFindsTheirPermitFree() {
        application()
                .withPropertyValues(
                        "smartasync.executors.one.concurrency-limit=1", "smartasync.executors.one.queue-capacity=0")
                .run(context -> {
                    SmartAsyncOperations operations =
                            context.getBean(SmartAsyncOperations.class).executor("one");
                    SmartAsyncTaskExecutor one = context.getBean("smartasync-one", SmartAsyncTaskExecutor.class);
                    for (int i = 0; i < 200; i++) {
                        CompletableFuture<Integer> active = new CompletableFuture<>();
                        CountDownLatch gate = new CountDownLatch(1);
                        operations
                                .futureAll(List.of(1), 1, item -> {
                                    gate.await();
                                    throw new IOException("planned");
                                })
                                .whenComplete((all, failure) -> active.complete(one.active()));
                        gate.countDown();
                        assertThat(active.get(10, TimeUnit.SECONDS)).isZero();
                    }
                });
    }

    @Test
    void whoeverHasTheResultsOfManyFindsTheirPermitsFree() {
        application()
                .withPropertyValues(
                        "smartasync.executors.two.concurrency-limit=2", "smartasync.executors.two.queue-capacity=0")
                .run(context -> {
                    SmartAsyncOperations operations =
                            context.getBean(SmartAsyncOperations.class).executor("two");
                    SmartAsyncTaskExecutor two = context.getBean("smartasync-two", SmartAsyncTaskExecutor.class);
                    for (int i = 0; i < 2_000; i++) {
                        CyclicBarrier both = new CyclicBarrier(2);
                        assertThat(operations
                                        .futureAll(List.of(1, 2), 2, item -> both.await(10, TimeUnit.SECONDS))
                                        .thenApply(all -> two.active())
                                        .get(10, TimeUnit.SECONDS))
                                .isZero();
                    }
                });
    }

    @Test
    void aDeadlineLimitsAllOfThemTogether() {
        run((context, operations) -> {
            Calls calls;
            CountDownLatch toBegin;
            Duration limit = Duration.ofMillis(50);
            do {
                calls = TestContext.calls(context);
                CountDownLatch twelve = new CountDownLatch(12);
                toBegin = twelve;
                limit = limit.multipliedBy(2);
                SmartAsyncOperations limited = operations.named("items").timeout(limit);
                assertThatExceptionOfType(TimeoutException.class)
                        .isThrownBy(() -> limited.callAll(ITEMS, 2, item -> {
                            twelve.countDown();
                            return item < 10 ? item : forever();
                        }))
                        .withMessageMatching(
                                "SmartAsyncOperations#items did not complete for all of 50 items within \\d+ms"
                                        + " \\(set by the operation\\)");
                awaitIdle(context);
            } while (toBegin.getCount() > 0);
            assertThat(calls.by("outcome")).isEqualTo(Map.of("SUCCESS", 10L, "TIMEOUT", 2L));
        });
    }

    @Test
    void whatADeadlineStopsIsCountedAsThatInAFluxToo() {
        run((context, operations) -> {
            Calls calls;
            CountDownLatch toBegin;
            Duration limit = Duration.ofMillis(25);
            ReactorSmartAsyncOperations reactor = context.getBean(ReactorSmartAsyncOperations.class);
            do {
                calls = TestContext.calls(context);
                CountDownLatch two = new CountDownLatch(2);
                toBegin = two;
                limit = limit.multipliedBy(2);
                Flux<Object> limited = reactor.timeout(limit).fluxAll(ITEMS, 2, item -> {
                    two.countDown();
                    return forever();
                });
                assertThatThrownBy(() -> limited.collectList().toFuture().get(10, TimeUnit.SECONDS))
                        .hasCauseInstanceOf(TimeoutException.class);
                awaitIdle(context);
            } while (toBegin.getCount() > 0);
            assertThat(calls.by("outcome")).isEqualTo(Map.of("TIMEOUT", 2L));

            CountDownLatch begun = new CountDownLatch(2);
            Disposable flux = reactor.timeout(Duration.ofHours(1))
                    .fluxAll(ITEMS, 2, item -> {
                        begun.countDown();
                        return forever();
                    })
                    .subscribe();
            begun.await();
            flux.dispose();
            awaitIdle(context);
            assertThat(calls.by("outcome")).isEqualTo(Map.of("TIMEOUT", 2L, "CANCELLED", 2L));
        });
    }

    @Test
    void cancellingTheFutureOfManyStopsThem() {
        run((context, operations) -> {
            CountDownLatch started = new CountDownLatch(2);
            CompletableFuture<List<Object>> all = operations.futureAll(ITEMS, 2, item -> {
                started.countDown();
                return forever();
            });
            started.await();
            all.cancel(true);
            awaitIdle(context);
            assertThatExceptionOfType(CancellationException.class).isThrownBy(all::join);
        });
    }

    @Test
    void aConcurrencyBelowOneIsRefusedAtOnce() {
        run((context, operations) -> {
            ReactorSmartAsyncOperations reactor = context.getBean(ReactorSmartAsyncOperations.class);
            List<ThrowingCallable> calls = List.of(
                    () -> operations.callAll(ITEMS, 0, item -> item),
                    () -> operations.futureAll(ITEMS, 0, item -> item),
                    () -> reactor.fluxAll(ITEMS, 0, item -> item));
            assertThat(calls).allSatisfy(call -> assertThatIllegalArgumentException()
                    .isThrownBy(call)
                    .withMessage("concurrency must be at least 1, not 0"));
        });
    }

    @Test
    void manyItemsThatNeverBlockAreWorkedOffOnAnEventLoopToo() {
        run((context, operations) -> {
            Calls calls = TestContext.calls(context);
            SmartAsyncOperations light = operations.workload(Workload.NON_BLOCKING);
            Thread loop = CallerThread.REACTOR_LOOP.run(null, () -> {
                List<Thread> threads = light.callAll(ITEMS, 2, item -> Thread.currentThread());
                assertThat(threads).hasSize(50).containsOnly(Thread.currentThread());
                return Thread.currentThread();
            });
            assertThat(loop).isNotSameAs(Thread.currentThread());
            assertThat(calls.by("outcome")).isEqualTo(Map.of("SUCCESS", 50L));
        });
    }

    @Test
    void onAnEventLoopManyAreAFutureOrAFluxAndAListIsRefused() {
        run((context, operations) -> {
            ReactorSmartAsyncOperations reactor = context.getBean(ReactorSmartAsyncOperations.class);
            assertThatThrownBy(
                            () -> CallerThread.REACTOR_LOOP.run(null, () -> operations.callAll(ITEMS, 2, item -> item)))
                    .hasCauseInstanceOf(BlockingCallOnEventLoopException.class)
                    .cause()
                    .hasMessageContaining("Use futureAll(..) or ReactorSmartAsyncOperations.fluxAll(..)");
            assertThat(CallerThread.REACTOR_LOOP
                            .run(null, () -> operations.futureAll(ITEMS, 2, item -> item + 1))
                            .get(10, TimeUnit.SECONDS))
                    .hasSize(50)
                    .startsWith(1, 2, 3);
            assertThat(CallerThread.REACTOR_LOOP
                            .run(null, () -> reactor.<Integer, Integer>fluxAll(ITEMS, 4, item -> item + 1)
                                    .collectList()
                                    .toFuture())
                            .get(10, TimeUnit.SECONDS))
                    .hasSize(50)
                    .startsWith(1, 2, 3);
            assertThatThrownBy(() -> reactor.timeout(Duration.ofMillis(50))
                            .fluxAll(ITEMS, 2, item -> forever())
                            .collectList()
                            .toFuture()
                            .get(10, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(TimeoutException.class);
            awaitIdle(context);
        });
    }

    @Test
    void aFullExecutorStillServesWhatItTookAndRefusesOnlyWhereItTookNothing() {
        application()
                .withPropertyValues(
                        "smartasync.executors.one.concurrency-limit=1", "smartasync.executors.one.queue-capacity=0")
                .run(context -> {
                    SmartAsyncOperations operations =
                            context.getBean(SmartAsyncOperations.class).executor("one");
                    assertThat(operations.callAll(ITEMS, 8, item -> item)).isEqualTo(ITEMS);
                    // A worker that found nothing left to do may hold the permit a moment longer
                    Await.idle(context.getBean("smartasync-one", SmartAsyncTaskExecutor.class));
                    CountDownLatch gate = new CountDownLatch(1);
                    CompletableFuture<Boolean> busy = operations.future(() -> gate.await(10, TimeUnit.SECONDS));
                    assertThatThrownBy(() -> operations.callAll(ITEMS, 8, item -> item))
                            .isInstanceOf(TaskRejectedException.class);
                    gate.countDown();
                    busy.get(10, TimeUnit.SECONDS);
                });
    }

    /** Within a body that holds the only permit, the items run in place. */
    @Test
    void nestedFanOutsCompleteOnALimitOfOne() {
        application()
                .withPropertyValues("smartasync.executors.one.concurrency-limit=1")
                .run(context -> {
                    SmartAsyncOperations operations =
                            context.getBean(SmartAsyncOperations.class).executor("one");
                    List<Integer> sums = operations.callAll(
                            ITEMS.subList(0, 5),
                            3,
                            outer -> operations.callAll(ITEMS.subList(0, 5), 3, inner -> outer * inner).stream()
                                    .mapToInt(Integer::intValue)
                                    .sum());
                    assertThat(sums).containsExactly(0, 10, 20, 30, 40);
                });
    }

    private static String thread() {
        return Thread.currentThread().getName();
    }

    @Test
    void aTimeoutForAllItemsStandsInPlaceOfTheDefaultForEach() {
        application().withPropertyValues("smartasync.default-timeout=50ms").run(context -> {
            ReactorSmartAsyncOperations operations = context.getBean(ReactorSmartAsyncOperations.class);
            assertThat(operations
                            .timeout(Duration.ofSeconds(20))
                            .fluxAll(List.of(1, 2), 2, OperationsTest::longerThanTheDefault)
                            .collectList()
                            .toFuture()
                            .get(20, TimeUnit.SECONDS))
                    .containsExactly(1, 2);
        });
    }

    private static <T> T longerThanTheDefault(T item) throws InterruptedException {
        Thread.sleep(150); // the duration is the subject
        return item;
    }

    @Test
    void anAccessorThatFailsFailsManyItemsAsItFailsOneCall() {
        ContextRegistry.getInstance()
                .registerThreadLocalAccessor(
                        "broken",
                        () -> {
                            throw new NoSuchMethodError("planned");
                        },
                        value -> {},
                        () -> {});
        try {
            run((context, operations) -> {
                Calls calls = TestContext.calls(context);
                assertThatThrownBy(() -> operations.future(() -> 1).get(10, TimeUnit.SECONDS))
                        .hasCauseInstanceOf(NoSuchMethodError.class);
                assertThatThrownBy(() ->
                                operations.futureAll(ITEMS, 1, item -> item).get(10, TimeUnit.SECONDS))
                        .hasCauseInstanceOf(NoSuchMethodError.class);
                assertThat(calls.by("outcome")).isEqualTo(Map.of("ERROR", 2L));
            });
        } finally {
            ContextRegistry.getInstance().removeThreadLocalAccessor("broken");
        }
    }

    @Test
    void aListenerWhoseErrorCannotEvenBePrintedDoesNotKeepACallFromEnding() {
        SmartAsyncListener listener = new SmartAsyncListener() {
            @Override
            public void onEnd(Route route, Outcome outcome, @Nullable Throwable error, long nanos) {
                throw new IllegalStateException() {
                    @Override
                    public String getMessage() {
                        throw new IllegalStateException("planned");
                    }
                };
            }
        };
        TestContext.with().withBean(SmartAsyncListener.class, () -> listener).run(context -> assertThat(
                        context.getBean(SmartAsyncOperations.class)
                                .future(() -> 1)
                                .get(10, TimeUnit.SECONDS))
                .isEqualTo(1));
    }

    /** Whoever still starts workers stops all of them, that one too. */
    @Test
    void theFailureOfAnItemIsToldThoughItsWorkerIsStoppedBeforeItIsOver() {
        CountDownLatch workerEnds = new CountDownLatch(1);
        CountDownLatch allAreStopped = new CountDownLatch(1);
        ThreadLocal<Boolean> itemFailed = ThreadLocal.withInitial(() -> false);
        SmartAsyncListener listener = new SmartAsyncListener() {
            @Override
            public void onEnd(Route route, Outcome outcome, @Nullable Throwable error, long nanos) {
                itemFailed.set(outcome == Outcome.ERROR);
            }
        };
        AtomicInteger workers = new AtomicInteger();
        Executor host = task -> {
            if (workers.incrementAndGet() == 1) {
                new Thread(task).start();
            } else {
                outlast(workerEnds);
            }
        };
        ContextRegistry.getInstance()
                .registerThreadLocalAccessor(
                        "gate",
                        () -> {
                            if (itemFailed.get()) {
                                itemFailed.remove();
                                workerEnds.countDown();
                                outlast(allAreStopped);
                            }
                            return null;
                        },
                        value -> {},
                        () -> {});
        try {
            TestContext.with()
                    .withBean("host", Executor.class, () -> host)
                    .withBean(SmartAsyncListener.class, () -> listener)
                    .run(context -> {
                        IOException failure = new IOException("planned");
                        CompletableFuture<List<String>> all = context.getBean(SmartAsyncOperations.class)
                                .executor("host")
                                .futureAll(List.of(1, 2), 2, item -> {
                                    throw failure;
                                });
                        allAreStopped.countDown();
                        assertThatThrownBy(() -> all.get(10, TimeUnit.SECONDS)).hasCause(failure);
                    });
        } finally {
            ContextRegistry.getInstance().removeThreadLocalAccessor("gate");
        }
    }

    @Test
    void manyItemsAreCancelledWithoutAnInterruptIfThatIsNotWanted() {
        run((context, operations) -> {
            CountDownLatch begun = new CountDownLatch(1);
            CountDownLatch cancelled = new CountDownLatch(1);
            CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
            CompletableFuture<List<String>> all = operations.futureAll(ITEMS, 1, item -> {
                begun.countDown();
                while (cancelled.getCount() > 0 && !Thread.currentThread().isInterrupted()) {
                    Thread.onSpinWait();
                }
                interrupted.complete(Thread.currentThread().isInterrupted());
                return "";
            });
            assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
            all.cancel(false);
            cancelled.countDown();
            assertThat(interrupted.get(10, TimeUnit.SECONDS)).isFalse();
            awaitIdle(context);
        });
    }

    /** Even if it is interrupted. */
    private static void outlast(CountDownLatch latch) {
        while (latch.getCount() > 0) {
            Thread.onSpinWait();
        }
    }

    private static <T> T forever() throws InterruptedException {
        new CountDownLatch(1).await();
        throw new AssertionError();
    }

    private static void awaitIdle(AssertableApplicationContext context) {
        Await.idle(context.getBean("smartasync-io", SmartAsyncTaskExecutor.class));
    }

    private interface Scenario {
        void play(AssertableApplicationContext context, SmartAsyncOperations operations) throws Exception;
    }

    private static void run(Scenario scenario) {
        application().run(context -> scenario.play(context, context.getBean(SmartAsyncOperations.class)));
    }

    private static ApplicationContextRunner application() {
        return TestContext.with();
    }
}
