package io.smartasync.execution;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.springframework.core.task.TaskRejectedException;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;

/** A {@code TaskExecutor} bean of the application. Its limits, queue and shutdown are its own. */
final class HostExecutor implements BodyExecutor {

    private final String name;
    private final Executor executor;

    HostExecutor(String name, Executor executor) {
        this.name = name;
        this.executor = executor;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public boolean sweepsThreads() {
        return false;
    }

    @Override
    public void submit(OffloadedCall call) {
        if (call.chainOccupies(this) && wouldQueue()) {
            call.runUnderPermitOfChain();
        } else {
            resume(call);
        }
    }

    private boolean wouldQueue() {
        return executor instanceof ThreadPoolTaskExecutor pool && pool.getActiveCount() >= pool.getCorePoolSize();
    }

    @Override
    public void withdraw(OffloadedCall call) {}

    @Override
    public void resume(Task work) {
        try {
            executor.execute(work);
        } catch (RejectedExecutionException ex) {
            work.refused(
                    ex instanceof TaskRejectedException rejected
                            ? rejected
                            : new TaskRejectedException("Executor '" + name + "' rejected the call", ex));
        }
    }

    @Override
    public void ended() {}
}
