package io.smartasync.execution;

import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The calls, and other tasks, whose bodies made one another. The innermost is known by its thread. Such a chain never waits
 * for itself.
 */
final class Chain {

    private static final ThreadLocal<@Nullable Link> RUNNING = new ThreadLocal<>();

    private Chain() {}

    /** The one whose body the current thread runs, even if it has ended by now. */
    static @Nullable Link running() {
        return RUNNING.get();
    }

    /** Sets whose body the current thread runs. Setting {@code null}, not removing it, keeps the thread's entry for the next. */
    static void setRunning(@Nullable Link link) {
        RUNNING.set(link);
    }

    /** Whether the current thread is that of a body, which may block; not so after an asynchronous step of a publisher. */
    static boolean isOnThreadOfBody() {
        return RUNNING.get() != null;
    }

    /** The next one up the chain that is still under way: what follows the end of a nested call is part of the call around it. */
    static @Nullable Link live(@Nullable Link from) {
        Link next = from;
        while (next != null && !next.isLive()) {
            next = next.parent();
        }
        return next;
    }

    /** Who holds the permit of {@code wanted} that the next one up the chain runs under. */
    static @Nullable Link holder(@Nullable Link from, BodyExecutor wanted) {
        for (Link link = from; link != null; link = link.parent()) {
            if (link.executor() == wanted && link.holdsPermit()) {
                return link;
            }
        }
        return null;
    }

    /** How many permits of {@code executor} they hold. */
    static int permits(@Nullable Link from, BodyExecutor executor) {
        int permits = 0;
        for (Link link = from; link != null; link = link.parent()) {
            if (link.executor() == executor && link.holdsPermit()) {
                permits++;
            }
        }
        return permits;
    }

    /** The executors whose permits they run under. */
    static Set<BodyExecutor> occupied(@Nullable Link from) {
        Set<BodyExecutor> executors = new HashSet<>();
        for (Link link = from; link != null; link = link.parent()) {
            if (link.holdsPermit()) {
                executors.add(link.executor());
            }
        }
        return executors;
    }
}
