package io.smartasync.execution;

/** Where bodies run. No method blocks its caller or throws. */
interface BodyExecutor {

    /** What its threads are to a body. */
    CapturedContext.ThreadKind threadKind();

    /**
     * Runs the call as soon as there is a permit, which it holds until {@link #ended()}; or under one that its own
     * chain holds, if it would have to wait for that. If the executor is full or shut down, the call is told so.
     */
    void submit(OffloadedCall call);

    /** Takes back a call that waits for a permit. */
    void withdraw(OffloadedCall call);

    /** Runs more work of a call that still holds its permit; if there are no threads left, the work is told so. */
    void resume(Task work);

    /** Runs work of a call under the permit of its chain, on one more thread: the holder may wait for it on the last one. */
    void runBeside(Task work);

    /** A call is done: its permit is free. */
    void ended();

    /** The body of a call has left a result that is pending, which a shutdown of the executor ends. */
    default void resultPends(OffloadedCall call) {}

    /** It is pending no more. */
    default void resultIsThere(OffloadedCall call) {}
}
