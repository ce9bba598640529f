package io.smartasync;

/** How a call ended; the name is the value of the meter tag {@code outcome}. */
public enum Outcome {

    /** The body delivered its result, or the caller completed the future with one. */
    SUCCESS,

    /** The body failed. */
    ERROR,

    /**
     * The caller gave up: a cancelled future or subscription, or an interrupt while it waited. Or the body failed with a
     * {@link java.util.concurrent.CancellationException}. Or the application was shut down while the result was pending.
     */
    CANCELLED,

    /** The call took longer than its timeout, or than the caller allowed, as with {@code orTimeout}. */
    TIMEOUT,

    /**
     * Refused: a plain value asked for on an event loop, or an executor that was full or shut down. The body never ran; that of
     * a publisher may have begun, if a later part of it was refused.
     */
    REJECTED
}
