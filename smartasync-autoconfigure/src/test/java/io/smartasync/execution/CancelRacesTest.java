package io.smartasync.execution;

import static org.assertj.core.api.Assertions.assertThat;

import io.smartasync.SmartAsync;
import io.smartasync.Workload;
import io.smartasync.support.Await;
import io.smartasync.support.Calls;
import io.smartasync.support.TestContext;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.core.task.TaskExecutor;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

/**
 * A cancel that comes at every moment of a short call, from before its start to after its end: the cancel is moved along the
 * call in small steps, many times over. The thread that runs the body runs the next one at once, which sees whether
 * an interrupt was left behind.
 */
@Timeout(60)
class CancelRacesTest {

    private static final int ROUNDS = 30;
    private static final int STEPS = 250;

    @ParameterizedTest
    @CsvSource({"future, one", "mono, one", "future, bare", "mono, bare"})
    void whateverTheMomentTheCallEndsOnceThePermitComesBackAndNoInterruptIsLeft(String shape, String executor) {
        TestContext.with(Bean.class)
                .withBean("bare", BareThread.class)
                .withPropertyValues(
                        "smartasync.executors.one.threads=platform",
                        "smartasync.executors.one.concurrency-limit=1",
                        "test.executor=" + executor)
                .run(context -> {
                    Bean bean = context.getBean(Bean.class);
                    Calls calls = TestContext.calls(context);
                    SmartAsyncTaskExecutor one = context.getBean("smartasync-one", SmartAsyncTaskExecutor.class);
                    int interruptsLeft = 0;
                    for (int round = 0; round < ROUNDS; round++) {
                        for (int step = 0; step < STEPS; step++) {
                            Runnable cancel = shape.equals("future") ? future(bean) : mono(bean);
                            for (int i = 0; i < step * 40; i++) {
                                Thread.onSpinWait();
                            }
                            cancel.run();
                            if (bean.interrupted().get(10, TimeUnit.SECONDS)) {
                                interruptsLeft++;
                            }
                        }
                    }
                    Await.idle(one);
                    assertThat(interruptsLeft)
                            .as("interrupts left on the thread")
                            .isZero();
                    assertThat(context.getBean(BareThread.class).interruptsLeft)
                            .as("interrupts left on a bare thread")
                            .hasValue(0);
                    assertThat(one.completed()).isLessThanOrEqualTo(2L * ROUNDS * STEPS);
                    assertThat(calls.by("method"))
                            .containsEntry(shape, (long) ROUNDS * STEPS)
                            .containsEntry("interrupted", (long) ROUNDS * STEPS);
                    assertThat(calls.byTags().keySet())
                            .filteredOn(tags -> shape.equals(tags.get("method")))
                            .extracting(tags -> tags.get("outcome"))
                            .contains("SUCCESS", "CANCELLED");
                });
    }

    private static Runnable future(Bean bean) {
        CompletableFuture<Integer> future = bean.future();
        return () -> future.cancel(true);
    }

    private static Runnable mono(Bean bean) {
        Disposable subscription = bean.mono().subscribe();
        return subscription::dispose;
    }

    /** A thread that sweeps nothing away before its next task, unlike that of a pool. */
    static class BareThread extends Thread implements TaskExecutor, DisposableBean {

        private final BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
        private final AtomicInteger interruptsLeft = new AtomicInteger();
        private volatile boolean stopped;

        BareThread() {
            start();
        }

        @Override
        public void execute(Runnable task) {
            tasks.add(task);
        }

        @Override
        public void run() {
            while (!stopped) {
                try {
                    tasks.take().run();
                    if (Thread.interrupted()) {
                        interruptsLeft.incrementAndGet();
                    }
                } catch (InterruptedException ex) {
                    interruptsLeft.incrementAndGet();
                }
            }
        }

        @Override
        public void destroy() {
            stopped = true;
            execute(() -> {});
        }
    }

    static class Bean {

        private final AtomicInteger bodies = new AtomicInteger();

        public int bodies() {
            return bodies.get();
        }

        private int body() {
            for (int i = 0; i < 3_000; i++) {
                Thread.onSpinWait();
            }
            return bodies.incrementAndGet();
        }

        @SmartAsync("${test.executor}")
        public CompletableFuture<Integer> future() {
            return CompletableFuture.completedFuture(body());
        }

        @SmartAsync(executor = "${test.executor}", workload = Workload.IO)
        public Mono<Integer> mono() {
            return Mono.fromSupplier(this::body);
        }

        @SmartAsync("${test.executor}")
        public CompletableFuture<Boolean> interrupted() {
            return CompletableFuture.completedFuture(Thread.currentThread().isInterrupted());
        }
    }
}
