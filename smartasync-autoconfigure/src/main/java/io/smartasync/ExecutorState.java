package io.smartasync;

import org.jspecify.annotations.Nullable;

/**
 * What an executor of {@code smartasync.executors} does at present; injected by the name of its bean, such as
 * {@code @Qualifier("smartasync-io") ExecutorState}. Thread-safe; the numbers are read one by one.
 */
public interface ExecutorState {

    /** The name in {@code smartasync.executors}. */
    String name();

    /** Whether each body runs on a virtual thread of its own; otherwise on pooled platform threads. */
    boolean isVirtual();

    /** How many bodies may run at once, or {@code null} for no limit. */
    @Nullable
    Integer concurrencyLimit();

    /** How many may wait for the limit. */
    int queueCapacity();

    /** How many hold a permit: their bodies run, or the futures and publishers that they returned are pending. */
    int active();

    /** How many wait for a permit. */
    int queued();

    /** How many are done since the start. */
    long completed();

    /** How many pooled threads there are; for virtual threads the same as {@link #active()}. */
    int threads();
}
