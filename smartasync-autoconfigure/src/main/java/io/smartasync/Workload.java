package io.smartasync;

/** What the body of a method does to the thread that runs it. */
public enum Workload {

    /**
     * Chosen by what the method returns: {@link #IO} for a plain value, {@code void} or a future (the habit of
     * {@code @Async}), {@link #NON_BLOCKING} for a publisher (the habit of Reactor).
     */
    AUTO,

    /** May block: a database, a remote call, a file, a lock. */
    IO,

    /** Computes for long without blocking: it would hold the carrier of a virtual thread. */
    CPU,

    /** Returns at once and is safe on any thread, event loops included. */
    NON_BLOCKING
}
