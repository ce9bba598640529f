package io.smartasync.caller;

import reactor.core.scheduler.Schedulers;

/** What Reactor knows of threads. Loaded only where Reactor is. */
final class ReactorThreads {

    private ReactorThreads() {}

    static boolean isNonBlocking(Thread thread) {
        return Schedulers.isNonBlockingThread(thread);
    }
}
