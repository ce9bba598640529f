package io.smartasync.execution;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.smartasync.SmartAsync;
import io.smartasync.SmartAsyncOperations;
import io.smartasync.SmartAsyncTimeoutException;
import io.smartasync.Workload;
import io.smartasync.plan.Wish;
import io.smartasync.support.Await;
import io.smartasync.support.Calls;
import io.smartasync.support.TestContext;
import java.nio.channels.spi.AbstractInterruptibleChannel;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.reactivestreams.Subscription;
import org.springframework.core.task.TaskRejectedException;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;
import reactor.core.Disposable;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;

/** Cancel, timeout and rejection on an executor that runs one body and lets one wait. */
@Timeout(30)
class CancellationTest {

    /** The thread that tells of a timeout may be started by anybody's call. */
    @Test
    void whatFollowsATimeoutInheritsNothingOfTheCaller() {
        InheritableThreadLocal<String> user = new InheritableThreadLocal<>();
        TestContext.with(Bean.class)
                .withPropertyValues("smartasync.executors.one.concurrency-limit=1")
                .run(context -> {
                    Bean bean = context.getBean(Bean.class);
                    user.set("ada");
                    try {
                        List<String> seen;
                        do { // unless this thread was too late to leave it to that one
                            seen = bean.late()
                                    .handle((value, error) -> List.of(
                                            Thread.currentThread().getName(),
                                            String.valueOf(user.get()),
                                            String.valueOf(
                                                    Thread.currentThread().getContextClassLoader())))
                                    .get(10, TimeUnit.SECONDS);
                        } while (!seen.get(0).startsWith("smartasync-timeout-"));
                        assertThat(seen.subList(1, 3))
                                .containsExactly("null", String.valueOf(context.getClassLoader()));
                    } finally {
                        user.remove();
                    }
                });
    }

    /** To interrupt a thread that reads from a channel is to close the channel, with the channel's own code. */
    @Test
    void aBodyWhoseInterruptFailsIsLeftToItselfAndTheCallEnds() {
        TestContext.with()
                .withPropertyValues("smartasync.executors.io.threads=platform")
                .run(context -> {
                    SmartAsyncOperations operations = context.getBean(SmartAsyncOperations.class);
                    CountDownLatch reads = new CountDownLatch(1);
                    BrokenChannel channel = new BrokenChannel();
                    CompletableFuture<Object> future = operations.future(() -> channel.read(reads));
                    assertThat(reads.await(10, TimeUnit.SECONDS)).isTrue();
                    assertThat(future.cancel(true)).isTrue();
                    assertThat(future).isCancelled();
                    channel.released.countDown();
                    Await.idle(context.getBean("smartasync-io", SmartAsyncTaskExecutor.class));
                });
    }

    private static final class BrokenChannel extends AbstractInterruptibleChannel {

        final CountDownLatch released = new CountDownLatch(1);

        Object read(CountDownLatch reads) throws Exception {
            begin();
            try {
                reads.countDown();
                while (released.getCount() > 0) {
                    Thread.onSpinWait();
                }
                return "";
            } finally {
                end(true);
            }
        }

        @Override
        protected void implCloseChannel() {
            throw new IllegalStateException("planned");
        }
    }

    @Test
    void aFutureThatIsCompletedWithoutAnErrorGoesOn() {
        run((bean, one, calls) -> {
            CompletableFuture<String> future = bean.future();
            Body.awaitStart();
            assertThatNullPointerException().isThrownBy(() -> future.completeExceptionally(null));
            assertThat(future.complete("done")).isTrue();
        });
    }

    @Test
    void cancellingTheFutureInterruptsTheBody() {
        run((bean, one, calls) -> {
            CompletableFuture<String> future = bean.future();
            Body.awaitStart();

            assertThat(future.cancel(true)).isTrue();

            assertThat(Body.end()).isInstanceOf(InterruptedException.class);
            assertThat(calls.by("outcome")).containsExactly(entry("CANCELLED", 1L));
            Await.idle(one);
            assertThat(bean.flagOfTheNextTask().get()).isFalse();
        });
    }

    @Test
    void cancellingWithoutInterruptLeavesTheBodyAlone() {
        run((bean, one, calls) -> {
            CompletableFuture<String> future = bean.future();
            Body.awaitStart();

            assertThat(future.cancel(false)).isTrue();
            assertThat(one.active()).as("the permit stays with the body").isEqualTo(1);
            Body.release();

            assertThat(Body.end()).isNull();
            Await.idle(one);
        });
    }

    @Test
    void anUninterruptibleBodyRunsOnAndItsResultIsDropped() {
        run((bean, one, calls) -> {
            CompletableFuture<String> future = bean.uninterruptible();
            Body.awaitStart();

            assertThat(future.cancel(true)).isTrue();
            Body.release();

            assertThat(Body.end()).isNull();
            assertThat(future).isCancelled();
            assertThat(calls.by("outcome")).containsExactly(entry("CANCELLED", 1L));
        });
    }

    @Test
    void disposingAMonoOrFluxInterruptsTheBody() {
        run((bean, one, calls) -> {
            Disposable subscription = bean.mono().subscribe();
            Body.awaitStart();
            subscription.dispose();
            assertThat(Body.end()).isInstanceOf(InterruptedException.class);
            Await.idle(one);

            Body.reset();
            subscription = bean.flux().subscribe();
            Body.awaitStart();
            subscription.dispose();
            assertThat(Body.end()).isInstanceOf(InterruptedException.class);
            Await.idle(one);
            assertThat(calls.by("outcome")).containsExactly(entry("CANCELLED", 2L));
        });
    }

    /** As buffers are released that nobody gets. */
    @Test
    void whatIsEmittedAfterTheCancelIsDiscarded() {
        run((bean, one, calls) -> {
            BlockingQueue<String> discarded = new LinkedBlockingQueue<>();

            bean.stubborn().take(1).doOnDiscard(String.class, discarded::add).blockLast(Duration.ofSeconds(10));
            assertThat(discarded.poll(10, TimeUnit.SECONDS)).isEqualTo("second");

            bean.stubborn().next().doOnDiscard(String.class, discarded::add).block(Duration.ofSeconds(10));
            assertThat(discarded.poll(10, TimeUnit.SECONDS)).isEqualTo("second");
        });
    }

    @Test
    void anInterruptOfTheThreadThatWaitsInterruptsTheBody() {
        run((bean, one, calls) -> {
            CompletableFuture<Throwable> seen = new CompletableFuture<>();
            Thread caller = new Thread(() -> {
                try {
                    bean.awaited();
                } catch (Throwable ex) {
                    seen.complete(Thread.currentThread().isInterrupted() ? ex : new AssertionError("flag lost", ex));
                }
            });
            caller.start();
            Body.awaitStart();

            caller.interrupt();

            assertThat(seen.get()).isInstanceOf(CancellationException.class).hasMessageContaining("Bean#awaited");
            assertThat(Body.end()).isInstanceOf(InterruptedException.class);
        });
    }

    @Test
    void aMethodThatDeclaresItThrowsInterruptedExceptionThere() {
        run((bean, one, calls) -> {
            CompletableFuture<Throwable> seen = new CompletableFuture<>();
            Thread caller = new Thread(() -> {
                try {
                    bean.awaitedOpenly();
                } catch (Throwable ex) {
                    seen.complete(ex);
                }
            });
            caller.start();
            Body.awaitStart();

            caller.interrupt();

            assertThat(seen.get(10, TimeUnit.SECONDS)).isInstanceOf(InterruptedException.class);
            assertThat(Body.end()).isInstanceOf(InterruptedException.class);
            assertThat(calls.by("outcome")).containsExactly(entry("CANCELLED", 1L));
        });
    }

    @Test
    void aCallThatIsCancelledWhileItWaitsNeverRunsAndMakesRoom() {
        run((bean, one, calls) -> {
            CompletableFuture<String> running = bean.future();
            Body.awaitStart();
            CompletableFuture<Boolean> waiting = bean.flagOfTheNextTask();
            assertThat(one.queued()).isEqualTo(1);
            assertThat(bean.flagOfTheNextTask().handle((value, ex) -> ex).get(10, TimeUnit.SECONDS))
                    .isInstanceOf(TaskRejectedException.class)
                    .hasMessageContaining("smartasync.executors.one")
                    .hasMessageContaining("queue-capacity");

            assertThat(waiting.cancel(true)).isTrue();

            assertThat(one.queued()).isZero();
            CompletableFuture<Boolean> next = bean.flagOfTheNextTask();
            Body.release();
            assertThat(running.get()).isEqualTo("done");
            assertThat(next.get()).isFalse();
            assertThat(one.completed()).isEqualTo(2);
            assertThat(calls.by("outcome"))
                    .containsOnly(entry("SUCCESS", 2L), entry("CANCELLED", 1L), entry("REJECTED", 1L));
        });
    }

    @Test
    void aTimeoutSaysWhoSetItUnlessItWasTunedMeanwhile() {
        TestContext.with(Bean.class)
                .withPropertyValues(
                        "smartasync.executors.one.concurrency-limit=1",
                        "smartasync.rules[0].method=Bean#neverInTime",
                        "smartasync.rules[0].timeout=1500ms")
                .run(context -> {
                    BoundMethod method =
                            context.getBean(MethodRegistry.class).get(Bean.class, Bean.class.getMethod("neverInTime"));
                    Duration limit = Duration.ofMillis(1500);
                    assertThat(method.tooLate(limit))
                            .hasMessage("Bean#neverInTime did not complete within 1500ms (set by smartasync.rules[0])");
                    method.tune(new Wish(null, null, Duration.ofSeconds(9), null));
                    assertThat(method.tooLate(limit)).hasMessage("Bean#neverInTime did not complete within 1500ms");
                    assertThat(method.tooLate(Duration.ofSeconds(9)))
                            .hasMessage("Bean#neverInTime did not complete within 9s (set by the endpoint)");
                });
    }

    @Test
    void aTimeoutEndsEveryShapeAndInterruptsTheBody() {
        run((bean, one, calls) -> {
            long rounds = untilItHasBegun(one, () -> assertThatExceptionOfType(SmartAsyncTimeoutException.class)
                    .isThrownBy(bean::valueInTime)
                    .withCauseInstanceOf(TimeoutException.class)
                    .withMessageContaining("Bean#valueInTime")
                    .withMessageContaining("within 50ms (set by the annotation on method)"));
            assertThat(Body.end()).isInstanceOf(InterruptedException.class);

            rounds += untilItHasBegun(one, () -> assertThatExceptionOfType(ExecutionException.class)
                    .isThrownBy(() -> bean.futureInTime().get())
                    .withCauseInstanceOf(TimeoutException.class));
            assertThat(Body.end()).isInstanceOf(InterruptedException.class);

            rounds += untilItHasBegun(one, () -> assertThatExceptionOfType(ExecutionException.class)
                    .isThrownBy(() -> bean.monoInTime().toFuture().get())
                    .withCauseInstanceOf(TimeoutException.class));
            assertThat(Body.end()).isInstanceOf(InterruptedException.class);

            assertThatExceptionOfType(ExecutionException.class)
                    .isThrownBy(() -> bean.neverInTime().get())
                    .withCauseInstanceOf(TimeoutException.class);
            assertThat(calls.by("outcome")).containsExactly(entry("TIMEOUT", rounds + 1));
            Await.idle(one);
        });
    }

    /** The timeout may come before the body: repeats the call until it does not, and says how often it was made. */
    private static long untilItHasBegun(SmartAsyncTaskExecutor one, Runnable timedOutCall) {
        long rounds = 0;
        do {
            Body.reset();
            timedOutCall.run();
            Await.idle(one);
            rounds++;
        } while (Body.started.getCount() > 0);
        return rounds;
    }

    /** On the thread that ended the call, which no other timeout waits for. */
    @Test
    void aFallbackAfterATimeoutMayWaitForACallWithATimeout() {
        run((bean, one, calls) -> {
            CompletableFuture<String> fallback = bean.futureInTime().exceptionally(late -> bean.valueInTime());
            assertThatExceptionOfType(ExecutionException.class)
                    .isThrownBy(() -> fallback.get(10, TimeUnit.SECONDS))
                    .withCauseInstanceOf(SmartAsyncTimeoutException.class);
        });
    }

    /** As {@code take(1)} does, of which the body knows nothing before its next element. */
    @Test
    void aSubscriberThatCancelsWithAnElementLeavesThePermitWithTheBody() {
        run((bean, one, calls) -> {
            assertThat(bean.lingering().take(1).blockLast(Duration.ofSeconds(10)))
                    .isEqualTo("first");
            assertThat(one.active()).isEqualTo(1);
            Body.release();
            Await.idle(one);
        });
    }

    @Test
    void whatIsCancelledAtOnceIsNotCalledInPlaceEither() {
        run((bean, one, calls) -> {
            bean.inPlace().subscribe(new BaseSubscriber<>() {
                @Override
                protected void hookOnSubscribe(Subscription subscription) {
                    subscription.cancel();
                }
            });
            assertThat(Body.started.getCount()).isEqualTo(1);
            assertThat(calls.by("outcome")).containsExactly(entry("CANCELLED", 1L));
        });
    }

    @Test
    void whoCompletesTheFutureFromOutsideEndsTheCallOnceAndStopsTheBody() {
        run((bean, one, calls) -> {
            CompletableFuture<String> future = bean.future();
            Body.awaitStart();

            assertThat(future.complete("mine")).isTrue();

            assertThat(Body.end()).isInstanceOf(InterruptedException.class);
            assertThat(future.get()).isEqualTo("mine");
            Await.idle(one);
            assertThat(calls.by("outcome")).containsExactly(entry("SUCCESS", 1L));
        });
    }

    /** An Error too, which no future should throw there. */
    @Test
    void aTimeoutEndsACallWhoseBodyReturnedAFutureThatFailsToCancel() {
        TestContext.with(Bean.class)
                .withPropertyValues("smartasync.executors.one.concurrency-limit=1", "smartasync.default-timeout=20ms")
                .run(context -> {
                    AtomicBoolean cancelled = new AtomicBoolean();
                    do { // the timeout may come before the body
                        CompletableFuture<String> inner = new CompletableFuture<>() {
                            @Override
                            public boolean cancel(boolean interrupt) {
                                cancelled.set(true);
                                throw new AssertionError("planned");
                            }
                        };
                        assertThatThrownBy(() -> context.getBean(Bean.class)
                                        .pending(inner)
                                        .get(10, TimeUnit.SECONDS))
                                .hasCauseInstanceOf(TimeoutException.class);
                        inner.complete("late");
                        Await.idle(context.getBean("smartasync-one", SmartAsyncTaskExecutor.class));
                    } while (!cancelled.get());
                });
    }

    @Test
    void aTimeoutEndsACallWhoseBodyReturnedAPublisherThatFailsToCancel() {
        TestContext.with(Bean.class)
                .withPropertyValues("smartasync.executors.one.concurrency-limit=1", "smartasync.default-timeout=20ms")
                .run(context -> {
                    AtomicBoolean cancelled = new AtomicBoolean();
                    do { // the timeout may come before the body
                        Mono<String> never = Mono.create(sink -> sink.onCancel(() -> {
                            cancelled.set(true);
                            throw new AssertionError("planned");
                        }));
                        assertThatThrownBy(() -> context.getBean(Bean.class)
                                        .given(never)
                                        .toFuture()
                                        .get(10, TimeUnit.SECONDS))
                                .hasCauseInstanceOf(TimeoutException.class);
                        Await.idle(context.getBean("smartasync-one", SmartAsyncTaskExecutor.class));
                    } while (!cancelled.get());
                });
    }

    /** It is the body that fails so, and not its subscriber who cancels. */
    @Test
    void whoeverHasACancellationThatTheBodyFailedWithFindsThePermitFree() {
        run((bean, one, calls) -> {
            for (int i = 0; i < 200; i++) {
                CompletableFuture<Integer> active = new CompletableFuture<>();
                bean.cancelled().subscribe(value -> {}, failure -> active.complete(one.active()));
                assertThat(active.get(10, TimeUnit.SECONDS)).isZero();
            }
            assertThat(calls.by("outcome")).containsExactly(entry("CANCELLED", 200L));
        });
    }

    @Test
    void thePermitIsHeldUntilTheFutureOfTheBodyCompletes() {
        run((bean, one, calls) -> {
            CountDownLatch bodyLeft = new CountDownLatch(1);
            CompletableFuture<String> inner = new CompletableFuture<>() {
                @Override
                public CompletableFuture<String> whenComplete(BiConsumer<? super String, ? super Throwable> action) {
                    bodyLeft.countDown();
                    return super.whenComplete(action);
                }
            };
            CompletableFuture<String> outer = bean.pending(inner);
            CompletableFuture<Boolean> waiting = bean.flagOfTheNextTask();
            bodyLeft.await();
            assertThat(one.active()).isEqualTo(1);
            assertThat(one.queued()).isEqualTo(1);
            assertThat(waiting).isNotDone();

            inner.complete("later");

            assertThat(outer.get()).isEqualTo("later");
            assertThat(waiting.get()).isFalse();

            Body.reset();
            CompletableFuture<String> dropped = new CompletableFuture<>();
            outer = bean.pending(dropped);
            Body.awaitStart();
            outer.cancel(true);
            assertThat(bean.flagOfTheNextTask().get()).isFalse();
            assertThat(dropped)
                    .as("the future of the body is cancelled with the call")
                    .isCancelled();
        });
    }

    /** A pool by itself gives the thread back when the method returns: the test above would see its next task run. */
    @Test
    void controlAPoolByItselfRunsTheNextTaskWhileTheFutureIsPending() throws Exception {
        ThreadPoolTaskExecutor pool = new ThreadPoolTaskExecutor();
        pool.setCorePoolSize(1);
        pool.initialize();
        CompletableFuture<String> inner = new CompletableFuture<>();
        CompletableFuture<String> outer = CompletableFuture.completedFuture("").thenComposeAsync(start -> inner, pool);
        CompletableFuture<Boolean> next = CompletableFuture.supplyAsync(outer::isDone, pool);
        assertThat(next.get(10, TimeUnit.SECONDS)).isFalse();
        inner.complete("later");
        pool.shutdown();
    }

    private interface Scenario {
        void play(Bean bean, SmartAsyncTaskExecutor one, Calls calls) throws Exception;
    }

    private static void run(Scenario scenario) {
        TestContext.with(Bean.class)
                .withPropertyValues(
                        "smartasync.executors.one.threads=platform",
                        "smartasync.executors.one.concurrency-limit=1",
                        "smartasync.executors.one.queue-capacity=1")
                .run(context -> {
                    Body.reset();
                    scenario.play(
                            context.getBean(Bean.class),
                            context.getBean("smartasync-one", SmartAsyncTaskExecutor.class),
                            TestContext.calls(context));
                });
    }

    /** The body of the calls: notes its start, blocks until it is released or interrupted, notes how it ended. */
    private static final class Body {

        private static volatile CountDownLatch started = new CountDownLatch(1);
        private static volatile CountDownLatch released = new CountDownLatch(1);
        private static volatile CompletableFuture<Optional<InterruptedException>> ended = new CompletableFuture<>();

        static void reset() {
            started = new CountDownLatch(1);
            released = new CountDownLatch(1);
            ended = new CompletableFuture<>();
        }

        static String block() throws InterruptedException {
            started.countDown();
            try {
                released.await();
                ended.complete(Optional.empty());
                return "done";
            } catch (InterruptedException ex) {
                ended.complete(Optional.of(ex));
                throw ex;
            }
        }

        static void awaitStart() throws InterruptedException {
            assertThat(started.await(10, TimeUnit.SECONDS)).isTrue();
        }

        static void release() {
            released.countDown();
        }

        static @Nullable InterruptedException end() throws Exception {
            return ended.get(10, TimeUnit.SECONDS).orElse(null);
        }
    }

    @SmartAsync("one")
    static class Bean {

        @SmartAsync(value = "one", workload = Workload.IO)
        public Mono<String> given(Mono<String> result) {
            return result;
        }

        @SmartAsync(executor = "one", workload = Workload.IO)
        public Mono<String> cancelled() {
            return Mono.error(new CancellationException("planned"));
        }

        public CompletableFuture<String> future() throws InterruptedException {
            return CompletableFuture.completedFuture(Body.block());
        }

        @SmartAsync(timeout = "50ms")
        public CompletableFuture<String> late() throws InterruptedException {
            new CountDownLatch(1).await();
            return CompletableFuture.completedFuture("");
        }

        @SmartAsync(interruptible = false)
        public CompletableFuture<String> uninterruptible() throws InterruptedException {
            return CompletableFuture.completedFuture(Body.block());
        }

        @SmartAsync("one")
        public String awaited() {
            try {
                return Body.block();
            } catch (InterruptedException ex) {
                throw new IllegalStateException(ex);
            }
        }

        @SmartAsync("one")
        public String awaitedOpenly() throws InterruptedException {
            return Body.block();
        }

        @SmartAsync(workload = Workload.IO)
        public Mono<String> mono() {
            return Mono.fromCallable(Body::block);
        }

        @SmartAsync(workload = Workload.IO)
        public Flux<String> flux() {
            return Flux.<String>generate(sink -> {
                try {
                    sink.next(Body.block());
                } catch (InterruptedException ex) {
                    sink.error(ex);
                }
            });
        }

        @SmartAsync(workload = Workload.IO, interruptible = false)
        public Flux<String> lingering() {
            return Flux.create(sink -> {
                sink.next("first");
                try {
                    Body.block();
                } catch (InterruptedException ex) {
                    sink.error(ex);
                }
            });
        }

        @SmartAsync
        public Mono<String> inPlace() {
            Body.started.countDown();
            return Mono.just("x");
        }

        /** Emits without being asked, and after it was cancelled. */
        @SmartAsync(workload = Workload.IO)
        public Flux<String> stubborn() {
            return Flux.from(subscriber -> {
                subscriber.onSubscribe(Operators.emptySubscription());
                subscriber.onNext("first");
                subscriber.onNext("second");
            });
        }

        /** Whether the thread came with an interrupt flag. */
        public CompletableFuture<Boolean> flagOfTheNextTask() {
            return CompletableFuture.completedFuture(Thread.currentThread().isInterrupted());
        }

        @SmartAsync(timeout = "50ms")
        public String valueInTime() {
            return awaited();
        }

        @SmartAsync(timeout = "50ms")
        public CompletableFuture<String> futureInTime() throws InterruptedException {
            return future();
        }

        @SmartAsync(timeout = "50ms", workload = Workload.IO)
        public Mono<String> monoInTime() {
            return mono();
        }

        @SmartAsync(timeout = "50ms", workload = Workload.NON_BLOCKING)
        public CompletableFuture<String> neverInTime() {
            return new CompletableFuture<>();
        }

        public CompletableFuture<String> pending(CompletableFuture<String> inner) {
            Body.started.countDown();
            return inner;
        }
    }
}
