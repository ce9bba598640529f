package io.smartasync.execution;

import org.jspecify.annotations.Nullable;

/** A task as the calls that it makes see it: what it holds, they need not wait for. */
interface Link extends Task {

    BodyExecutor executor();

    /** Whether it is still under way. */
    boolean isLive();

    /** The one whose body made it. */
    default @Nullable Link parent() {
        return null;
    }

    @Override
    default boolean holdsPermit() {
        return ownsPermit() && isLive();
    }
}
