package io.smartasync.execution;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Lets at most {@code limit} tasks run while at most {@code capacity} wait in the order in which they came. Nobody is
 * ever blocked: a task that comes too early is queued, and is started by whoever gives a permit back. Thread-safe.
 *
 * <p>No task is forgotten between the two: it is queued before its submitter looks for a permit, and a permit is free
 * before its last holder looks for a task.
 *
 * @param <T> the tasks
 */
final class Permits<T> {

    private volatile int limit;
    private volatile int capacity;
    private final Predicate<T> starter;
    private final Resizable free;
    private final Queue<T> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicInteger queued = new AtomicInteger();

    /**
     * Makes {@code limit} permits.
     *
     * @param starter starts a task that has a permit; {@code false} if it never will run
     */
    Permits(int limit, int capacity, Predicate<T> starter) {
        this.limit = limit;
        this.capacity = capacity;
        this.starter = starter;
        this.free = new Resizable(limit);
    }

    /** What runs or waits already goes on, beyond a smaller limit or capacity too. */
    synchronized void resize(int newLimit, int newCapacity) {
        int change = newLimit - limit;
        capacity = newCapacity;
        // Whoever looks in between finds too few that run, never too many
        if (change > 0) {
            free.release(change);
            limit = newLimit;
            startWaiting();
        } else if (change < 0) {
            limit = newLimit;
            free.reducePermits(-change);
        }
    }

    /** Starts the task if there is a permit and nobody waits for it. */
    boolean tryStart(T task) {
        if (queued.get() > 0 || !free.tryAcquire()) {
            return false;
        }
        if (!starter.test(task)) {
            release(); // others may have begun to wait meanwhile
        }
        return true;
    }

    /** Lets the task wait for a permit; {@code false} if as many as may wait already do. */
    boolean enqueue(T task) {
        int room = capacity; // read once, since it may change meanwhile
        if (queued.getAndUpdate(count -> count < room ? count + 1 : count) >= room) {
            return false;
        }
        waiting.add(task);
        startWaiting();
        return true;
    }

    /** Takes a waiting task back; {@code false} if it waits no more. */
    boolean withdraw(T task) {
        boolean withdrawn = waiting.remove(task);
        if (withdrawn) {
            queued.decrementAndGet();
        }
        return withdrawn;
    }

    /** Gives back the permit of a task that is done. */
    void release() {
        free.release();
        startWaiting();
    }

    /** Hands all that waits to {@code refused}. */
    void drain(Consumer<T> refused) {
        for (T next = waiting.poll(); next != null; next = waiting.poll()) {
            queued.decrementAndGet();
            refused.accept(next);
        }
    }

    int running() {
        return Math.max(0, taken());
    }

    private int taken() {
        return limit - free.availablePermits();
    }

    int waiting() {
        return queued.get();
    }

    /**
     * Whether nothing waits or runs, besides {@code others} that do. A task that leaves the queue has its permit before, so none
     * is overlooked.
     */
    boolean isIdleBut(int others) {
        return waiting() == 0 && taken() <= others;
    }

    private void startWaiting() {
        while (!waiting.isEmpty() && free.tryAcquire()) {
            T next = waiting.poll();
            if (next == null) {
                free.release();
            } else {
                queued.decrementAndGet();
                if (!starter.test(next)) {
                    free.release();
                }
            }
        }
    }

    private static final class Resizable extends Semaphore {

        private static final long serialVersionUID = 1L;

        Resizable(int permits) {
            super(permits);
        }

        @Override
        protected void reducePermits(int reduction) {
            super.reducePermits(reduction);
        }
    }
}
