package io.smartasync;

import java.util.concurrent.TimeoutException;

/**
 * A call of a method that returns a plain value took longer than its timeout. Unchecked, since a proxy can't throw a
 * checked exception that the method does not declare; its cause is the {@link TimeoutException} with which a future or
 * publisher would have failed.
 */
public class SmartAsyncTimeoutException extends RuntimeException {

    /** Wraps the timeout that a caller waited for in vain. */
    public SmartAsyncTimeoutException(TimeoutException cause) {
        super(cause.getMessage(), cause);
    }
}
