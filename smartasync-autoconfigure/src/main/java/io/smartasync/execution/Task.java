package io.smartasync.execution;

import org.springframework.core.task.TaskRejectedException;

/** What an executor admits. Whoever runs it gives its permit back with {@link BodyExecutor#ended()}. */
interface Task extends Runnable {

    /** It will never run, and holds no permit. */
    void refused(TaskRejectedException reason);

    /** Whether it starts with a permit of its own, and not under that of the call that it is a part of. */
    default boolean ownsPermit() {
        return false;
    }

    /** Whether it runs under a permit that it, or the call that it is a part of, holds at this moment. */
    default boolean holdsPermit() {
        return false;
    }

    /** Ends its wait for a permit; {@code false} if it runs already, without one. */
    default boolean stopWaiting() {
        return true;
    }
}
