package io.smartasync.caller;

import io.vertx.core.Context;

/** What Vert.x knows of the current thread. Loaded only where Vert.x is. */
final class VertxThreads {

    private VertxThreads() {}

    static boolean isVertx() {
        return Context.isOnVertxThread();
    }

    static boolean isEventLoop() {
        return Context.isOnEventLoopThread();
    }
}
