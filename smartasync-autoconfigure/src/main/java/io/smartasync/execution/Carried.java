package io.smartasync.execution;

/** The context of a caller on its way to the thread of a body. */
interface Carried {

    /** Carries nothing and cleans nothing. */
    Carried NOTHING = onThreadOfItsOwn -> () -> {};

    /**
     * Puts it on the current thread; closing the scope takes it away again.
     *
     * @param ownThread whether the thread belongs to SmartAsync: then nothing that the body added stays either
     */
    Scope open(boolean ownThread);

    /** A context that is in place. */
    @FunctionalInterface
    interface Scope extends AutoCloseable {
        @Override
        void close();
    }
}
