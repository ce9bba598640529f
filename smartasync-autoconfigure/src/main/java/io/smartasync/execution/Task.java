package io.smartasync.execution;

import org.springframework.core.task.TaskRejectedException;

/** What an executor admits. Whoever runs it gives its permit back with {@link BodyExecutor#ended()}. */
interface Task extends Runnable {

    /** It will never run, and holds no permit. */
    void refused(TaskRejectedException reason);

    /** It has waited for a permit, and waits no more. */
    default void waited() {}
}
