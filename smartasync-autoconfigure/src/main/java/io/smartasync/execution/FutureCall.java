package io.smartasync.execution;

import io.smartasync.CallObserver.ObservedCall;
import io.smartasync.Outcome;
import io.smartasync.Route;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.springframework.core.task.TaskRejectedException;

/** An offloaded call whose result goes into a {@link CallFuture}: the paths AWAIT and, for futures, OFFLOAD. */
class FutureCall<I> extends OffloadedCall {

    final CallFuture future;
    private final Body<I> body;
    private @Nullable I invocation;
    private volatile @Nullable TaskRejectedException refusal;

    FutureCall(
            SmartAsyncEngine engine,
            BoundMethod method,
            Route route,
            Body<I> body,
            I invocation,
            CapturedContext context) {
        this(engine, method, route, body, invocation, context, method.observe(route, null));
    }

    FutureCall(
            SmartAsyncEngine engine,
            BoundMethod method,
            Route route,
            Body<I> body,
            I invocation,
            CapturedContext context,
            @Nullable ObservedCall observed) {
        super(method, route, context, null, observed);
        this.future = new CallFuture(engine, this);
        this.body = body;
        this.invocation = invocation;
    }

    @Override
    public @Nullable Object body() throws Throwable {
        Object returned = body.proceedElsewhere(Objects.requireNonNull(invocation));
        return method.givesValueLater() ? stage(returned) : returned;
    }

    private CompletionStage<?> stage(@Nullable Object returned) throws Throwable {
        if (returned instanceof CompletionStage<?> stage) {
            return stage;
        }
        if (returned instanceof Future<?> plain) {
            try {
                // Nobody can be told when a plain Future completes: waiting for it is part of the body
                future.cancelsWith(plain);
                return CompletableFuture.completedFuture(plain.get());
            } catch (ExecutionException ex) {
                throw ex.getCause() == null ? ex : ex.getCause();
            }
        }
        throw method.nullResult();
    }

    @Override
    void bodyEnded(@Nullable Object result, @Nullable Throwable failure) {
        if (failure == null && method.givesValueLater() && result instanceof CompletionStage<?> stage) {
            future.adopt(stage, this);
            mayPend();
            return;
        }
        release();
        if (failure == null) {
            future.succeed(result);
        } else {
            future.fail(Call.outcome(failure), failure);
        }
    }

    @Override
    void forget() {
        super.forget();
        invocation = null;
        context = CapturedContext.NOTHING;
        future.forgetCall();
    }

    @Override
    void abandon(CancellationException reason) {
        future.completeExceptionally(reason);
    }

    @Override
    void bodyCompleted() {
        release();
    }

    @Nullable
    TaskRejectedException refusal() {
        return refusal;
    }

    @Override
    void neverRan(@Nullable TaskRejectedException reason) {
        if (reason == null) {
            release();
        } else {
            refusal = reason;
            future.fail(Outcome.REJECTED, reason);
        }
    }
}
