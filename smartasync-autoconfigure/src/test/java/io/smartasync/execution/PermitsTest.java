package io.smartasync.execution;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PermitsTest {

    @Test
    void startsUpToTheLimitThenQueuesInOrderThenRefuses() {
        List<String> started = new ArrayList<>();
        Permits<String> permits = new Permits<>(2, 2, started::add);

        assertThat(admit(permits, "a")).isTrue();
        assertThat(admit(permits, "b")).isTrue();
        assertThat(admit(permits, "c")).isTrue();
        assertThat(admit(permits, "d")).isTrue();
        assertThat(admit(permits, "e")).isFalse();
        assertThat(started).containsExactly("a", "b");
        assertThat(permits.waiting()).isEqualTo(2);

        permits.release();
        permits.release();
        assertThat(started).containsExactly("a", "b", "c", "d");
        permits.release();
        permits.release();
        assertThat(permits.isIdle()).isTrue();
    }

    @Test
    void aCapacityThatChangesMeanwhileLosesNoCount() throws Exception {
        Permits<String> permits = new Permits<>(1, 0, task -> true);
        ExecutorService submitters = Executors.newFixedThreadPool(2);
        CountDownLatch done = new CountDownLatch(2);
        for (int i = 0; i < 2; i++) {
            submitters.execute(() -> {
                for (int round = 0; round < 50_000; round++) {
                    if (admit(permits, "task")) {
                        permits.release();
                    }
                }
                done.countDown();
            });
        }
        for (int room = 0; done.getCount() > 0; room = 1 - room) {
            permits.resize(1, room);
        }
        submitters.shutdown();
        assertThat(permits.waiting()).isZero();
        assertThat(permits.running()).isZero();
    }

    @Test
    void aWithdrawnTaskMakesRoomAndIsNeverStarted() {
        List<String> started = new ArrayList<>();
        Permits<String> permits = new Permits<>(1, 1, started::add);
        admit(permits, "a");
        admit(permits, "b");

        assertThat(permits.withdraw("b")).isTrue();
        assertThat(permits.withdraw("b")).isFalse();
        assertThat(admit(permits, "c")).isTrue();
        permits.release();
        assertThat(started).containsExactly("a", "c");
    }

    @Test
    void aTaskThatCannotStartGivesItsPermitToTheNext() {
        List<String> started = new ArrayList<>();
        Permits<String> permits = new Permits<>(1, 5, task -> !task.equals("broken") && started.add(task));
        admit(permits, "a");
        admit(permits, "broken");
        admit(permits, "b");
        permits.release();
        assertThat(started).containsExactly("a", "b");
        permits.release();
        assertThat(permits.isIdle()).isTrue();
    }

    /** Many submitters and releasers race: never more than the limit run, and no task is forgotten in the queue. */
    @Test
    void underContentionTheLimitHoldsAndEveryTaskRuns() throws Exception {
        int limit = 3;
        int tasks = 200_000;
        ExecutorService threads = Executors.newFixedThreadPool(8);
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        CountDownLatch done = new CountDownLatch(tasks);
        AtomicReference<Permits<Runnable>> permits = new AtomicReference<>();
        permits.set(new Permits<>(limit, tasks, task -> {
            threads.execute(task);
            return true;
        }));
        for (int i = 0; i < tasks; i++) {
            Runnable task = () -> {
                most.accumulateAndGet(running.incrementAndGet(), Math::max);
                running.decrementAndGet();
                permits.get().release();
                done.countDown();
            };
            assertThat(admit(permits.get(), task)).isTrue();
        }
        assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(most.get()).isBetween(1, limit);
        assertThat(permits.get().isIdle()).isTrue();
        threads.shutdown();
    }

    private static <T> boolean admit(Permits<T> permits, T task) {
        return permits.tryStart(task) || permits.enqueue(task);
    }
}
