package io.smartasync.execution;

/** What a nested call has to undo, since it has to wait for a permit. */
interface Waiting {

    /** It waits no more, which may be said again; {@code false} if it runs already, without a permit. */
    boolean over();

    /** Its body has run without a permit, or it was refused. */
    default void ended() {}
}
