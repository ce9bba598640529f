package io.smartasync.test;

import reactor.core.scheduler.NonBlocking;

/** A thread that Reactor lets nobody block. Loaded only where Reactor is. */
final class ReactorLoop {

    private ReactorLoop() {}

    static Thread of(Runnable body, String name) {
        return new NonBlockingThread(body, name);
    }

    private static final class NonBlockingThread extends Thread implements NonBlocking {

        NonBlockingThread(Runnable body, String name) {
            super(null, body, name, 0, false);
        }
    }
}
