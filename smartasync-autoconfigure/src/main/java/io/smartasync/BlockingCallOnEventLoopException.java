package io.smartasync;

/**
 * A method that returns a plain value, and may block or has to wait for it, was called on an event loop, where nobody can
 * wait. Thrown before the body runs; the message names the method, the thread and the cures.
 */
public class BlockingCallOnEventLoopException extends IllegalStateException {

    /** For SmartAsync itself: refuses a call with {@code message}. */
    public BlockingCallOnEventLoopException(String message) {
        super(message);
    }
}
