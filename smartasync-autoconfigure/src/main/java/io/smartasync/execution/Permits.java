package io.smartasync.execution;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

/**
 * Lets at most {@code limit} tasks run while at most {@code capacity} wait in the order in which they came. Nobody is
 * ever blocked: who comes too early is queued, and is started by whoever gives a permit back. Thread-safe.
 *
 * <p>No task is forgotten between the two: it is queued before its submitter looks for a permit, and a permit is free
 * before its last holder looks for a task.
 *
 * @param <T> the tasks
 */
final class Permits<T> {

    /** The number of permits where there is no limit; leaves room to add a capacity. */
    static final int UNLIMITED = Integer.MAX_VALUE / 2;

    private final int limit;
    private final int capacity;
    private final Predicate<T> starter;
    private final Semaphore free;
    private final Queue<T> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicLong admitted = new AtomicLong();

    /**
     * Makes {@code limit} permits.
     *
     * @param starter starts a task that has a permit; {@code false} if it never will run
     */
    Permits(int limit, int capacity, Predicate<T> starter) {
        this.limit = limit;
        this.capacity = capacity;
        this.starter = starter;
        this.free = new Semaphore(limit);
    }

    /** Starts the task or lets it wait; {@code false} if as many as may wait already do. */
    boolean admit(T task) {
        long room = (long) limit + capacity;
        if (admitted.getAndUpdate(count -> count < room ? count + 1 : count) >= room) {
            return false;
        }
        if (waiting.isEmpty() && free.tryAcquire()) {
            start(task);
        } else {
            waiting.add(task);
        }
        startWaiting();
        return true;
    }

    /** Takes a waiting task back; {@code false} if it waits no more. */
    boolean withdraw(T task) {
        boolean withdrawn = waiting.remove(task);
        if (withdrawn) {
            admitted.decrementAndGet();
        }
        return withdrawn;
    }

    /** Gives back the permit of a task that is done. */
    void release() {
        giveBack();
        startWaiting();
    }

    int running() {
        return limit - free.availablePermits();
    }

    int waiting() {
        return (int) Math.max(0, admitted.get() - running());
    }

    boolean isIdle() {
        return admitted.get() == 0;
    }

    private void startWaiting() {
        while (!waiting.isEmpty() && free.tryAcquire()) {
            T next = waiting.poll();
            if (next == null) {
                free.release();
            } else {
                start(next);
            }
        }
    }

    private void start(T task) {
        if (!starter.test(task)) {
            giveBack();
        }
    }

    private void giveBack() {
        admitted.decrementAndGet();
        free.release();
    }
}
