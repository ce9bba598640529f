package io.smartasync.execution;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.springframework.core.task.TaskRejectedException;

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
    public void submit(Task task) {
        try {
            executor.execute(task);
        } catch (RejectedExecutionException ex) {
            task.refused(
                    ex instanceof TaskRejectedException rejected
                            ? rejected
                            : new TaskRejectedException("Executor '" + name + "' rejected the call", ex));
        }
    }

    @Override
    public boolean withdraw(Task task) {
        return false;
    }

    @Override
    public void resume(Task work) {
        submit(work);
    }

    @Override
    public void ended() {}
}
