package io.smartasync.execution;

import io.smartasync.Caller;
import io.smartasync.caller.CallerDetection;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.core.task.TaskRejectedException;
import org.springframework.core.task.VirtualThreadTaskExecutor;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;

/** An {@code Executor} bean of the application. Its limits, queue and shutdown are its own. */
final class HostExecutor implements BodyExecutor {

    private static final String CURE =
            "raise its limits, or use an executor of smartasync.executors, which has a queue.";

    private final String name;
    private final Executor executor;
    private final Supplier<CallerDetection> callers;

    HostExecutor(String name, Executor executor, Supplier<CallerDetection> callers) {
        this.name = name;
        this.executor = executor;
        this.callers = callers;
    }

    @Override
    public CapturedContext.ThreadKind threadKind() {
        return CapturedContext.ThreadKind.BORROWED; // perhaps that of the caller itself
    }

    @Override
    public void submit(OffloadedCall call) {
        boolean isNested = Chain.isOnThreadOfBody() && call.isOccupiedByChain();
        if (isNested && wouldQueue()) {
            call.runInPlace();
            return;
        }
        TaskRejectedException refusal = execute(call);
        if (refusal != null && isNested) { // its own chain may be what fills the executor
            call.runInPlace();
        } else if (refusal != null) {
            call.refused(refusal);
        }
    }

    /** Assumes a queue where it can't tell: running in place is slower at worst, waiting for oneself never ends. */
    private boolean wouldQueue() {
        if (executor instanceof ThreadPoolTaskExecutor pool) {
            return pool.getActiveCount() >= pool.getCorePoolSize();
        }
        return !(executor instanceof SimpleAsyncTaskExecutor || executor instanceof VirtualThreadTaskExecutor);
    }

    @Override
    public void withdraw(OffloadedCall call) {}

    @Override
    public void resume(Task work) {
        TaskRejectedException refusal = execute(work);
        if (refusal != null) {
            work.refused(refusal);
        }
    }

    private @Nullable TaskRejectedException execute(Task work) {
        Thread submitter = Thread.currentThread();
        try {
            executor.execute(new Submission(work, submitter));
            return null;
        } catch (RuntimeException | Error ex) { // full, shut down, not ready, or without threads
            return new TaskRejectedException("Executor '" + name + "' rejected the call. If it is full, " + CURE, ex);
        }
    }

    @Override
    public void runBeside(Task work) {
        resume(work);
    }

    /** Its policy may be to run what it can't take on the submitting thread. */
    private void start(Task work, Thread submitter) {
        if (Thread.currentThread() == submitter && callers.get().current() == Caller.EVENT_LOOP) {
            work.refused(new TaskRejectedException(
                    "Executor '" + name + "' is full, and an event loop can't run the body in its place: " + CURE));
        } else {
            work.run();
        }
    }

    /** A future, since Spring's executors cancel those that still wait at shutdown, and drop other tasks silently. */
    private final class Submission extends FutureTask<@Nullable Object> {

        private final Task work;

        Submission(Task work, Thread submitter) {
            super(() -> start(work, submitter), null);
            this.work = work;
        }

        @Override
        protected void done() {
            if (isCancelled()) {
                work.refused(new TaskRejectedException("Executor '" + name + "' was shut down before the call began"));
            }
        }
    }

    @Override
    public void ended() {}
}
