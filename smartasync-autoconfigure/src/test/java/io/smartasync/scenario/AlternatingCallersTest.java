package io.smartasync.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.smartasync.BlockingCallOnEventLoopException;
import io.smartasync.Caller;
import io.smartasync.CallerDetector;
import io.smartasync.SmartAsync;
import io.smartasync.Workload;
import io.smartasync.caller.CallerDetection;
import io.smartasync.support.Calls;
import io.smartasync.support.TestContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.core.task.VirtualThreadTaskExecutor;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** One bean, all kinds of callers at once: nobody ever gets another's treatment. */
@Timeout(120)
class AlternatingCallersTest {

    private static final int THREADS = 64;
    private static final int CALLS = 1_000;

    @Test
    void noCallerGetsAnothersTreatmentWhileAllKindsCallAtOnce() {
        TestContext.with(Bean.class).run(context -> {
            Bean bean = context.getBean(Bean.class);
            Calls calls = TestContext.calls(context);
            List<Scheduler> loops = new ArrayList<>();
            CyclicBarrier together = new CyclicBarrier(THREADS);
            List<CompletableFuture<Void>> callers = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                boolean onLoop = i % 3 == 0;
                boolean onVirtual = i % 3 == 1 && Runtime.version().feature() >= 21;
                Executor thread;
                if (onLoop) {
                    Scheduler loop = Schedulers.newSingle("loop-" + i, true);
                    loops.add(loop);
                    thread = loop::schedule;
                } else {
                    thread = onVirtual ? new VirtualThreadTaskExecutor("virtual-") : task -> new Thread(task).start();
                }
                callers.add(CompletableFuture.runAsync(
                        () -> {
                            await(together);
                            for (int call = 0; call < CALLS; call++) {
                                check(bean, onLoop, onVirtual);
                            }
                        },
                        thread));
            }
            for (CompletableFuture<Void> caller : callers) {
                caller.get(100, TimeUnit.SECONDS);
            }
            loops.forEach(Scheduler::dispose);

            long total =
                    calls.byTags().values().stream().mapToLong(Long::longValue).sum();
            assertThat(total).isEqualTo(3L * THREADS * CALLS);
            long fromLoops = (THREADS + 2) / 3L * CALLS;
            assertThat(calls.by("path")).containsEntry("reject", 2 * fromLoops);
            assertThat(calls.by("caller")).containsEntry("event-loop", 3 * fromLoops);
        });
    }

    /** A blocking body, a long computation and a future: where each must run depends on the caller alone. */
    private static void check(Bean bean, boolean onLoop, boolean onVirtual) {
        Thread caller = Thread.currentThread();
        if (onLoop) {
            assertRefused(bean::blocking);
            assertRefused(bean::computing);
        } else {
            assertThat(bean.blocking()).isSameAs(caller);
            if (onVirtual) {
                assertThat(bean.computing().getName()).startsWith("smartasync-cpu-");
            } else {
                assertThat(bean.computing()).isSameAs(caller);
            }
        }
        assertThat(bean.nonBlocking()).isCompletedWithValue(caller);
    }

    private static void assertRefused(Runnable call) {
        try {
            call.run();
        } catch (BlockingCallOnEventLoopException ex) {
            return;
        }
        throw new AssertionError("An event loop was let run a blocking body");
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await(30, TimeUnit.SECONDS);
        } catch (Exception ex) {
            throw new IllegalStateException(ex);
        }
    }

    /** Callers of all kinds take turns on one thread's worth of calls, in every order. */
    @Test
    void noCallerInheritsTheTreatmentOfTheOneBefore() {
        TestContext.with(Bean.class).run(context -> {
            Bean bean = context.getBean(Bean.class);
            Scheduler loop = Schedulers.newSingle("loop", true);
            Map<String, Executor> kinds = Runtime.version().feature() >= 21
                    ? Map.of(
                            "platform",
                            Runnable::run,
                            "loop",
                            loop::schedule,
                            "virtual",
                            new VirtualThreadTaskExecutor())
                    : Map.of("platform", Runnable::run, "loop", loop::schedule);
            for (String first : kinds.keySet()) {
                for (String second : kinds.keySet()) {
                    for (String third : kinds.keySet()) {
                        for (String kind : List.of(first, second, third)) {
                            CompletableFuture.runAsync(
                                            () -> check(bean, kind.equals("loop"), kind.equals("virtual")),
                                            kinds.get(kind))
                                    .get(10, TimeUnit.SECONDS);
                        }
                    }
                }
            }
            loop.dispose();
        });
    }

    /** What the test above is for: a context that is kept after the first call gives the next caller the wrong treatment. */
    @Test
    void controlAContextKeptFromTheFirstCallIsFoundOut() {
        AtomicReference<Caller> first = new AtomicReference<>();
        CallerDetection detection =
                new CallerDetection(List.of(), List.of(), getClass().getClassLoader());
        CallerDetector keeping = thread -> first.updateAndGet(kept -> kept == null ? detection.current() : kept);
        TestContext.with(Bean.class)
                .withBean(CallerDetector.class, () -> keeping)
                .run(context -> {
                    Bean bean = context.getBean(Bean.class);
                    check(bean, false, false);
                    Scheduler loop = Schedulers.newSingle("loop", true);
                    assertThatThrownBy(() -> CompletableFuture.runAsync(() -> check(bean, true, false), loop::schedule)
                                    .get(10, TimeUnit.SECONDS))
                            .hasRootCauseMessage("An event loop was let run a blocking body");
                    loop.dispose();
                });
    }

    @SmartAsync
    static class Bean {

        public Thread blocking() {
            return Thread.currentThread();
        }

        @SmartAsync(workload = Workload.CPU)
        public Thread computing() {
            return Thread.currentThread();
        }

        @SmartAsync(workload = Workload.NON_BLOCKING)
        public CompletableFuture<Thread> nonBlocking() {
            return CompletableFuture.completedFuture(Thread.currentThread());
        }
    }
}
