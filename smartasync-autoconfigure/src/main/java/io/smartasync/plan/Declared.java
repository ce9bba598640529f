package io.smartasync.plan;

import io.smartasync.Workload;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What one place says of a call: a rule, an annotation, a piece of code itself. {@code null} is left to the next place.
 *
 * @param by the place, for people who want to know who decided
 * @param hops whether an executor or timeout that is named here moves calls of plain values to an executor
 */
record Declared(
        String by,
        boolean hops,
        @Nullable String executor,
        @Nullable Workload workload,
        @Nullable Duration timeout,
        @Nullable Boolean interruptible,
        @Nullable Boolean background,
        @Nullable Boolean debug) {

    boolean makesHop() {
        return hops && (executor != null || timeout != null);
    }
}
