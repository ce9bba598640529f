package io.smartasync;

/**
 * A method that returns a plain value and may block was called on an event loop, where nobody can wait. Thrown before
 * the body runs; the message names the method, the thread and the cures.
 */
public class BlockingCallOnEventLoopException extends IllegalStateException {

    /** Refuses a call of {@code method} on {@code thread}. */
    public BlockingCallOnEventLoopException(String method, Thread thread) {
        super(method + " returns a plain value and may block, but was called on the event loop thread \""
                + thread.getName()
                + "\", where waiting would freeze the loop. Either return a CompletableFuture, Mono or"
                + " Flux from it; or call it through an interface that does; or, if it never blocks, declare"
                + " @SmartAsync(workload = NON_BLOCKING). (smartasync.event-loop.on-blocking-call=warn lets it run"
                + " on the loop.)");
    }
}
