package io.smartasync;

/**
 * The kind of thread that makes a call. Found out anew at each call and never cached, since one bean serves all kinds
 * at once.
 */
public enum Caller {

    /** Any thread that is none of the others: a pool, a scheduler, {@code main}. It may block. */
    PLATFORM("platform"),

    /** A platform thread that serves a servlet request. It may block. */
    SERVLET("servlet"),

    /** A virtual thread, whether it serves a request or not. It may block, but should not compute for long. */
    VIRTUAL("virtual"),

    /** A thread of Reactor, Netty or Vert.x that serves many at once. It must never block. */
    EVENT_LOOP("event-loop");

    private final String tag;

    Caller(String tag) {
        this.tag = tag;
    }

    /** The value of the meter tag {@code caller}, also used in {@code smartasync.routes}. */
    public String tag() {
        return tag;
    }
}
