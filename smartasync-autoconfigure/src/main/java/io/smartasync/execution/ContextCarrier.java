package io.smartasync.execution;

import org.jspecify.annotations.Nullable;

/** Takes the context of a caller along, for the body that runs elsewhere. Thread-safe. */
@FunctionalInterface
public interface ContextCarrier {

    /** Takes nothing along. */
    ContextCarrier NONE = (callerWaits, subscriber) -> CapturedContext.NOTHING;

    /**
     * Captures the context of the current thread.
     *
     * @param callerWaits whether the caller waits for the body, so that more may be taken along
     * @param subscriber the context of the subscriber, for a publisher
     */
    CapturedContext capture(boolean callerWaits, @Nullable Object subscriber);

    /** Clears what earlier tasks have left on the current thread, which is one of ours. Never fails. */
    default void clear() {}
}
