package io.smartasync;

/** What happens when an event loop calls a method that returns a plain value and may block. */
public enum BlockingCallPolicy {

    /** The call fails with {@link BlockingCallOnEventLoopException} before the body runs. */
    FAIL,

    /** The body runs on the event loop; one warning is logged per method. */
    WARN,

    /** The body runs on the event loop. */
    ALLOW
}
