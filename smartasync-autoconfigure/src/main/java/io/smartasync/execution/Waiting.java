package io.smartasync.execution;

/** What a nested call has to undo, since it has to wait for a permit. */
interface Waiting {

    /** Ends the wait, if it has not ended; {@code false} if the call runs already, without a permit. */
    boolean stop();

    /** Its body has run without a permit, or it was refused. */
    default void ended() {}
}
