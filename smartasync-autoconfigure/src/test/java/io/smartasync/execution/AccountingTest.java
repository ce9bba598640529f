package io.smartasync.execution;

import static org.assertj.core.api.Assertions.assertThat;

import io.smartasync.SmartAsync;
import io.smartasync.Workload;
import io.smartasync.support.Calls;
import io.smartasync.support.TestContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.MDC;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Many calls of all shapes that succeed, fail, are cancelled, time out and are refused: each is counted exactly once. */
@Timeout(120)
class AccountingTest {

    private static final int THREADS = 8;
    private static final int CALLS_PER_THREAD = 25_000;

    @Test
    void everyCallIsCountedOnceAndEveryPermitComesBack() {
        TestContext.with(Bean.class)
                .withPropertyValues(
                        "smartasync.executors.few.threads=platform",
                        "smartasync.executors.few.concurrency-limit=3",
                        "smartasync.executors.few.queue-capacity=20")
                .run(context -> {
                    Bean bean = context.getBean(Bean.class);
                    SmartAsyncTaskExecutor few = context.getBean("smartasync-few", SmartAsyncTaskExecutor.class);
                    Calls calls = TestContext.calls(context);
                    ExecutorService callers = Executors.newFixedThreadPool(THREADS);
                    List<Future<?>> running = new ArrayList<>();
                    for (int thread = 0; thread < THREADS; thread++) {
                        int seed = thread;
                        running.add(callers.submit(() -> {
                            Random random = new Random(seed);
                            MDC.put("caller", String.valueOf(seed));
                            for (int call = 0; call < CALLS_PER_THREAD; call++) {
                                callOnce(bean, random);
                            }
                        }));
                    }
                    for (Future<?> caller : running) {
                        caller.get(100, TimeUnit.SECONDS);
                    }
                    callers.shutdown();
                    while (few.active() > 0 || few.queued() > 0) {
                        Thread.onSpinWait();
                    }

                    // The last results may be counted a moment after their permits came back
                    while (counted(calls) < THREADS * CALLS_PER_THREAD) {
                        Thread.onSpinWait();
                    }
                    assertThat(counted(calls)).isEqualTo(THREADS * CALLS_PER_THREAD);
                    assertThat(calls.by("outcome").keySet())
                            .containsExactlyInAnyOrder("SUCCESS", "ERROR", "CANCELLED", "TIMEOUT", "REJECTED");
                    for (int i = 0; i < 30; i++) {
                        assertThat(few.submitCompletable(() -> MDC.get("caller"))
                                        .get(10, TimeUnit.SECONDS))
                                .as("context on a pooled thread")
                                .isNull();
                    }
                });
    }

    private static long counted(Calls calls) {
        return calls.byTags().values().stream().mapToLong(Long::longValue).sum();
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
                    ignoringErrors(() -> bean.tooSlow().join());
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
