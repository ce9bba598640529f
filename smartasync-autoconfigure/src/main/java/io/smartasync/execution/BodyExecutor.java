package io.smartasync.execution;

/** Where the engine lets bodies run. Nothing here blocks the thread that asks, or throws. */
interface BodyExecutor {

    String name();

    /**
     * Runs the task as soon as there is a permit, which it holds until {@link #ended()}. If the executor is full or shut
     * down, the task is told that it is refused.
     */
    void submit(Task task);

    /** Takes back a task that waits for a permit; {@code false} if it waits no more. */
    boolean withdraw(Task task);

    /** Runs more work of a task that still holds its permit; if there are no threads left, it is told so. */
    void resume(Task work);

    /** A task is done: its permit is free. */
    void ended();
}
