package io.smartasync.execution;

import io.smartasync.Route;
import org.jspecify.annotations.Nullable;

/** Takes the context of a caller along, for the body that runs elsewhere. Thread-safe. */
@FunctionalInterface
public interface ContextCarrier {

    /** Takes nothing along. */
    ContextCarrier NONE = (route, subscriber) -> Carried.NOTHING;

    /**
     * Captures the context of the current thread.
     *
     * @param route the way of the call: where the caller waits, more may be taken along
     * @param subscriber the context of the subscriber, for a publisher
     */
    Carried capture(Route route, @Nullable Object subscriber);
}
