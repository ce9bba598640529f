package io.smartasync.execution;

/** The context of a caller on its way to the thread of a body. */
interface Carried {

    /** Carries nothing and cleans nothing. */
    Carried NOTHING = sweep -> () -> {};

    /**
     * Puts it on the current thread; closing the scope takes it away again.
     *
     * @param sweep whether the thread runs other bodies of ours later: then nothing that this one added stays either
     */
    AutoCloseable open(boolean sweep);
}
