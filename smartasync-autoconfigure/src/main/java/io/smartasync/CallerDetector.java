package io.smartasync;

import org.jspecify.annotations.Nullable;

/**
 * Tells what kind of caller a thread is that SmartAsync does not know by itself: the loop of another framework, or a
 * thread that serves the requests of another protocol. Declare a bean of this type; all such beans are asked in their
 * order, before the built-in detection.
 *
 * <p>Asked at every call, on the calling thread: must be fast, thread-safe, and must neither block nor throw.
 */
@FunctionalInterface
public interface CallerDetector {

    /**
     * Returns the kind of caller that the current thread is.
     *
     * @param current the calling thread
     * @return the kind, or {@code null} if this detector does not know the thread
     */
    @Nullable
    Caller detect(Thread current);
}
