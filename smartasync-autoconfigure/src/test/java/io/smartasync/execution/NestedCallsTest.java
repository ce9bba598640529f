package io.smartasync.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.smartasync.ReactorSmartAsyncOperations;
import io.smartasync.SmartAsync;
import io.smartasync.SmartAsyncOperations;
import io.smartasync.Workload;
import io.smartasync.support.Await;
import io.smartasync.support.TestContext;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.reactivestreams.Subscription;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.core.task.TaskExecutor;
import org.springframework.scheduling.concurrent.ConcurrentTaskExecutor;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Calls within calls, on executors that run one body at a time: nobody waits for itself. */
@Timeout(30)
class NestedCallsTest {

    /** As its meters call it. */
    @Test
    void anExecutorOfOursIsTheSameByTheNameOfItsBean() {
        application().run(context -> {
            assertThat(context.getBean(ByBeanName.class).outer(context.getBean(First.class)))
                    .isEqualTo(10);
            Await.idle(context.getBean("smartasync-one", SmartAsyncTaskExecutor.class));
        });
    }

    static class ByBeanName {

        @SmartAsync("smartasync-one")
        public int outer(First first) throws Exception {
            return first.value(10);
        }
    }

    @Test
    void tenLevelsOfEveryShapeCompleteOnALimitOfOne() {
        application().run(context -> {
            First first = context.getBean(First.class);
            assertThat(first.value(10)).isEqualTo(10);
            assertThat(first.future(10).get(10, TimeUnit.SECONDS)).isEqualTo(10);
            assertThat(first.composed(10).get(10, TimeUnit.SECONDS)).isEqualTo(10);
            assertThat(first.mono(10).toFuture().get(10, TimeUnit.SECONDS)).isEqualTo(10);
            Await.idle(context.getBean("smartasync-one", SmartAsyncTaskExecutor.class));
        });
    }

    /** The inner calls are made by a timer's thread, which knows of no chain: the subscriber's context does. */
    @Test
    void aChainOfPublishersIsKnownAfterAnAsynchronousStepToo() {
        application().run(context -> {
            First first = context.getBean(First.class);
            assertThat(first.later(10).toFuture().get(10, TimeUnit.SECONDS)).isEqualTo(10);
            Await.idle(context.getBean("smartasync-one", SmartAsyncTaskExecutor.class));
        });
    }

    @Test
    void whatIsGeneratedOnALaterRequestIsPartOfTheChainToo() {
        application().run(context -> {
            BlockingQueue<Integer> elements = new LinkedBlockingQueue<>();
            BaseSubscriber<Integer> subscriber = new BaseSubscriber<>() {
                @Override
                protected void hookOnSubscribe(Subscription subscription) {
                    // Each element is asked for by the thread of the test
                }

                @Override
                protected void hookOnNext(Integer element) {
                    elements.add(element);
                }
            };
            context.getBean(First.class).generated().subscribe(subscriber);
            for (int i = 0; i < 3; i++) {
                subscriber.request(1);
                assertThat(elements.poll(10, TimeUnit.SECONDS)).isEqualTo(1);
            }
            subscriber.cancel();
            Await.idle(context.getBean("smartasync-one", SmartAsyncTaskExecutor.class));
        });
    }

    /** It runs on the thread of the nested call, which has ended by then. */
    @Test
    void whatFollowsANestedCallIsPartOfTheChainToo() {
        application().run(context -> {
            First first = context.getBean(First.class);
            for (Mono<Integer> chain :
                    List.of(first.twice(), first.thenValue(), first.afterNothing(), first.afterAnError())) {
                assertThat(chain.toFuture().get(10, TimeUnit.SECONDS)).isZero();
            }
            Await.idle(context.getBean("smartasync-one", SmartAsyncTaskExecutor.class));
        });
    }

    /** The only thread of the pool goes on with what depends on the first call, and waits there for the second. */
    @Test
    void whoGoesOnOnAThreadOfAPoolMayWaitForAnotherCallThere() {
        application().run(context -> {
            First first = context.getBean(First.class);
            SmartAsyncTaskExecutor one = context.getBean("smartasync-one", SmartAsyncTaskExecutor.class);
            for (int i = 0; i < 3; i++) {
                assertThat(first.mono(0).map(value -> first.value(0)).toFuture().get(10, TimeUnit.SECONDS))
                        .isZero();
                CountDownLatch gate = new CountDownLatch(1);
                CompletableFuture<Integer> after = first.after(gate).thenApply(value -> first.value(0));
                gate.countDown();
                assertThat(after.get(10, TimeUnit.SECONDS)).isZero();
                Await.idle(one);
            }
            awaitThatNoMoreThanOneThreadIsSpare(one);
        });
    }

    /** The same, however it waits. */
    @Test
    void whoGoesOnOnAThreadOfAPoolMayWaitInAnyWay() {
        application().run(context -> {
            First first = context.getBean(First.class);
            Second second = context.getBean(Second.class);
            SmartAsyncOperations operations = context.getBean(SmartAsyncOperations.class);
            List<Callable<Integer>> ways = List.of(
                    () -> first.future(0).join(),
                    () -> first.future(0).get(10, TimeUnit.SECONDS),
                    () -> second.pingPong(1),
                    () -> operations.await(first.future(0)),
                    () -> operations
                            .executor("one")
                            .callAll(List.of(0), 1, item -> item)
                            .get(0));
            for (Callable<Integer> way : ways) {
                CountDownLatch gate = new CountDownLatch(1);
                CompletableFuture<Integer> after = first.after(gate).thenApply(value -> {
                    try {
                        return way.call();
                    } catch (Exception ex) {
                        throw new IllegalStateException(ex);
                    }
                });
                gate.countDown();
                assertThat(after.get(10, TimeUnit.SECONDS)).isBetween(0, 1);
            }
            SmartAsyncTaskExecutor one = context.getBean("smartasync-one", SmartAsyncTaskExecutor.class);
            Await.idle(one);
            awaitThatNoMoreThanOneThreadIsSpare(one);
        });
    }

    /** A thread that has told its result leaves a moment later; what comes meanwhile may have got one more. */
    private static void awaitThatNoMoreThanOneThreadIsSpare(SmartAsyncTaskExecutor one) {
        Await.until("the other spare threads to end", () -> one.threads() <= 2);
    }

    /** As WebFlux gives its blocking handlers to the executor, and {@code @Async} its methods. */
    @Test
    void whatATaskOfAnythingElseCallsIsPartOfItsChain() {
        application().run(context -> {
            First first = context.getBean(First.class);
            SmartAsyncTaskExecutor one = context.getBean("smartasync-one", SmartAsyncTaskExecutor.class);
            List<Callable<Integer>> tasks = List.of(
                    () -> first.value(10),
                    () -> first.future(10).get(10, TimeUnit.SECONDS),
                    () -> first.mono(10).toFuture().get(10, TimeUnit.SECONDS),
                    () -> first.pingPong(10));
            for (Callable<Integer> task : tasks) {
                assertThat(one.submitCompletable(task).get(10, TimeUnit.SECONDS))
                        .isEqualTo(10);
                Await.idle(one);
            }
        });
    }

    @Test
    void anExecutorOfTheHostIsTheSameForAllMethodsThatNameIt() {
        application()
                .withBean(Hosted.class)
                .withBean("host", ThreadPoolTaskExecutor.class, () -> {
                    ThreadPoolTaskExecutor host = new ThreadPoolTaskExecutor();
                    host.setCorePoolSize(1);
                    host.setMaxPoolSize(1);
                    return host;
                })
                .run(context -> {
                    Hosted hosted = context.getBean(Hosted.class);
                    assertThat(hosted.outer().get(10, TimeUnit.SECONDS)).isEqualTo(1);
                    assertThat(hosted.sum(1000).get(10, TimeUnit.SECONDS)).isEqualTo(500_500);
                });
    }

    /** It has no queue to see that it is full by. */
    @Test
    void aNestedCallThatAnExecutorOfTheApplicationRejectsRunsInPlace() {
        application()
                .withBean(Hosted.class)
                .withBean("host", SimpleAsyncTaskExecutor.class, () -> {
                    SimpleAsyncTaskExecutor host = new SimpleAsyncTaskExecutor();
                    host.setConcurrencyLimit(1);
                    host.setRejectTasksWhenLimitReached(true);
                    return host;
                })
                .run(context -> assertThat(context.getBean(Hosted.class).outer().get(10, TimeUnit.SECONDS))
                        .isEqualTo(1));
    }

    /** Of which nobody can tell whether it has a thread left. */
    @Test
    void aNestedCallOnAnExecutorOfAnyOtherKindRunsInPlace() {
        ExecutorService single = Executors.newSingleThreadExecutor();
        application()
                .withBean(Hosted.class)
                .withBean("host", TaskExecutor.class, () -> new ConcurrentTaskExecutor(single))
                .run(context -> assertThat(context.getBean(Hosted.class).outer().get(10, TimeUnit.SECONDS))
                        .isEqualTo(1));
        single.shutdownNow();
    }

    /** It runs in place on a thread of the other executor, whose own call has ended: that thread is the only one there. */
    @Test
    void whatRunsInPlaceOnAThreadOfAnotherExecutorMayWaitForThatExecutor() {
        application().run(context -> {
            First first = context.getBean(First.class);
            Second second = context.getBean(Second.class);
            for (int i = 0; i < 3; i++) {
                assertThat(first.range(3)
                                .concatMap(element -> second.mono().flatMap(other -> first.save()))
                                .collectList()
                                .toFuture()
                                .get(10, TimeUnit.SECONDS))
                        .containsExactly(1, 1, 1);
            }
            Await.idle(context.getBean("smartasync-one", SmartAsyncTaskExecutor.class));
            Await.idle(context.getBean("smartasync-other", SmartAsyncTaskExecutor.class));
        });
    }

    /** Each element is taken when the calls that gave it, and those before it, have ended. */
    @Test
    void aBodyMayWaitForOneNestedCallAfterAnother() {
        application().run(context -> {
            SmartAsyncTaskExecutor other = context.getBean("smartasync-other", SmartAsyncTaskExecutor.class);
            assertThat(context.getBean(First.class).oneAfterAnother(20, other).get(10, TimeUnit.SECONDS))
                    .isEqualTo(20);
            Await.idle(context.getBean("smartasync-one", SmartAsyncTaskExecutor.class));
        });
    }

    /** It asks for the next elements when the first 256 are taken, which the nested call's body did not stay for. */
    @Test
    void aBodyMayIterateANestedPublisherOfAnyLength() {
        application().run(context -> {
            First first = context.getBean(First.class);
            assertThat(first.sum(1000).get(10, TimeUnit.SECONDS)).isEqualTo(500_500);
            assertThat(first.sumFromElsewhere(1000).get(10, TimeUnit.SECONDS)).isEqualTo(500_500);
            Await.idle(context.getBean("smartasync-one", SmartAsyncTaskExecutor.class));
        });
    }

    /** The nested call begins on a thread that knows the chain, but may not run it, while the only one that may waits. */
    @Test
    void aBodyMayWaitForANestedCallThatBeginsAfterAnAsynchronousStep() {
        application().run(context -> {
            First first = context.getBean(First.class);
            for (int i = 0; i < 3; i++) {
                assertThat(first.awaiting(context.getBean(ReactorSmartAsyncOperations.class))
                                .get(10, TimeUnit.SECONDS))
                        .isZero();
            }
            SmartAsyncTaskExecutor one = context.getBean("smartasync-one", SmartAsyncTaskExecutor.class);
            Await.idle(one);
            awaitThatNoMoreThanOneThreadIsSpare(one);
        });
    }

    /** One holds the permit of its caller's place, which needs it no more, one that which is free; all others wait. */
    @Test
    void theCallsOfOneBodyKeepTheLimitAfterAnAsynchronousStepToo() {
        application()
                .withPropertyValues("smartasync.executors.one.concurrency-limit=2")
                .run(context -> {
                    SmartAsyncTaskExecutor one = context.getBean("smartasync-one", SmartAsyncTaskExecutor.class);
                    CountDownLatch gate = new CountDownLatch(1);
                    AtomicInteger running = new AtomicInteger();
                    Queue<Integer> atOnce = new ConcurrentLinkedQueue<>();
                    CompletableFuture<List<Integer>> all = context.getBean(First.class)
                            .fanOut(50, () -> {
                                atOnce.add(running.incrementAndGet());
                                gate.await();
                                running.decrementAndGet();
                                return 1;
                            })
                            .collectList()
                            .toFuture();
                    Await.until("all but two wait", () -> one.queued() == 48);
                    gate.countDown();
                    assertThat(all.get(10, TimeUnit.SECONDS)).hasSize(50);
                    assertThat(atOnce).hasSize(50).allSatisfy(count -> assertThat(count)
                            .isLessThanOrEqualTo(2));
                    Await.idle(one);
                });
    }

    @Test
    void whatWaitsForThePlaceOfItsCallerCanBeCancelled() {
        application().run(context -> {
            SmartAsyncTaskExecutor one = context.getBean("smartasync-one", SmartAsyncTaskExecutor.class);
            CountDownLatch gate = new CountDownLatch(1);
            CompletableFuture<List<Integer>> all = context.getBean(First.class)
                    .fanOut(10, () -> {
                        gate.await();
                        return 1;
                    })
                    .collectList()
                    .toFuture();
            Await.until("all but one wait", () -> one.queued() == 9);
            all.cancel(true);
            Await.idle(one);
            assertThat(context.getBean(First.class).value(1)).isEqualTo(1);
        });
    }

    /** It runs on the place of its caller, whose permit comes back with it and not before. */
    @Test
    void theLimitHoldsForANestedBodyThatOutlivesTheCallThatMadeIt() {
        application().run(context -> {
            SmartAsyncTaskExecutor one = context.getBean("smartasync-one", SmartAsyncTaskExecutor.class);
            CountDownLatch begun = new CountDownLatch(1);
            CompletableFuture<Void> gate = new CompletableFuture<>();
            CompletableFuture<List<Integer>> outer = context.getBean(First.class)
                    .fanOut(1, () -> {
                        begun.countDown();
                        gate.join();
                        return 1;
                    })
                    .collectList()
                    .toFuture();
            begun.await();
            outer.cancel(true);
            assertThat(one.active()).as("the nested body ignores the interrupt").isEqualTo(1);
            gate.complete(null);
            Await.idle(one);
        });
    }

    /** Those between it and the one whose permit it shares have ended; it does not wait for that permit nevertheless. */
    @Test
    void whatOutlivesItsChainKnowsThePermitThatItRunsUnder() {
        application().run(context -> {
            SmartAsyncOperations operations = context.getBean(SmartAsyncOperations.class);
            SmartAsyncOperations one = operations.executor("one");
            CountDownLatch innerRuns = new CountDownLatch(1);
            CountDownLatch chainIsOver = new CountDownLatch(1);
            Callable<CompletableFuture<Integer>> between = () -> {
                CompletableFuture<Integer> left = operations.executor("other").future(() -> one.future(() -> {
                            innerRuns.countDown();
                            chainIsOver.await();
                            return one.future(() -> 1).join();
                        })
                        .join());
                innerRuns.await();
                return left;
            };
            CompletableFuture<Integer> left =
                    one.future(() -> one.future(between).join()).get(10, TimeUnit.SECONDS);
            chainIsOver.countDown();
            assertThat(left.get(10, TimeUnit.SECONDS)).isEqualTo(1);
            Await.idle(context.getBean("smartasync-one", SmartAsyncTaskExecutor.class));
        });
    }

    /** The call in place, between the two, has ended; who waits is further up. */
    @Test
    void whatACallInPlaceLeavesBehindKnowsThePermitThatItsCallerWaitsUnder() {
        leaveBehind("one");
    }

    @Test
    void whatACallOnAnotherExecutorLeavesBehindKnowsThePermitThatItsCallerWaitsUnder() {
        leaveBehind("third");
    }

    private static void leaveBehind(String executorBetween) {
        application()
                .withPropertyValues("smartasync.executors.third.threads=platform")
                .run(context -> {
                    SmartAsyncOperations operations = context.getBean(SmartAsyncOperations.class);
                    SmartAsyncOperations one = operations.executor("one");
                    CountDownLatch betweenIsOver = new CountDownLatch(1);
                    Callable<CompletableFuture<Integer>> between =
                            () -> operations.executor("other").future(() -> {
                                betweenIsOver.await();
                                return one.future(() -> 1).join();
                            });
                    Callable<Integer> around = () -> {
                        CompletableFuture<Integer> left = operations
                                .executor(executorBetween)
                                .future(between)
                                .join();
                        betweenIsOver.countDown();
                        return left.join();
                    };
                    assertThat(one.future(around).get(10, TimeUnit.SECONDS)).isEqualTo(1);
                    Await.idle(context.getBean("smartasync-one", SmartAsyncTaskExecutor.class));
                });
    }

    /** More than are taken at once, so that it goes on when calls for the first elements have ended. */
    @Test
    void anElementOfANestedPublisherMayBringAnotherCall() {
        application().run(context -> {
            First first = context.getBean(First.class);
            assertThat(first.stream(600).count().toFuture().get(10, TimeUnit.SECONDS))
                    .isEqualTo(600);
            Await.idle(context.getBean("smartasync-one", SmartAsyncTaskExecutor.class));
        });
    }

    @Test
    void whatWaitsForThePlaceOfItsCallerOnlyIsForgottenWhenItIsCancelled() {
        application()
                .withPropertyValues("smartasync.executors.one.queue-capacity=0")
                .run(context -> {
                    SmartAsyncTaskExecutor one = context.getBean("smartasync-one", SmartAsyncTaskExecutor.class);
                    CompletableFuture<Integer> gate = new CompletableFuture<>();
                    CountDownLatch subscribed = new CountDownLatch(10);
                    Queue<Integer> ran = new ConcurrentLinkedQueue<>();
                    CompletableFuture<List<Integer>> outer = context.getBean(First.class)
                            .withSiblings(10, subscribed, () -> {
                                ran.add(1);
                                return gate.join(); // whatever the interrupt: the others are cancelled while it runs
                            })
                            .collectList()
                            .toFuture();
                    subscribed.await();
                    Await.until("the first runs", () -> ran.size() == 1);
                    outer.cancel(true);
                    gate.complete(1);
                    Await.idle(one);
                    assertThat(ran).hasSize(1);
                    assertThat(context.getBean(First.class).value(1)).isEqualTo(1);
                });
    }

    /** Where the stack has ended, no clean-up can be relied on. */
    @Test
    void anOverflowOfTheStackLosesNoPermit() {
        application().run(context -> {
            First first = context.getBean(First.class);
            SmartAsyncTaskExecutor one = context.getBean("smartasync-one", SmartAsyncTaskExecutor.class);
            for (int i = 0; i < 5; i++) {
                assertThatThrownBy(() -> first.withoutEnd(0).get(10, TimeUnit.SECONDS))
                        .hasCauseInstanceOf(StackOverflowError.class);
                Await.idle(one);
                assertThat(first.future(i).get(10, TimeUnit.SECONDS)).isEqualTo(i);
            }
        });
    }

    /** Each turn ends elsewhere on the stack, which is that of the second executor: the permit of the first is shared there. */
    @Test
    void anOverflowOfTheStackOverTwoExecutorsLosesNoPermit() {
        application().run(context -> {
            SmartAsyncOperations operations = context.getBean(SmartAsyncOperations.class);
            SmartAsyncOperations one = operations.executor("one");
            SmartAsyncOperations other = operations.executor("other");
            // On a busy machine each of them takes a second
            long start = System.nanoTime();
            for (int i = 0; i < 40 && System.nanoTime() - start < TimeUnit.SECONDS.toNanos(10); i++) {
                int deeper = i;
                assertThatThrownBy(() -> one.future(() -> below(deeper, () -> other.call(() -> inTurn(one, other))))
                                .get(10, TimeUnit.SECONDS))
                        .hasCauseInstanceOf(StackOverflowError.class);
                Await.idle(context.getBean("smartasync-one", SmartAsyncTaskExecutor.class));
                Await.idle(context.getBean("smartasync-other", SmartAsyncTaskExecutor.class));
            }
        });
    }

    private static int inTurn(SmartAsyncOperations next, SmartAsyncOperations afterwards) throws Exception {
        return next.call(() -> inTurn(afterwards, next));
    }

    private static int below(int frames, Callable<Integer> work) throws Exception {
        return frames == 0 ? work.call() : below(frames - 1, work);
    }

    @Test
    void anInterruptOfTheBodyAroundIsNotTakenByACallInPlaceThatWasInterruptedItself() {
        application().run(context -> {
            SmartAsyncOperations one =
                    context.getBean(SmartAsyncOperations.class).executor("one");
            CountDownLatch innerIsInterrupted = new CountDownLatch(1);
            CountDownLatch outerIsCancelled = new CountDownLatch(1);
            CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
            AtomicBoolean begun = new AtomicBoolean();
            CompletableFuture<Boolean> outer = one.future(() -> {
                do { // the timeout may come before the body
                    // Whoever waited for its result, too, might be interrupted before the timeout is told
                    one.timeout(Duration.ofMillis(50)).future(() -> {
                        begun.set(true);
                        while (!Thread.currentThread().isInterrupted()) {
                            Thread.onSpinWait();
                        }
                        innerIsInterrupted.countDown();
                        while (outerIsCancelled.getCount() > 0) {
                            Thread.onSpinWait(); // an interrupt does not end this body
                        }
                        return "";
                    });
                } while (!begun.get());
                return interrupted.complete(Thread.currentThread().isInterrupted());
            });
            assertThat(innerIsInterrupted.await(10, TimeUnit.SECONDS)).isTrue();
            outer.cancel(true);
            outerIsCancelled.countDown();
            assertThat(interrupted.get(10, TimeUnit.SECONDS)).isTrue();
            Await.idle(context.getBean("smartasync-one", SmartAsyncTaskExecutor.class));
        });
    }

    @Test
    void twentyChainsOverTwoExecutorsCompleteWhicheverEachStartsWith() {
        application().run(context -> {
            First first = context.getBean(First.class);
            Second second = context.getBean(Second.class);
            CyclicBarrier together = new CyclicBarrier(20);
            List<CompletableFuture<Integer>> chains = IntStream.range(0, 20)
                    .mapToObj(i -> CompletableFuture.supplyAsync(
                            () -> {
                                try {
                                    together.await(10, TimeUnit.SECONDS);
                                } catch (Exception ex) {
                                    throw new IllegalStateException(ex);
                                }
                                return i % 2 == 0 ? first.pingPong(10) : second.pingPong(10);
                            },
                            task -> new Thread(task).start()))
                    .toList();
            for (CompletableFuture<Integer> chain : chains) {
                assertThat(chain.get(20, TimeUnit.SECONDS)).isEqualTo(10);
            }
            Await.idle(context.getBean("smartasync-one", SmartAsyncTaskExecutor.class));
            Await.idle(context.getBean("smartasync-other", SmartAsyncTaskExecutor.class));
        });
    }

    /** Two calls that are no chain do wait for each other: the limit holds. */
    @Test
    void callsOfDifferentChainsKeepTheLimit() {
        application().run(context -> {
            First first = context.getBean(First.class);
            CompletableFuture<Integer> gate = new CompletableFuture<>();
            CompletableFuture<Integer> running = first.until(gate);
            CompletableFuture<Integer> waiting = first.future(0);
            assertThat(context.getBean("smartasync-one", SmartAsyncTaskExecutor.class)
                            .queued())
                    .isEqualTo(1);
            gate.complete(1);
            assertThat(running.get(10, TimeUnit.SECONDS)).isEqualTo(1);
            assertThat(waiting.get(10, TimeUnit.SECONDS)).isZero();
        });
    }

    private static ApplicationContextRunner application() {
        return TestContext.with(First.class, Second.class, ByBeanName.class)
                .withPropertyValues(
                        "smartasync.executors.one.threads=platform",
                        "smartasync.executors.one.concurrency-limit=1",
                        "smartasync.executors.other.threads=platform",
                        "smartasync.executors.other.concurrency-limit=1");
    }

    static class First {

        private final First self;
        private final Second second;

        First(@Lazy First self, @Lazy Second second) {
            this.self = self;
            this.second = second;
        }

        @SmartAsync("one")
        public int value(int depth) {
            return depth == 0 ? 0 : 1 + self.value(depth - 1);
        }

        @SmartAsync("one")
        public CompletableFuture<Integer> future(int depth) {
            return CompletableFuture.completedFuture(
                    depth == 0 ? 0 : 1 + self.future(depth - 1).join());
        }

        @SmartAsync("one")
        public CompletableFuture<Integer> composed(int depth) {
            return depth == 0
                    ? CompletableFuture.completedFuture(0)
                    : self.composed(depth - 1).thenApply(below -> below + 1);
        }

        @SmartAsync(executor = "one", workload = Workload.IO)
        public Mono<Integer> mono(int depth) {
            return depth == 0 ? Mono.just(0) : self.mono(depth - 1).map(below -> below + 1);
        }

        @SmartAsync(executor = "one", workload = Workload.IO)
        public Mono<Integer> later(int depth) {
            assertThat(Thread.currentThread().getName()).startsWith("smartasync-one-");
            return depth == 0
                    ? Mono.just(0)
                    : Mono.delay(Duration.ofMillis(1))
                            .then(self.later(depth - 1))
                            .map(below -> below + 1);
        }

        @SmartAsync(executor = "one", workload = Workload.IO)
        public Mono<Integer> twice() {
            return self.mono(0).flatMap(first -> self.mono(0));
        }

        @SmartAsync(executor = "one", workload = Workload.IO)
        public Mono<Integer> thenValue() {
            return self.mono(0).map(first -> self.value(0));
        }

        @SmartAsync(executor = "one", workload = Workload.IO)
        public Mono<Integer> afterNothing() {
            return self.nothing().then(self.mono(0));
        }

        @SmartAsync(executor = "one", workload = Workload.IO)
        public Mono<Integer> afterAnError() {
            return self.failing().onErrorResume(error -> self.mono(0));
        }

        @SmartAsync(executor = "one", workload = Workload.IO)
        public Flux<Integer> nothing() {
            return Flux.empty();
        }

        @SmartAsync(executor = "one", workload = Workload.IO)
        public Mono<Integer> failing() {
            return Mono.error(new IllegalStateException("planned"));
        }

        @SmartAsync("one")
        public CompletableFuture<Integer> after(CountDownLatch gate) throws InterruptedException {
            gate.await();
            return CompletableFuture.completedFuture(0);
        }

        @SmartAsync(executor = "one", workload = Workload.IO)
        public Flux<Integer> generated() {
            return Flux.generate(sink -> sink.next(self.value(1)));
        }

        @SmartAsync("one")
        public CompletableFuture<Integer> until(CompletableFuture<Integer> gate) {
            return gate;
        }

        @SmartAsync(executor = "one", workload = Workload.IO)
        public Flux<Integer> range(int size) {
            return Flux.range(1, size);
        }

        @SmartAsync(executor = "one", workload = Workload.IO)
        public Mono<Integer> save() {
            return Mono.just(second.pingPong(0) + 1);
        }

        @SmartAsync(executor = "one", workload = Workload.IO)
        public Flux<Integer> fanOut(int size, Callable<Integer> work) {
            return Mono.delay(Duration.ofMillis(1))
                    .thenMany(Flux.range(0, size))
                    .flatMap(element -> self.calling(work), size);
        }

        @SmartAsync(executor = "one", workload = Workload.IO)
        public Flux<Integer> withSiblings(int size, CountDownLatch subscribed, Callable<Integer> work) {
            return Mono.delay(Duration.ofMillis(1))
                    .thenMany(Flux.range(0, size))
                    .flatMap(element -> self.calling(work).doOnRequest(count -> subscribed.countDown()), size);
        }

        @SmartAsync(executor = "one", workload = Workload.IO)
        public Flux<Integer> stream(int size) {
            return Mono.delay(Duration.ofMillis(1))
                    .thenMany(self.range(size))
                    .publishOn(Schedulers.parallel())
                    .concatMap(element -> self.mono(0));
        }

        @SmartAsync("one")
        public CompletableFuture<Integer> withoutEnd(int depth) {
            return CompletableFuture.completedFuture(self.withoutEnd(depth + 1).join() + 1);
        }

        @SmartAsync(executor = "one", workload = Workload.IO)
        public Mono<Integer> calling(Callable<Integer> work) {
            return Mono.fromCallable(work);
        }

        @SmartAsync("one")
        public CompletableFuture<Integer> oneAfterAnother(int size, SmartAsyncTaskExecutor other) {
            return CompletableFuture.completedFuture(second.range(size)
                    .concatMap(element -> second.waiting(other).flatMap(idle -> self.mono(0)), size)
                    .collectList()
                    .block()
                    .size());
        }

        @SmartAsync("one")
        public CompletableFuture<Integer> sum(int size) {
            int sum = 0;
            for (int element : self.range(size).toIterable()) {
                sum += element;
            }
            return CompletableFuture.completedFuture(sum);
        }

        @SmartAsync("one")
        public CompletableFuture<Integer> sumFromElsewhere(int size) {
            int sum = 0;
            for (int element : self.range(size).publishOn(Schedulers.parallel()).toIterable()) {
                sum += element;
            }
            return CompletableFuture.completedFuture(sum);
        }

        @SmartAsync("one")
        public CompletableFuture<Integer> awaiting(ReactorSmartAsyncOperations operations) throws Exception {
            return CompletableFuture.completedFuture(
                    operations.await(Mono.delay(Duration.ofMillis(1)).then(self.mono(0))));
        }

        @SmartAsync("one")
        public int pingPong(int depth) {
            return depth == 0 ? 0 : 1 + second.pingPong(depth - 1);
        }
    }

    static class Second {

        private final First first;

        Second(@Lazy First first) {
            this.first = first;
        }

        @SmartAsync(workload = Workload.IO)
        public Mono<Integer> waiting(SmartAsyncTaskExecutor untilIdle) {
            Await.idle(untilIdle);
            return Mono.just(0);
        }

        @SmartAsync(executor = "other", workload = Workload.IO)
        public Flux<Integer> range(int size) {
            return Flux.range(1, size);
        }

        @SmartAsync(executor = "other", workload = Workload.IO)
        public Mono<Integer> mono() {
            return Mono.just(0);
        }

        @SmartAsync("other")
        public int pingPong(int depth) {
            return depth == 0 ? 0 : 1 + first.pingPong(depth - 1);
        }
    }

    static class Hosted {

        private final Hosted self;

        Hosted(@Lazy Hosted self) {
            this.self = self;
        }

        @SmartAsync("host")
        public CompletableFuture<Integer> outer() {
            return CompletableFuture.completedFuture(1 + self.inner());
        }

        @SmartAsync("host")
        public int inner() {
            return 0;
        }

        @SmartAsync("host")
        public CompletableFuture<Integer> sum(int size) {
            int sum = 0;
            for (int element : self.range(size).toIterable()) {
                sum += element;
            }
            return CompletableFuture.completedFuture(sum);
        }

        @SmartAsync(executor = "host", workload = Workload.IO)
        public Flux<Integer> range(int size) {
            return Flux.range(1, size);
        }
    }
}
