package io.smartasync.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smartasync.Outcome;
import io.smartasync.Route;
import io.smartasync.SmartAsync;
import io.smartasync.SmartAsyncListener;
import io.smartasync.Workload;
import io.smartasync.support.Await;
import io.smartasync.support.Calls;
import io.smartasync.support.TestContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.MDC;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.task.TaskRejectedException;
import org.springframework.core.task.VirtualThreadTaskExecutor;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A million calls of all shapes, from all kinds of threads, that succeed, fail, are cancelled, time out and are refused, while
 * the application shuts down: each is counted exactly once.
 */
@Timeout(240)
class AccountingTest {

    private static final int THREADS = 8;
    private static final int CALLS_PER_THREAD = 125_000;
    private static final int CALLS = THREADS * CALLS_PER_THREAD;

    @Test
    void everyCallIsCountedOnceAndEveryPermitComesBackThoughTheApplicationStops() {
        Tally tally = new Tally();
        application().withBean(SmartAsyncListener.class, () -> tally).run(context -> {
            Bean bean = context.getBean(Bean.class);
            SmartAsyncTaskExecutor few = context.getBean("smartasync-few", SmartAsyncTaskExecutor.class);
            Calls calls = TestContext.calls(context);
            ExecutorService callers = Executors.newFixedThreadPool(THREADS, AccountingTest::caller);
            AtomicInteger made = new AtomicInteger();
            CountDownLatch half = new CountDownLatch(1);
            List<Future<?>> running = new ArrayList<>();
            for (int thread = 0; thread < THREADS; thread++) {
                int seed = thread;
                running.add(callers.submit(() -> {
                    Random random = new Random(seed);
                    MDC.put("caller", String.valueOf(seed));
                    for (int call = 0; call < CALLS_PER_THREAD; call++) {
                        if (made.incrementAndGet() == CALLS / 2) {
                            half.countDown();
                        }
                        callOnce(bean, random);
                    }
                }));
            }
            half.await();
            assertNoContextIsLeft(few);
            context.getSourceApplicationContext().close();
            for (Future<?> caller : running) {
                caller.get(200, TimeUnit.SECONDS);
            }
            callers.shutdown();
            Await.idle(few);
            // One listener is told before the other
            Await.until("end of each call", () -> tally.ended.sum() >= CALLS && onTimer(calls) >= CALLS);
            assertExactlyOnce(tally, calls);
            assertThat(calls.by("outcome").keySet())
                    .containsExactlyInAnyOrder("SUCCESS", "ERROR", "CANCELLED", "TIMEOUT", "REJECTED");
        });
    }

    private static void assertExactlyOnce(Tally tally, Calls calls) {
        assertThat(tally.ended.sum()).as("calls ended").isEqualTo(CALLS);
        assertThat(onTimer(calls)).as("calls on the timer").isEqualTo(CALLS);
    }

    private static long onTimer(Calls calls) {
        return calls.byTags().values().stream().mapToLong(Long::longValue).sum();
    }

    /** One call of a million that is counted twice, or not at all, is found out. */
    @Test
    void aTallyThatIsOffByOneIsSeen() {
        Tally tally = new Tally();
        tally.ended.add(CALLS + 1);
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> assertExactlyOnce(tally, Calls.countedFromNowOn(new SimpleMeterRegistry())))
                .withMessageContaining("calls ended");
        tally.ended.decrement();
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> assertExactlyOnce(tally, Calls.countedFromNowOn(new SimpleMeterRegistry())))
                .withMessageContaining("calls on the timer");
    }

    private static final class Tally implements SmartAsyncListener {

        final LongAdder ended = new LongAdder();

        @Override
        public void onEnd(Route route, Outcome outcome, @Nullable Throwable error, long nanos) {
            ended.increment();
        }
    }

    private static final AtomicInteger CALLERS = new AtomicInteger();

    /** Plain threads, virtual ones where there are any, and such as count as event loops by their name. */
    private static Thread caller(Runnable work) {
        int number = CALLERS.incrementAndGet();
        if (number % 3 == 1 && Runtime.version().feature() >= 21) {
            return new VirtualThreadTaskExecutor("caller-")
                    .getVirtualThreadFactory()
                    .newThread(work);
        }
        return new Thread(work, (number % 3 == 2 ? "loop-" : "caller-") + number);
    }

    private static void assertNoContextIsLeft(SmartAsyncTaskExecutor executor) throws Exception {
        for (int seen = 0; seen < 30; ) {
            try {
                assertThat(executor.submitCompletable(MDC::getCopyOfContextMap).get(10, TimeUnit.SECONDS))
                        .as("context on a pooled thread")
                        .isNullOrEmpty();
                seen++;
            } catch (TaskRejectedException ex) {
                Thread.onSpinWait(); // it is full at the moment
            }
        }
    }

    private static ApplicationContextRunner application() {
        return new ApplicationContextRunner()
                .withConfiguration(TestContext.autoConfigurations())
                .withBean(SimpleMeterRegistry.class, StillCounting::new)
                .withBean(Bean.class)
                .withPropertyValues(
                        "smartasync.event-loop.thread-name-patterns=loop-*",
                        "smartasync.executors.few.threads=platform",
                        "smartasync.executors.few.concurrency-limit=3",
                        "smartasync.executors.few.queue-capacity=20");
    }

    /** A registry takes no new meters once it is closed; this one outlives the application. */
    private static final class StillCounting extends SimpleMeterRegistry {

        @Override
        public void close() {}
    }

    private static void callOnce(Bean bean, Random random) {
        boolean fail = random.nextInt(10) == 0;
        boolean cancel = random.nextInt(10) == 0;
        switch (random.nextInt(8)) {
            case 0 -> ignoringErrors(() -> bean.direct(fail));
            case 1 -> ignoringErrors(() -> bean.awaited(fail));
            case 2 -> cancelIf(cancel, bean.future(fail));
            case 3 -> cancelIf(cancel, bean.later(fail));
            case 4 -> cancelIf(cancel, bean.passedThrough(fail));
            case 5 -> disposeIf(cancel, bean.mono(fail));
            case 6 -> disposeIf(cancel, bean.flux(fail).then(Mono.just("")));
            default -> {
                if (random.nextInt(50) == 0) {
                    endInTime(bean.tooSlow());
                } else {
                    disposeIf(cancel, bean.monoInPlace(fail));
                }
            }
        }
    }

    private static void ignoringErrors(Runnable call) {
        try {
            call.run();
        } catch (RuntimeException ex) {
            // counted by the timer, which is what the test looks at
        }
    }

    /** After the shutdown there is no clock any more. */
    private static void endInTime(CompletableFuture<String> future) {
        try {
            future.get(20, TimeUnit.MILLISECONDS);
        } catch (TimeoutException ex) {
            future.cancel(true);
        } catch (InterruptedException | ExecutionException ex) {
            // counted
        }
    }

    private static void cancelIf(boolean cancel, CompletableFuture<String> future) {
        if (cancel) {
            future.cancel(true);
        }
    }

    private static void disposeIf(boolean cancel, Mono<String> mono) {
        Disposable subscription = mono.subscribe(value -> {}, error -> {});
        if (cancel) {
            subscription.dispose();
        }
    }

    @SmartAsync("few")
    static class Bean {

        private static String body(boolean fail) {
            MDC.put("body", "was here");
            if (fail) {
                throw new IllegalStateException("planned");
            }
            return "";
        }

        public String direct(boolean fail) {
            return body(fail);
        }

        @SmartAsync("few")
        public String awaited(boolean fail) {
            return body(fail);
        }

        public CompletableFuture<String> future(boolean fail) {
            return CompletableFuture.completedFuture(body(fail));
        }

        /** Completes on another thread, after the body has returned. */
        public CompletableFuture<String> later(boolean fail) {
            return CompletableFuture.supplyAsync(() -> body(fail));
        }

        @SmartAsync(workload = Workload.NON_BLOCKING)
        public CompletableFuture<String> passedThrough(boolean fail) {
            return CompletableFuture.supplyAsync(() -> body(fail));
        }

        @SmartAsync(workload = Workload.IO)
        public Mono<String> mono(boolean fail) {
            return Mono.fromCallable(() -> body(fail));
        }

        @SmartAsync(workload = Workload.IO)
        public Flux<String> flux(boolean fail) {
            return Flux.range(0, 5).map(i -> body(fail));
        }

        @SmartAsync
        public Mono<String> monoInPlace(boolean fail) {
            return Mono.fromCallable(() -> body(fail));
        }

        @SmartAsync(timeout = "1ms", workload = Workload.NON_BLOCKING)
        public CompletableFuture<String> tooSlow() {
            return new CompletableFuture<>();
        }
    }
}
