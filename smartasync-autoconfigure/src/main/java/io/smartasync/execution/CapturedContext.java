package io.smartasync.execution;

/** The context of a caller on its way to the thread of a body. */
interface CapturedContext {

    /** Carries nothing and cleans nothing. */
    CapturedContext NOTHING = thread -> () -> {};

    /** The thread that a body runs on. */
    enum ThreadKind {

        /** Belongs to a pool of ours, which runs nothing but bodies: it is clean before, and left clean. */
        POOLED,

        /** Was made for the body, and ends with it. */
        NEW,

        /** Belongs to somebody else, such as the body around this one, who finds everything as it was. */
        BORROWED
    }

    /** Puts it on the current thread; closing the scope takes it away again. */
    AutoCloseable open(ThreadKind thread);
}
