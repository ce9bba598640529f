package io.smartasync.caller;

import io.netty.util.concurrent.FastThreadLocalThread;

/** What Netty knows of threads: the loops of Lettuce, gRPC and raw Netty. Loaded only where Netty is. */
final class NettyThreads {

    private NettyThreads() {}

    static boolean isEventLoop(Thread thread) {
        return thread instanceof FastThreadLocalThread nettyThread && !nettyThread.permitBlockingCalls();
    }
}
