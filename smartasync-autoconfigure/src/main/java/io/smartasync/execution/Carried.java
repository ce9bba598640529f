package io.smartasync.execution;

/** The context of a caller on its way to the thread of a body. */
interface Carried {

    /** Carries nothing and cleans nothing. */
    Carried NOTHING = thread -> () -> {};

    /** The thread that a body runs on. */
    enum Runner {

        /** Runs other bodies of ours too: nothing is found there, and nothing stays. */
        POOLED,

        /** Ends with the body, or is looked after by others. */
        OTHER,

        /** Runs the body around this one, which finds everything as it was. */
        IN_PLACE
    }

    /** Puts it on the current thread; closing the scope takes it away again. */
    AutoCloseable open(Runner thread);
}
