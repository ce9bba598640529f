package io.smartasync.execution;

import io.smartasync.Caller;
import io.smartasync.Route;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.jspecify.annotations.Nullable;
import org.springframework.core.task.TaskRejectedException;

/**
 * A call whose body runs on an executor. A {@link FutureTask} sees to it that the body starts at most once, never after
 * it was cancelled, and is interrupted only while it runs.
 *
 * <p>The permit is held by two, the thread that runs the body and the result as long as it is pending; the last of them
 * gives it back.
 */
abstract class OffloadedCall extends Call implements Task, Callable<@Nullable Object> {

    private static final AtomicIntegerFieldUpdater<OffloadedCall> HOLDERS =
            AtomicIntegerFieldUpdater.newUpdater(OffloadedCall.class, "holders");

    final BodyExecutor executor;
    private final FutureTask<@Nullable Object> task = new FutureTask<>(this);
    private final @Nullable Thread loop;
    private volatile @Nullable Thread runner;

    @SuppressWarnings("UnusedVariable") // read through HOLDERS
    private volatile int holders = 2;

    // Seen only by the thread that runs the body
    private boolean started;
    private boolean bodyLeft;
    private @Nullable Throwable failure;

    OffloadedCall(BoundMethod method, Route route) {
        super(method, route);
        this.executor = method.executor(route);
        this.loop = route.caller() == Caller.EVENT_LOOP ? Thread.currentThread() : null;
    }

    /** The body, on a thread of the executor and open to interrupts. */
    abstract void body() throws Throwable;

    /** The body has returned or failed; its thread is open to interrupts no more. */
    abstract void bodyEnded(@Nullable Throwable failure);

    /** The body never ran: the executor is full or shut down, or the call was cancelled in time. */
    abstract void neverRan(@Nullable TaskRejectedException reason);

    @Override
    public final void run() {
        if (loop == Thread.currentThread()) {
            // The policy of a host's executor may be to run what it can't take on the thread that submits
            refused(new TaskRejectedException(
                    "Executor '" + executor.name() + "' is full, and an event loop can't run the body in its place"));
            return;
        }
        task.run();
        runner = null;
        Thread.interrupted(); // an interrupt that came late must not meet the thread's next task
        leaveBody();
        if (started) {
            bodyEnded(failure);
        } else {
            neverRan(null);
        }
    }

    /** What {@link #task} runs. */
    @Override
    public final @Nullable Object call() {
        started = true;
        runner = Thread.currentThread();
        method.started(route, System.nanoTime() - start);
        try {
            body();
        } catch (Throwable ex) {
            failure = ex;
        }
        return null;
    }

    @Override
    public final void refused(TaskRejectedException reason) {
        neverRan(reason);
    }

    @Override
    void abort(boolean interrupt) {
        // Whoever receives the result on the body's own thread may cancel there, and must not be interrupted itself
        boolean cancelled = task.cancel(interrupt && method.interruptible() && !isOnBodyThread());
        if (cancelled && runner == null) {
            executor.withdraw(this);
        }
    }

    boolean isOnBodyThread() {
        return runner == Thread.currentThread();
    }

    /** The body needs its thread no more. */
    final void leaveBody() {
        if (!bodyLeft) {
            bodyLeft = true;
            leave();
        }
    }

    /** The result is pending no more; once per call. */
    final void leaveResult() {
        leave();
    }

    private void leave() {
        if (HOLDERS.decrementAndGet(this) == 0) {
            executor.ended();
        }
    }
}
