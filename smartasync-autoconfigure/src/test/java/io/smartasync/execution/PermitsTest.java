package io.smartasync.execution;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
        assertThat(permits.isIdleBut(0)).isTrue();
    }

    @Test
    void aCapacityThatChangesMeanwhileLosesNoCount() throws Exception {
        Permits<String> permits = new Permits<>(1, 0, task -> true);
        ExecutorService submitters = Executors.newFixedThreadPool(2);
        List<Future<?>> submitting = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            submitting.add(submitters.submit(() -> {
                for (int round = 0; round < 50_000; round++) {
                    if (admit(permits, "task")) {
                        permits.release();
                    }
                }
            }));
        }
        for (int room = 0; !submitting.stream().allMatch(Future::isDone); room = 1 - room) {
            assertThat(Thread.interrupted()).as("out of time").isFalse();
            permits.resize(1, room);
        }
        submitters.shutdown();
        for (Future<?> submitter : submitting) {
            submitter.get();
        }
        assertThat(permits.waiting()).isZero();
        assertThat(permits.isIdleBut(0))
                .as("permits that came back once, and no more")
                .isTrue();
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
        assertThat(permits.isIdleBut(0)).isTrue();
    }

    @Test
    void whoBeganToWaitForATaskThatCannotStartHasItsPermit() {
        List<String> started = new ArrayList<>();
        AtomicReference<Permits<String>> permits = new AtomicReference<>();
        permits.set(new Permits<>(1, 5, task -> {
            if (task.equals("broken")) {
                admit(permits.get(), "b"); // by another thread, while this one tries to start
                return false;
            }
            return started.add(task);
        }));
        admit(permits.get(), "broken");
        assertThat(started).containsExactly("b");
    }

    /**
     * Submitters and releasers race, and all stop after each round, since the next task would find a forgotten one: never
     * more than the limit run, and no task is forgotten in the queue.
     */
    @ParameterizedTest
    @ValueSource(ints = {2, 4})
    void underContentionTheLimitHoldsAndEveryTaskRuns(int submitters) throws Exception {
        int limit = submitters - 1;
        int rounds = 1_000_000 / (submitters * submitters);
        AtomicInteger started = new AtomicInteger();
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        ThreadLocal<Integer> startedHere = ThreadLocal.withInitial(() -> 0);
        Permits<String> permits = new Permits<>(limit, submitters, task -> {
            started.incrementAndGet();
            most.accumulateAndGet(running.incrementAndGet(), Math::max);
            startedHere.set(startedHere.get() + 1);
            return true;
        });
        Phaser together = new Phaser(submitters) {
            @Override
            protected boolean onAdvance(int round, int parties) {
                return round == rounds || !permits.isIdleBut(0);
            }
        };
        ExecutorService threads = Executors.newFixedThreadPool(submitters);
        List<Future<?>> submitting = new ArrayList<>();
        for (int i = 0; i < submitters; i++) {
            submitting.add(threads.submit(() -> {
                Random random = new Random();
                together.arriveAndAwaitAdvance();
                while (!together.isTerminated()) {
                    pause(random);
                    admit(permits, "task");
                    for (; startedHere.get() > 0; startedHere.set(startedHere.get() - 1)) {
                        pause(random);
                        running.decrementAndGet();
                        permits.release(); // starts what waits, here
                    }
                    together.arriveAndAwaitAdvance();
                }
            }));
        }
        for (Future<?> submitter : submitting) {
            submitter.get(50, TimeUnit.SECONDS);
        }
        threads.shutdown();
        assertThat(permits.waiting()).as("forgotten in the queue").isZero();
        assertThat(permits.isIdleBut(0))
                .as("permits that came back once, and no more")
                .isTrue();
        assertThat(most.get()).as("at once").isBetween(1, limit);
        assertThat(started.get()).as("started").isEqualTo(rounds * submitters);
    }

    private static void pause(Random random) {
        for (int i = random.nextInt(8); i > 0; i--) {
            Thread.onSpinWait();
        }
    }

    private static <T> boolean admit(Permits<T> permits, T task) {
        return permits.tryStart(task) || permits.enqueue(task);
    }
}
