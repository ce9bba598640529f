package io.smartasync.execution;

import io.smartasync.CallObserver;
import io.smartasync.CallObserver.ObservedCall;
import io.smartasync.Route;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.jspecify.annotations.Nullable;
import org.springframework.core.task.TaskRejectedException;

/**
 * A call whose body runs on an executor. The body starts at most once, never after it was cancelled, and is interrupted
 * only while it runs.
 *
 * <p>The permit is held by two, the thread that runs the body and the result as long as it is pending; the last of them
 * gives it back.
 *
 * <p>A call knows the call, or other task, whose body made it: see {@link Chain}.
 */
abstract class OffloadedCall extends Call implements Link, Call.Part {

    private static final AtomicIntegerFieldUpdater<OffloadedCall> HOLDERS =
            AtomicIntegerFieldUpdater.newUpdater(OffloadedCall.class, "holders");
    private static final AtomicIntegerFieldUpdater<OffloadedCall> STAGE =
            AtomicIntegerFieldUpdater.newUpdater(OffloadedCall.class, "stage");

    // The stages of the body
    private static final int WAITS = 0;
    private static final int RUNS = 1;
    private static final int IS_BEING_INTERRUPTED = 2;
    private static final int INTERRUPTED = 3;
    private static final int OVER = 4;
    private static final int RESULT_PENDS = 5;

    final BodyExecutor executor;
    CapturedContext context;
    private volatile @Nullable Link parent;
    private @Nullable Thread runner; // others find it behind the stage RUNS
    private volatile boolean inPlace;
    private volatile boolean underPermitOfChain;

    private volatile int holders;
    private volatile int stage; // WAITS
    private boolean bodyLeft; // seen only by the thread that runs the body

    private @Nullable Waiting waiting;

    /** The body runs under the permit of another call, which is held until the body ends, whatever becomes of that call. */
    private static final class SharedPermit implements Waiting {

        private @Nullable OffloadedCall holder;
        private final @Nullable Waiting before;

        /** Retains the holder on behalf of the call, which waited in the way of {@code before}. */
        SharedPermit(OffloadedCall holder, @Nullable Waiting before) {
            this.holder = holder;
            this.before = before;
        }

        @Override
        public boolean stop() {
            return before == null || before.stop();
        }

        @Override
        public void ended() {
            OffloadedCall held = holder;
            holder = null;
            if (held != null) {
                held.release();
            }
            if (before != null) {
                before.ended();
            }
        }
    }

    /**
     * Prepares a call from the current thread.
     *
     * @param outer the call that it is part of, where the thread does not know
     */
    OffloadedCall(
            BoundMethod method,
            Route route,
            CapturedContext context,
            @Nullable Link outer,
            @Nullable ObservedCall observed) {
        super(method, route, observed);
        this.executor = method.executor(route);
        this.context = context;
        bodyWaits();
        HOLDERS.lazySet(this, 2); // nobody else sees it yet
        Link running = Chain.live(Chain.running());
        Link chain = running == null ? outer : running;
        if (chain != null) { // to write a volatile field takes time, whatever is written
            this.parent = chain;
        }
    }

    /** The body has returned or failed; its thread is open to interrupts no more. */
    abstract void bodyEnded(@Nullable Object result, @Nullable Throwable failure);

    /** The body never ran: the executor is full or shut down, or the call was cancelled in time. */
    abstract void neverRan(@Nullable TaskRejectedException reason);

    /** Ends the call, whose result is pending and can't be waited for any more. */
    abstract void abandon(CancellationException reason);

    @Override
    public final void run() {
        runner = Thread.currentThread();
        if (!STAGE.compareAndSet(this, WAITS, RUNS)) {
            runner = null;
            leaveBody();
            neverRan(null);
            return;
        }
        bodyStarts();
        Object result = null;
        Throwable failure = null;
        try {
            result = runPart(inPlace, this);
        } catch (Throwable ex) {
            failure = ex;
        }
        boolean interrupted = !STAGE.compareAndSet(this, RUNS, OVER);
        while (stage == IS_BEING_INTERRUPTED) {
            Thread.onSpinWait(); // the interrupt is for the body and must not hit what the thread does next
        }
        runner = null;
        if (interrupted || (!inPlace && executor.threadKind() == CapturedContext.ThreadKind.POOLED)) {
            clearInterrupt(inPlace);
        }
        leaveBody();
        bodyEnded(result, failure);
    }

    /** Takes the interrupt that was for a body of this call, and not what was meanwhile for one further down the stack. */
    static void clearInterrupt(boolean inPlace) {
        Thread.interrupted();
        Link below = inPlace ? Chain.running() : null;
        while (below instanceof OffloadedCall call && call.isOnBodyThread()) {
            if (call.stage == IS_BEING_INTERRUPTED || call.stage == INTERRUPTED) {
                Thread.currentThread().interrupt();
                return;
            }
            below = call.parent;
        }
    }

    /** Runs a part of the body, known to the calls that it makes and with the context of the caller. */
    final @Nullable Object runPart(boolean here, Part part) throws Throwable {
        Link outer = Chain.running();
        Chain.setRunning(this);
        try (AutoCloseable scopes = openScopes(here, part)) {
            return part.body();
        } finally {
            Chain.setRunning(outer);
            if (holders == 0) {
                forget();
            }
        }
    }

    /**
     * The call is over, and what it was made with is needed no more; its result may be kept for long. What its body has left
     * to others is part of the call around it, as long as that is under way.
     */
    void forget() {
        parent = Chain.live(parent);
    }

    /** Until it is closed the current thread has the context of the caller, and what it starts is part of this call. */
    CapturedContext.Scope openScopes(boolean here, Part part) {
        CapturedContext.ThreadKind thread = executor.threadKind();
        // What is opened for those who follow the call is to be hidden as well, so that a new thread has a before, too
        boolean keeps = here || (observed() != null && thread == CapturedContext.ThreadKind.NEW);
        CapturedContext.Scope carried = context.open(keeps ? CapturedContext.ThreadKind.BORROWED : thread);
        if (observed() == null) {
            return carried;
        }
        CallObserver.Scope followed = openScope();
        return new CapturedContext.Scope() {
            @Override
            public CapturedContext.@Nullable Hidden hide() {
                return carried.hide();
            }

            @Override
            public void close() {
                try (carried) {
                    followed.close();
                }
            }
        };
    }

    @Override
    public final void refused(TaskRejectedException reason) {
        STAGE.compareAndSet(this, WAITS, OVER);
        releasePermitOfChain();
        neverRan(reason);
        forget();
    }

    @Override
    public final boolean ownsPermit() {
        return !underPermitOfChain;
    }

    @Override
    void abort(boolean interrupt) {
        if (STAGE.compareAndSet(this, WAITS, OVER)) {
            executor.withdraw(this);
            forget();
            return;
        }
        // Whoever receives the result on the body's own thread may cancel there, and must not be interrupted itself
        Thread thread = runner;
        if (interrupt
                && method.interruptible()
                && thread != null
                && !isOnBodyThread()
                && STAGE.compareAndSet(this, RUNS, IS_BEING_INTERRUPTED)) {
            try {
                BodyThreads.interrupt(thread);
            } finally {
                stage = INTERRUPTED;
            }
        }
    }

    /** Whether the thread of the body is not free yet. */
    final boolean bodyRuns() {
        return stage == RUNS;
    }

    boolean isOnBodyThread() {
        return runner == Thread.currentThread();
    }

    /** Runs under the permit that its chain already holds, on the current thread. */
    final void runInPlace() {
        underPermitOfChain = true;
        if (Chain.holder(parent, executor) instanceof OffloadedCall holder && !isHeldFurtherDown(holder)) {
            share(holder);
        }
        inPlace = true;
        BodyThreads.runReplaced(this);
    }

    /**
     * Whether a body further down this stack, which outlasts this one, holds that permit already. It is retained once for all
     * of them: the stack may end too deep for anybody to release it.
     */
    private boolean isHeldFurtherDown(OffloadedCall holder) {
        Link below = parent;
        while (below instanceof OffloadedCall call && call.isOnBodyThread() && call.bodyRuns() && !call.bodyLeft) {
            if (call == holder || (call.waiting instanceof SharedPermit shared && shared.holder == holder)) {
                return true;
            }
            below = call.parent;
        }
        return false;
    }

    /**
     * Runs under the permit that its chain already holds, on a thread of the executor: on the place of the body that made it,
     * one at a time.
     *
     * @return {@code false} if it has to wait for that
     */
    final boolean runOnLoan(Loans loans) {
        Link lender = Chain.live(parent);
        if (lender != null) {
            waiting = loans.waiting(lender, this);
            if (!loans.lend(lender, this)) {
                return false;
            }
        }
        runBeside();
        return true;
    }

    /** On a thread of its own, even if its chain occupies all others. */
    final void runBeside() {
        underPermitOfChain = true;
        if (Chain.holder(parent, executor) instanceof OffloadedCall holder) {
            share(holder);
        }
        executor.runBeside(this);
    }

    private void share(OffloadedCall holder) {
        if (holder.retain()) {
            waiting = new SharedPermit(holder, waiting);
        }
    }

    private void releasePermitOfChain() {
        if (underPermitOfChain && waiting != null) {
            waiting.ended();
        }
    }

    /** Whether a part of the body that the current thread asks for is to be run in place, like the body itself. */
    final boolean runsPartsInPlace() {
        return underPermitOfChain && Chain.isOnThreadOfBody();
    }

    /** Runs a part of the body on a thread of the executor. */
    final void resume(Task part) {
        if (underPermitOfChain) {
            executor.runBeside(part);
        } else {
            executor.resume(part);
        }
    }

    @Override
    public final BodyExecutor executor() {
        return executor;
    }

    @Override
    public final @Nullable Link parent() {
        return parent;
    }

    @Override
    public final boolean isLive() {
        return holders > 0;
    }

    @Override
    final boolean isOver() {
        return holders == 0 || stage == OVER;
    }

    /** Whether one up the chain is still under way. */
    final boolean hasLiveChain() {
        return Chain.live(parent) != null;
    }

    /** Whether one further up in the chain holds a permit of its executor. */
    final boolean isOccupiedByChain() {
        return Chain.holder(parent, executor) != null;
    }

    /** Notes in {@code graph} that this chain is about to wait; {@code false} if it would wait for itself. */
    final boolean mayWait(WaitGraph graph) {
        if (parent == null) {
            return true;
        }
        waiting = graph.enter(Chain.occupied(parent), executor);
        return waiting != null;
    }

    @Override
    public final boolean stopWaiting() {
        return waiting == null || waiting.stop();
    }

    /** The body needs its thread no more. */
    final void leaveBody() {
        if (!bodyLeft) {
            bodyLeft = true;
            releasePermitOfChain();
            release();
        }
    }

    /** The body has ended, its result perhaps not: who shuts the executor down waits for it, and ends it if need be. */
    final void mayPend() {
        if (isLive()) {
            stage = RESULT_PENDS;
            executor.resultPends(this);
            if (!isLive()) {
                executor.resultIsThere(this); // whoever released it meanwhile may have come too early
            }
        }
    }

    /** Adds a holder, such as a thread that runs a part of the body; {@code false} if there is none any more. */
    final boolean retain() {
        return HOLDERS.getAndUpdate(this, count -> count == 0 ? 0 : count + 1) > 0;
    }

    /** Removes a holder; the last one gives the permit back. */
    final void release() {
        if (HOLDERS.decrementAndGet(this) == 0) {
            if (Chain.running() != this) {
                forget();
            }
            if (stage == RESULT_PENDS) {
                executor.resultIsThere(this);
            }
            if (!underPermitOfChain) {
                executor.ended();
            }
        }
    }
}
