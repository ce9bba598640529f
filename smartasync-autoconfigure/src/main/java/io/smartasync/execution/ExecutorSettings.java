package io.smartasync.execution;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One executor of {@code smartasync.executors}.
 *
 * @param name the name under which methods and routes know it
 * @param virtual whether each body runs on a virtual thread of its own
 * @param concurrencyLimit how many bodies may run at once, {@code null} for no limit (virtual threads only)
 * @param queueCapacity how many may wait for the limit
 * @param keepAlive how long an idle platform thread is kept
 * @param threadNamePrefix what thread names start with
 * @param awaitTermination how long work in flight may take at shutdown
 */
public record ExecutorSettings(
        String name,
        boolean virtual,
        @Nullable Integer concurrencyLimit,
        int queueCapacity,
        Duration keepAlive,
        String threadNamePrefix,
        Duration awaitTermination) {

    /** Refuses what can't work. */
    public ExecutorSettings {
        if (concurrencyLimit == null && !virtual) {
            throw new IllegalArgumentException("Platform threads need a concurrency limit");
        }
        if (concurrencyLimit != null && concurrencyLimit < 1) {
            throw new IllegalArgumentException("The concurrency limit must be at least 1");
        }
        if (queueCapacity < 0) {
            throw new IllegalArgumentException("The queue capacity must not be negative");
        }
    }

    ExecutorSettings withLimits(@Nullable Integer limit, int capacity) {
        return new ExecutorSettings(name, virtual, limit, capacity, keepAlive, threadNamePrefix, awaitTermination);
    }
}
