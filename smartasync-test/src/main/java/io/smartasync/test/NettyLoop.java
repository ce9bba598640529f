package io.smartasync.test;

import io.netty.util.concurrent.FastThreadLocalThread;

/** A thread as Netty's loops have it. Loaded only where Netty is. */
final class NettyLoop {

    private NettyLoop() {}

    static Thread of(Runnable body, String name) {
        return new FastThreadLocalThread(null, body, name, 0);
    }
}
