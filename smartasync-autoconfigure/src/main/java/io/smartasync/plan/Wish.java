package io.smartasync.plan;

import io.smartasync.Workload;
import java.time.Duration;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * What is wanted of a call besides its annotation: by a rule, by a piece of code itself, or by somebody who tunes a running
 * application. What is {@code null} is left to others.
 *
 * @param executor the name of an executor
 * @param workload what the body does to its thread
 * @param timeout how long a call may take
 * @param debug whether each call is logged
 */
public record Wish(
        @Nullable String executor,
        @Nullable Workload workload,
        @Nullable Duration timeout,
        @Nullable Boolean debug) {

    /** Wants nothing. */
    public static final Wish NONE = new Wish(null, null, null, null);

    /** The same, with what it leaves to others taken from {@code other}. */
    public Wish orElse(Wish other) {
        return new Wish(
                executor == null ? other.executor : executor,
                workload == null ? other.workload : workload,
                timeout == null ? other.timeout : timeout,
                debug == null ? other.debug : debug);
    }

    /** For logs: what is wanted, such as {@code timeout=1s}. */
    @Override
    public String toString() {
        StringJoiner wants = new StringJoiner(", ").setEmptyValue("as configured");
        if (executor != null) {
            wants.add("executor=" + executor);
        }
        if (workload != null) {
            wants.add("workload=" + workload);
        }
        if (timeout != null) {
            wants.add("timeout=" + DurationText.of(timeout));
        }
        if (debug != null) {
            wants.add("debug=" + debug);
        }
        return wants.toString();
    }

    Declared by(String whom) {
        return new Declared(whom, true, executor, workload, timeout, null, null, debug);
    }
}
