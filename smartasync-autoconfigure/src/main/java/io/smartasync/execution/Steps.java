package io.smartasync.execution;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.springframework.core.task.TaskRejectedException;

/**
 * The steps into which suspension cuts the coroutines of one call. They run on the call's executor, one at a time since the
 * call has one permit. Between them the call holds its permit, but no thread. Thread-safe.
 */
final class Steps implements Executor {

    private final KotlinCall call;
    private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicInteger pending = new AtomicInteger();
    private volatile @Nullable Turn turn;

    Steps(KotlinCall call) {
        this.call = call;
    }

    /** Runs the first step, and what it brings, on the current thread, which is that of the body. */
    void begin(Call.Part first) throws Throwable {
        pending.incrementAndGet();
        Turn here = new Turn();
        turn = here;
        try {
            here.step(first);
        } finally {
            here.goOn();
        }
    }

    /**
     * Runs a step as soon as those before it are done.
     *
     * @throws TaskRejectedException if there are no threads left
     */
    @Override
    public void execute(Runnable step) {
        waiting.add(step);
        if (pending.getAndIncrement() == 0) {
            Turn next = new Turn();
            call.resume(next);
            if (next.refusal != null) {
                waiting.remove(step);
                pending.decrementAndGet();
                throw next.refusal; // which lets the coroutine clean up elsewhere
            }
        }
    }

    /** Interrupts the step that runs, but none that was begun after the call had ended: that one cleans up. */
    void interrupt() {
        Turn running = turn;
        if (running != null) {
            running.interrupt();
        }
    }

    /** Gives back the permit if the current thread runs a step, which has ended the call. */
    void releaseIfHere() {
        Turn running = turn;
        if (running != null && running.thread == Thread.currentThread()) {
            running.release();
        }
    }

    /** Steps that follow each other on one thread. */
    private final class Turn implements Task {

        private volatile @Nullable Thread thread;
        private volatile @Nullable TaskRejectedException refusal;
        private boolean holdsPermit;
        private boolean begun; // seen only by the thread

        // Guarded by this
        private @Nullable Thread interruptible;
        private boolean interrupted;

        @Override
        public void run() {
            turn = this;
            thread = Thread.currentThread();
            holdsPermit = call.retain();
            try {
                call.runPart(false, () -> {
                    runAll(next());
                    return null;
                });
            } catch (Throwable ex) {
                call.subscription.onError(ex);
                if (!begun) {
                    runAll(next()); // without its context, but the coroutine may clean up
                }
            } finally {
                release();
                thread = null;
            }
        }

        private void runAll(Call.Part first) {
            begun = true;
            try {
                step(first);
            } catch (Throwable ex) {
                call.subscription.onError(ex);
            }
            goOn();
        }

        private void goOn() {
            while (pending.decrementAndGet() > 0) {
                try {
                    step(next());
                } catch (Throwable ex) {
                    call.subscription.onError(ex);
                }
            }
        }

        private Call.Part next() {
            Runnable step = waiting.remove();
            return () -> {
                step.run();
                return null;
            };
        }

        private void step(Call.Part step) throws Throwable {
            synchronized (this) {
                interruptible = call.isSettled() ? null : Thread.currentThread();
            }
            try {
                step.body();
            } finally {
                synchronized (this) {
                    interruptible = null;
                    if (interrupted) {
                        interrupted = false;
                        Thread.interrupted();
                    }
                }
            }
        }

        private synchronized void interrupt() {
            if (interruptible != null && interruptible != Thread.currentThread()) {
                interrupted = true;
                BodyThreads.interrupt(interruptible);
            }
        }

        private void release() {
            if (holdsPermit) {
                holdsPermit = false;
                call.release();
            }
        }

        @Override
        public boolean holdsPermit() {
            return holdsPermit;
        }

        @Override
        public void refused(TaskRejectedException reason) {
            refusal = reason;
            call.subscription.refused(reason);
        }
    }
}
