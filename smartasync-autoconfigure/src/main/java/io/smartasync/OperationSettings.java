package io.smartasync;

import java.time.Duration;

/**
 * How pieces of code want to be run. Each method returns operations with one setting more and leaves its own as they are.
 * Immutable and thread-safe. Keep operations that are often used, in a field say: of the others only those used last are
 * remembered.
 *
 * <p>A rule in {@code smartasync.rules} whose pattern matches {@code SmartAsyncOperations#<name>} beats what is set here.
 *
 * @param <S> the operations
 */
public interface OperationSettings<S extends OperationSettings<S>> {

    /**
     * Sets the name that stands in the meter tag {@code method}; the tag {@code class} is {@code SmartAsyncOperations}.
     * By default the name of the operation. Each name is kept, as its meters are: take it from a fixed set, not from data.
     */
    S named(String name);

    /**
     * Sets the executor, as {@link SmartAsync#executor()} does.
     *
     * @throws SmartAsyncConfigurationException if there is none of that name
     */
    S executor(String executor);

    /** Sets what the code does to its thread. {@link Workload#IO} by default. */
    S workload(Workload workload);

    /**
     * Sets how long each call may take, or for many items all of them together. The default is
     * {@code smartasync.default-timeout}. A value or many items that are computed in place have no timeout.
     *
     * @throws IllegalArgumentException if it is not positive
     */
    S timeout(Duration timeout);
}
