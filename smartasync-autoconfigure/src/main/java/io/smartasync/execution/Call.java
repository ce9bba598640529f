package io.smartasync.execution;

import io.smartasync.CallObserver;
import io.smartasync.CallObserver.ObservedCall;
import io.smartasync.Outcome;
import io.smartasync.Route;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * A call that ends later than the interception returns. However many want to end it (the body, the caller who cancels,
 * the timeout, the executor that refuses), the first one does, and the call is counted once. Thread-safe.
 */
class Call {

    private static final VarHandle SETTLED = settledHandle();

    private static final CallObserver.Scope NO_SCOPE = () -> {};

    private static final long NOT_STARTED = -1;

    final BoundMethod method;
    final Route route;
    final long start;
    private volatile boolean settled;

    /** The time from submission to the start of the body, 0 if it starts at once. Other threads only log it. */
    private long waitNanos;

    private volatile @Nullable Future<?> timeout;

    private final @Nullable ObservedCall observed;

    Call(BoundMethod method, Route route) {
        this(method, route, method.observe(route, null));
    }

    Call(BoundMethod method, Route route, @Nullable ObservedCall observed) {
        this(method, route, observed, System.nanoTime());
    }

    /** A call that began at the moment {@code start} of {@code System.nanoTime()}. */
    Call(BoundMethod method, Route route, @Nullable ObservedCall observed, long start) {
        this.method = method;
        this.route = route;
        this.observed = observed;
        this.start = start;
    }

    private static VarHandle settledHandle() {
        try {
            return MethodHandles.lookup().findVarHandle(Call.class, "settled", boolean.class);
        } catch (ReflectiveOperationException ex) {
            throw new ExceptionInInitializerError(ex);
        }
    }

    /** Makes what the current thread starts part of this call, for those who follow it. */
    CallObserver.Scope openScope() {
        return observed == null ? NO_SCOPE : observed.openScope();
    }

    @Nullable
    ObservedCall observed() {
        return observed;
    }

    /** Ends the call; {@code false} if it has ended already. Whoever ends it passes the result on. */
    boolean settle(Outcome outcome, @Nullable Throwable error) {
        if (settled || !SETTLED.compareAndSet(this, false, true)) {
            return false;
        }
        Future<?> running = timeout;
        if (running != null) {
            running.cancel(false);
        }
        onSettled(error == null && outcome == Outcome.CANCELLED);
        count(outcome, error, System.nanoTime() - start);
        return true;
    }

    /** The call has ended. */
    void count(Outcome outcome, @Nullable Throwable error, long nanos) {
        if (observed != null) {
            observed.onEnd(outcome, error);
        }
        method.ended(route, outcome, error, nanos, waitNanos == NOT_STARTED ? nanos : waitNanos);
    }

    /** The body starts later, if ever. */
    final void bodyWaits() {
        waitNanos = NOT_STARTED;
    }

    void bodyStarts() {
        waitNanos = System.nanoTime() - start;
        if (observed != null) {
            observed.onStart();
        }
        method.started(route, waitNanos);
    }

    boolean isSettled() {
        return settled;
    }

    /** Whether it has ended and its body, if that goes on after the end, too. */
    boolean isOver() {
        return settled;
    }

    /** What tells the result of a call. */
    interface Result {

        /** The time is over: nobody waits any more. */
        void timeOut(Duration limit);
    }

    /** The body, or a part of it, on a thread of the executor and open to interrupts. */
    interface Part {

        @Nullable
        Object body() throws Throwable;
    }

    /**
     * Starts the clock.
     *
     * @param limit the timeout of the method as it was when the call began; it may be tuned meanwhile
     */
    void limit(Timeouts timeouts, @Nullable Duration limit, Result result) {
        if (limit != null) {
            Future<?> running = timeouts.schedule(() -> result.timeOut(limit), limit);
            timeout = running;
            if (running != null && isSettled()) {
                running.cancel(false);
            }
        }
    }

    /** How a call ends whose body, or its future, fails with {@code error}. */
    static Outcome outcome(Throwable error) {
        return error instanceof CancellationException ? Outcome.CANCELLED : Outcome.ERROR;
    }

    /**
     * The result is final.
     *
     * @param cancelled whether its caller gave it up, so that the body may go on
     */
    void onSettled(boolean cancelled) {}

    /** The future that the body returned has completed, whoever ended the call. */
    void bodyCompleted() {}

    /** How the call ends if its subscriber gives it up. */
    Outcome givenUp() {
        return Outcome.CANCELLED;
    }

    /** Gives the current thread, if it has the context of this call, what it had before, until that is closed. */
    CapturedContext.@Nullable Hidden hideContext() {
        return null;
    }

    /** Stops the body, which nobody waits for any more. */
    void abort(boolean interrupt) {}
}
