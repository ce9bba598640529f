package io.smartasync.execution;

import org.jspecify.annotations.Nullable;

/** The context of a caller on its way to the thread of a body. */
interface CapturedContext {

    /** Has nothing and cleans nothing. */
    Scope NO_SCOPE = () -> {};

    /** Carries nothing and cleans nothing. */
    CapturedContext NOTHING = new CapturedContext() {
        @Override
        public Scope open(ThreadKind thread) {
            return NO_SCOPE;
        }

        @Override
        public boolean isEmpty() {
            return true;
        }
    };

    /** The thread that a body runs on. */
    enum ThreadKind {

        /** Belongs to a pool of ours, which runs nothing but bodies: it is clean before, and left clean. */
        POOLED,

        /** Was made for the body, and ends with it. */
        NEW,

        /** Belongs to somebody else, such as the body around this one, who finds everything as it was. */
        BORROWED
    }

    /** Puts it on the current thread. */
    Scope open(ThreadKind thread);

    /** Whether there is nothing to carry; there may still be something to clean. */
    default boolean isEmpty() {
        return false;
    }

    /** Where the current thread has what was captured. */
    @FunctionalInterface
    interface Scope extends AutoCloseable {

        /**
         * Gives the thread what it had before, until that is closed. The scope stays open, because others may have opened
         * theirs inside it, which have to be closed before. Never fails.
         *
         * @return {@code null} if the thread has nothing else
         */
        default @Nullable Hidden hide() {
            return null;
        }

        @Override
        void close();
    }

    /** Where the current thread has nothing of what was captured. */
    @FunctionalInterface
    interface Hidden extends AutoCloseable {

        /** Never fails. */
        @Override
        void close();
    }
}
