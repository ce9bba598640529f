package io.smartasync.execution;

import io.smartasync.Outcome;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The future that a caller gets. Unlike a plain {@link CompletableFuture}, cancelling it stops the work behind it; so does
 * completing it from outside, as {@code orTimeout} does. Its call is counted before its result can be seen.
 */
final class CallFuture extends AwaitedFuture<@Nullable Object> implements Call.Result {

    /** {@code null} when both are over: a future may be kept for long, and the call holds those around it. */
    private @Nullable Call call;

    private volatile @Nullable Future<?> pending;
    private volatile ForgottenResults.@Nullable Watched watched;

    CallFuture(SmartAsyncEngine engine, Call call) {
        super(engine);
        this.call = call;
    }

    /** Has it reported if nobody takes the result; to be called before its work can end. */
    void watch(BoundMethod method) {
        ForgottenResults.Watched watch = engine.watch(this, method);
        if (watch != null) { // a volatile write is no bargain where nobody debugs
            watched = watch;
        }
    }

    private void taken() {
        ForgottenResults.Watched watch = watched;
        if (watch != null) {
            watch.taken();
            watched = null;
        }
    }

    @Override
    public @Nullable Object get() throws InterruptedException, ExecutionException {
        taken();
        return super.get();
    }

    @Override
    public @Nullable Object get(long timeout, TimeUnit unit)
            throws InterruptedException, ExecutionException, TimeoutException {
        taken();
        return super.get(timeout, unit);
    }

    @Override
    public @Nullable Object join() {
        taken();
        return super.join();
    }

    @Override
    public @Nullable Object getNow(@Nullable Object valueIfAbsent) {
        taken();
        return super.getNow(valueIfAbsent);
    }

    /** Overrides Java 19's, which reads the result itself; so does the next. */
    public @Nullable Object resultNow() {
        taken();
        if (!super.isDone() || super.isCompletedExceptionally()) {
            throw new IllegalStateException("The call has not succeeded");
        }
        return super.join();
    }

    public Throwable exceptionNow() {
        taken();
        if (super.isDone() && !super.isCancelled()) {
            try {
                super.join();
            } catch (CompletionException ex) {
                return Objects.requireNonNullElse(ex.getCause(), ex);
            }
        }
        throw new IllegalStateException("The call has not failed");
    }

    @Override
    public boolean isDone() {
        taken();
        return super.isDone();
    }

    /** Called by {@code thenCompose} and {@code thenCombine} for the other stage. */
    @Override
    public CompletableFuture<@Nullable Object> toCompletableFuture() {
        taken();
        return super.toCompletableFuture();
    }

    /** Called for each stage that depends on this one. */
    @Override
    public <U> CompletableFuture<U> newIncompleteFuture() {
        taken();
        return super.newIncompleteFuture();
    }

    void succeed(@Nullable Object value) {
        if (settle(Outcome.SUCCESS, null)) {
            ended(null);
            super.complete(value);
            forgetCall();
        }
    }

    void fail(Outcome outcome, Throwable error) {
        if (settle(outcome, error)) {
            ended(error);
            super.completeExceptionally(error);
            forgetCall();
        }
    }

    private boolean settle(Outcome outcome, @Nullable Throwable error) {
        Call known = call;
        return known != null && known.settle(outcome, error);
    }

    /** If both are over; asked when either is. */
    void forgetCall() {
        Call known = call;
        if (known != null && known.isOver() && super.isDone()) {
            call = null;
        }
    }

    /** Takes over the result of the body's own future. */
    void adopt(CompletionStage<?> stage, Call call) {
        // What most bodies return: nothing to build. A subclass may refuse to be asked, as that of completedStage does
        if (stage.getClass() == CompletableFuture.class
                && stage instanceof CompletableFuture<?> done
                && done.isDone()
                && !done.isCompletedExceptionally()) {
            call.bodyCompleted();
            succeed(done.join());
            return;
        }
        if (stage instanceof Future<?> cancellable) {
            cancelsWith(cancellable);
        }
        try {
            stage.whenComplete((value, error) -> {
                call.bodyCompleted();
                if (error == null) {
                    succeed(value);
                } else {
                    Throwable cause = unwrap(error);
                    fail(Call.outcome(cause), cause);
                }
            });
        } catch (Throwable ex) { // a stage of somebody else's making
            call.bodyCompleted();
            fail(Outcome.ERROR, ex);
        }
    }

    /** Cancels what the body returned, or waits for, when this is cancelled. */
    void cancelsWith(Future<?> inner) {
        pending = inner;
        Call known = call;
        if (known == null || known.isSettled()) {
            cancel(inner, true);
        }
    }

    private static void cancel(Future<?> inner, boolean interrupt) {
        try {
            inner.cancel(interrupt);
        } catch (Throwable ex) {
            // A minimal stage of the JDK, or of somebody else's making: it is a Future, but can't be cancelled
        }
    }

    @Override
    public void timeOut(Duration limit) {
        Call known = call;
        if (known == null) {
            return;
        }
        TimeoutException error = known.method.tooLate(limit);
        if (end(Outcome.TIMEOUT, error, true)) {
            ended(error);
            done(super.completeExceptionally(error));
        }
    }

    private void ended(@Nullable Throwable error) {
        pending = null;
        ForgottenResults.Watched watch = watched;
        if (watch != null) {
            watch.ended(error, getNumberOfDependents() > 0);
        }
    }

    /** Cancels the call. The body never starts, or is interrupted if {@code interrupt} and its method allow that. */
    @Override
    public boolean cancel(boolean interrupt) {
        taken();
        return end(Outcome.CANCELLED, null, interrupt) ? done(super.cancel(interrupt)) : isCancelled();
    }

    @Override
    public boolean complete(@Nullable Object value) {
        return end(Outcome.SUCCESS, null, true) && done(super.complete(value));
    }

    @Override
    public boolean completeExceptionally(Throwable error) {
        Objects.requireNonNull(error);
        Outcome outcome = error instanceof TimeoutException ? Outcome.TIMEOUT : Call.outcome(error);
        return end(outcome, error, true) && done(super.completeExceptionally(error));
    }

    /** Ends the call, whose body nobody waits for any more; {@code false} if it has ended already. */
    private boolean end(Outcome outcome, @Nullable Throwable error, boolean interrupt) {
        Call known = call;
        if (known == null || !known.settle(outcome, error)) {
            return false;
        }
        stop(known, interrupt);
        return true;
    }

    private boolean done(boolean completed) {
        forgetCall();
        return completed;
    }

    private void stop(Call call, boolean interrupt) {
        call.abort(interrupt);
        Future<?> inner = pending;
        if (inner != null) {
            cancel(inner, interrupt);
        }
    }

    static Throwable unwrap(Throwable error) {
        return error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
    }
}
