package io.smartasync.execution;

/** The context of a caller on its way to the thread of a body. */
interface Carried {

    /** Carries nothing and cleans nothing. */
    Carried NOTHING = thread -> () -> {};

    /** The thread that a body runs on. */
    enum Runner {

        /** Runs other bodies of ours too, and nothing else: nothing is found there, and nothing stays. */
        POOLED,

        /** Was made for the body, and ends with it. */
        NEW,

        /** Is somebody else's, such as that of the body around this one, who finds everything as it was. */
        BORROWED
    }

    /** Puts it on the current thread; closing the scope takes it away again. */
    AutoCloseable open(Runner thread);
}
