package io.smartasync.execution;

/** What a nested call has to undo, since it has to wait for a permit. */
interface Waiting {

    /** It waits no more; {@code false} if it runs already, without a permit. */
    boolean over();

    /** It has run without a permit, or was refused. */
    default void ended() {}
}
