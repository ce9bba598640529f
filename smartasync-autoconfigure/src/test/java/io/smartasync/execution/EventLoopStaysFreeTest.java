package io.smartasync.execution;

import static org.assertj.core.api.Assertions.assertThat;

import io.smartasync.BlockingCallOnEventLoopException;
import io.smartasync.SmartAsync;
import io.smartasync.Workload;
import io.smartasync.support.Calls;
import io.smartasync.support.TestContext;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.task.TaskRejectedException;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** Whatever is full, an event loop neither waits nor runs a body: it gets a future or publisher that failed. */
@Timeout(30)
class EventLoopStaysFreeTest {

    private final Scheduler loop = Schedulers.newSingle("loop", true);

    @AfterEach
    void stopLoop() {
        loop.dispose();
    }

    @Test
    void aFullExecutorFailsTheFutureAndThePublisherAndTheLoopGoesOn() {
        application().run(context -> {
            Bean bean = context.getBean(Bean.class);
            Calls calls = TestContext.calls(context);
            CountDownLatch release = new CountDownLatch(1);
            CompletableFuture<Thread> running = onLoop(() -> bean.future(release));
            CompletableFuture<Thread> waiting = onLoop(() -> bean.future(release));

            CompletableFuture<Thread> refused = onLoop(() -> bean.future(release));
            assertThat(refused.handle((value, ex) -> ex).get(10, TimeUnit.SECONDS))
                    .isInstanceOf(TaskRejectedException.class);
            Mono<Thread> mono = onLoop(() -> bean.mono(release));
            CompletableFuture<Thread> subscribed = onLoop(mono::toFuture);
            assertThat(subscribed.handle((value, ex) -> ex).get(10, TimeUnit.SECONDS))
                    .isInstanceOf(TaskRejectedException.class);
            assertThat(running).isNotDone();

            release.countDown();
            assertThat(running.get(10, TimeUnit.SECONDS).getName()).startsWith("smartasync-one-");
            assertThat(waiting.get(10, TimeUnit.SECONDS).getName()).startsWith("smartasync-one-");
            assertThat(calls.by("outcome")).containsEntry("SUCCESS", 2L).containsEntry("REJECTED", 2L);
        });
    }

    @Test
    void aHostsCallerRunsPolicyRunsNothingOnTheLoop() {
        application().run(context -> {
            Bean bean = context.getBean(Bean.class);
            CountDownLatch release = new CountDownLatch(1);
            CompletableFuture<Thread> running = onLoop(() -> bean.onHostsPool(release));

            CompletableFuture<Thread> refused = onLoop(() -> bean.onHostsPool(new CountDownLatch(0)));
            assertThat(refused.handle((value, ex) -> ex).get(10, TimeUnit.SECONDS))
                    .isInstanceOf(TaskRejectedException.class)
                    .hasMessageContaining("'callerRuns' is full")
                    .hasMessageContaining("event loop")
                    .hasMessageContaining("use an executor of smartasync.executors, which has a queue");
            assertThat(bean.onHostsPool(new CountDownLatch(0)))
                    .as("a thread that may block does what the policy says")
                    .isCompletedWithValue(Thread.currentThread());

            release.countDown();
            assertThat(running.get(10, TimeUnit.SECONDS).getName()).startsWith("host-");
        });
    }

    @Test
    void aRefusalNamesOnlyWhatCanBeDoneToTheMethod() {
        application().run(context -> {
            Bean bean = context.getBean(Bean.class);
            assertThat(onLoop(() -> refusal(bean::value)))
                    .contains("Return a CompletableFuture", "@SmartAsyncBridge")
                    .contains("declare workload = NON_BLOCKING on it or in a rule of smartasync.rules")
                    .doesNotContain("background");
            assertThat(onLoop(() -> refusal(() -> {
                        bean.nothing();
                        return null;
                    })))
                    .contains("if nobody waits for it, declare background = true");
        });
    }

    private static String refusal(Callable<?> call) throws Exception {
        try {
            call.call();
        } catch (BlockingCallOnEventLoopException ex) {
            return ex.getMessage();
        }
        throw new AssertionError("not refused");
    }

    /** Without our guard the policy does run the body on the loop: the test above would see it. */
    @Test
    void controlTheSamePoolByItselfRunsATaskOnTheLoop() throws Exception {
        ThreadPoolTaskExecutor pool = callerRuns();
        pool.initialize();
        CountDownLatch release = new CountDownLatch(1);
        pool.submit(() -> release.await(10, TimeUnit.SECONDS));
        CompletableFuture<Thread> ranOn = new CompletableFuture<>();
        Thread loopThread = onLoop(() -> {
            pool.execute(() -> ranOn.complete(Thread.currentThread()));
            return Thread.currentThread();
        });
        assertThat(ranOn).isCompletedWithValue(loopThread);
        release.countDown();
        pool.shutdown();
    }

    /** Each body takes 300 ms. Best of several rounds, since other work on the machine delays beats too. */
    @Test
    void theLoopBeatsOnWhileSlowBodiesAreOffloaded() {
        application().run(context -> {
            Bean bean = context.getBean(Bean.class);
            long best = Long.MAX_VALUE;
            for (int round = 0; round < 10 && best >= 250; round++) {
                List<CompletableFuture<?>> calls = new ArrayList<>();
                best = Math.min(best, longestGapWhile(() -> {
                    for (int i = 0; i < 20; i++) {
                        calls.add(onLoop(() -> bean.slow()));
                    }
                    CompletableFuture.allOf(calls.toArray(CompletableFuture[]::new))
                            .get(10, TimeUnit.SECONDS);
                }));
            }
            assertThat(best).as("longest gap of a 10 ms beat, in ms").isLessThan(250);
        });
    }

    @Test
    void controlANaiveBodyOnTheLoopStopsItsBeat() throws Exception {
        assertThat(longestGapWhile(() -> onLoop(() -> new Bean().slow()))).isGreaterThanOrEqualTo(290);
    }

    private interface Work {
        void run() throws Exception;
    }

    /** The longest time between two beats of the loop, in ms. */
    private long longestGapWhile(Work work) throws Exception {
        AtomicLong last = new AtomicLong(System.nanoTime());
        AtomicLong longest = new AtomicLong();
        Runnable beat = () -> {
            long now = System.nanoTime();
            longest.accumulateAndGet(now - last.getAndSet(now), Math::max);
        };
        Disposable beats = loop.schedulePeriodically(beat, 10, 10, TimeUnit.MILLISECONDS);
        work.run();
        onLoop(() -> {
            beat.run();
            return null;
        });
        beats.dispose();
        return TimeUnit.NANOSECONDS.toMillis(longest.get());
    }

    private <T> T onLoop(Callable<T> call) throws Exception {
        CompletableFuture<T> result = new CompletableFuture<>();
        loop.schedule(() -> {
            try {
                result.complete(call.call());
            } catch (Throwable ex) {
                result.completeExceptionally(ex);
            }
        });
        return result.get(10, TimeUnit.SECONDS);
    }

    private static ApplicationContextRunner application() {
        return TestContext.with(Bean.class)
                .withBean("callerRuns", ThreadPoolTaskExecutor.class, EventLoopStaysFreeTest::callerRuns)
                .withPropertyValues(
                        "smartasync.executors.one.threads=platform",
                        "smartasync.executors.one.concurrency-limit=1",
                        "smartasync.executors.one.queue-capacity=1");
    }

    private static ThreadPoolTaskExecutor callerRuns() {
        ThreadPoolTaskExecutor pool = new ThreadPoolTaskExecutor();
        pool.setThreadNamePrefix("host-");
        pool.setCorePoolSize(1);
        pool.setMaxPoolSize(1);
        pool.setQueueCapacity(0);
        pool.setRejectedExecutionHandler(new ThreadPoolExecutor.CallerRunsPolicy());
        return pool;
    }

    @SmartAsync("one")
    static class Bean {

        public CompletableFuture<Thread> future(CountDownLatch release) throws InterruptedException {
            release.await();
            return CompletableFuture.completedFuture(Thread.currentThread());
        }

        @SmartAsync(workload = Workload.IO)
        public Mono<Thread> mono(CountDownLatch release) {
            return Mono.fromCallable(() -> {
                release.await();
                return Thread.currentThread();
            });
        }

        public String value() {
            return "";
        }

        public void nothing() {}

        @SmartAsync("io")
        public CompletableFuture<String> slow() throws InterruptedException {
            Thread.sleep(300);
            return CompletableFuture.completedFuture("");
        }

        @SmartAsync("callerRuns")
        public CompletableFuture<Thread> onHostsPool(CountDownLatch release) throws InterruptedException {
            return future(release);
        }
    }
}
