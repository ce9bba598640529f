package io.smartasync.execution;

import io.smartasync.BlockingCallOnEventLoopException;
import io.smartasync.CallObserver;
import io.smartasync.Caller;
import io.smartasync.ExecutionPath;
import io.smartasync.Outcome;
import io.smartasync.Route;
import io.smartasync.SmartAsyncTimeoutException;
import io.smartasync.caller.CallerDetection;
import io.smartasync.plan.Shape;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.interceptor.AsyncUncaughtExceptionHandler;
import org.springframework.util.function.SingletonSupplier;

/**
 * Runs calls: finds out who calls, takes that cell of the method's row, and does what it says. Thread-safe; holds nothing
 * of a call.
 */
public final class SmartAsyncEngine {

    private static final Log logger = LogFactory.getLog(SmartAsyncEngine.class);

    private final CallerDetection callers;
    private final Supplier<AsyncUncaughtExceptionHandler> backgroundErrors;
    private final Timeouts timeouts;
    private final ContextCarrier context;
    private final ForgottenResults forgotten = new ForgottenResults();

    /**
     * Makes an engine.
     *
     * @param callers finds out who calls
     * @param timeouts the clock
     * @param context takes the caller's context along
     * @param backgroundErrors told of what {@code background} methods throw; looked up with the first such error
     */
    public SmartAsyncEngine(
            CallerDetection callers,
            Timeouts timeouts,
            ContextCarrier context,
            Supplier<AsyncUncaughtExceptionHandler> backgroundErrors) {
        this.callers = callers;
        this.timeouts = timeouts;
        this.context = context;
        // Initialised here: a class whose first use meets a stack overflow stays broken
        Objects.requireNonNull(CapturedContext.NOTHING);
        Objects.requireNonNull(Outcome.ERROR);
        this.backgroundErrors = SingletonSupplier.of(backgroundErrors);
    }

    /**
     * Runs one call.
     *
     * @param method the method that is called
     * @param body how to run its body
     * @param invocation what {@code body} needs to know of this call
     * @return what the caller gets: the value, a future or a publisher
     * @throws Throwable what the body threw, the same instance; or why the call could not run
     */
    public <I> @Nullable Object invoke(BoundMethod method, Body<I> body, I invocation) throws Throwable {
        if (method.isDecidedBefore()) {
            return method.letThrough(body, invocation);
        }
        if (method.shape() == Shape.PUBLISHER) {
            return ReactorEngine.publisher(this, method, body, invocation); // decided at each subscription
        }
        Route route = route(method);
        return switch (route.path()) {
            case DIRECT -> direct(method, route, body, invocation);
            case AWAIT ->
                route.executor() == null
                        ? await(method, callInPlace(method, route, body, invocation))
                        : await(method, submit(method, route, body, invocation).future);
            case OFFLOAD -> offload(method, route, body, invocation);
            case PASS_THROUGH ->
                method.givesValueLater()
                        ? passThrough(method, route, body, invocation)
                        : callInPlace(method, route, body, invocation);
            case REJECT -> throw reject(method, route);
        };
    }

    boolean isOnEventLoop() {
        return callers.current() == Caller.EVENT_LOOP;
    }

    /** The cell for the current thread. */
    Route route(BoundMethod method) {
        Caller caller = callers.current();
        Route route = method.route(caller);
        return route.executor() != null && TransactionGuard.isTransactionActive()
                ? method.routeInTransaction(caller)
                : route;
    }

    /** A context that can't be captured fails the call, like one that can't be restored, and not whoever makes it. */
    CapturedContext capture(boolean callerWaits, @Nullable Object subscriber) {
        try {
            return context.capture(callerWaits, subscriber);
        } catch (RuntimeException | Error ex) {
            return thread -> {
                throw ex;
            };
        }
    }

    Timeouts timeouts() {
        return timeouts;
    }

    private static <I> @Nullable Object direct(BoundMethod method, Route route, Body<I> body, I invocation)
            throws Throwable {
        method.warnOnEventLoop(route);
        if (method.observer() != null) {
            return directlyObserved(method, route, body, invocation);
        }
        if (!method.isCounted()) {
            return body.proceed(invocation);
        }
        long start = System.nanoTime();
        Object result;
        try {
            result = body.proceed(invocation);
        } catch (Throwable ex) {
            method.ended(route, Call.outcome(ex), ex, System.nanoTime() - start);
            throw ex;
        }
        method.ended(route, Outcome.SUCCESS, null, System.nanoTime() - start);
        return result;
    }

    private static <I> @Nullable Object directlyObserved(BoundMethod method, Route route, Body<I> body, I invocation)
            throws Throwable {
        Call call = new Call(method, route);
        Object result;
        try (CallObserver.Scope observed = call.openScope()) {
            result = body.proceed(invocation);
        } catch (Throwable ex) {
            call.settle(Call.outcome(ex), ex);
            throw ex;
        }
        call.settle(Outcome.SUCCESS, null);
        return result;
    }

    /**
     * Waits for the result of a call, on its caller's thread. What it failed with is thrown as it is; an interrupt of the
     * waiting thread cancels the work.
     */
    static <T extends @Nullable Object> T await(BoundMethod method, CompletableFuture<T> future) throws Throwable {
        try {
            return future.get();
        } catch (ExecutionException | CancellationException ex) {
            // As it was thrown: get() unwraps a CompletionException, and newer JDKs wrap a CancellationException
            Throwable thrown = future.handle((value, error) -> error).join();
            throw thrown instanceof TimeoutException late && !method.declares(TimeoutException.class)
                    ? new SmartAsyncTimeoutException(late)
                    : thrown;
        } catch (InterruptedException ex) {
            future.cancel(true);
            if (method.declares(InterruptedException.class)) {
                throw ex;
            }
            Thread.currentThread().interrupt();
            throw (CancellationException) new CancellationException(
                            "Interrupted while waiting for " + method.plan().name())
                    .initCause(ex);
        }
    }

    private <I> @Nullable Object offload(BoundMethod method, Route route, Body<I> body, I invocation) throws Throwable {
        FutureCall<I> call = submit(method, route, body, invocation);
        if (method.shape() == Shape.FUTURE) {
            return call.future;
        }
        // A background call has no future to tell a refusal or an error through
        if (call.refusal() != null) {
            throw call.refusal();
        }
        @Nullable Object[] arguments = body.arguments(invocation);
        Thread caller = Thread.currentThread();
        call.future.whenComplete((value, error) -> {
            if (error != null && Thread.currentThread() == caller) { // who returns at once; the body has failed already
                timeouts.end(() -> handle(error, method, arguments));
            } else if (error != null) {
                handle(error, method, arguments);
            }
        });
        return null;
    }

    /** What the handler itself throws would be lost, and the error with it. */
    private void handle(Throwable error, BoundMethod method, @Nullable Object[] arguments) {
        try {
            backgroundErrors
                    .get()
                    .handleUncaughtException(error, method.plan().subject().method(), arguments);
        } catch (Throwable ex) {
            if (ex != error) {
                ex.addSuppressed(error);
            }
            logger.error(
                    "The AsyncUncaughtExceptionHandler failed on what "
                            + method.plan().name() + " threw",
                    ex);
        }
    }

    private <I> FutureCall<I> submit(BoundMethod method, Route route, Body<I> body, I invocation) {
        CapturedContext captured = capture(route.path() == ExecutionPath.AWAIT, null);
        FutureCall<I> call = new FutureCall<>(this, method, route, body, invocation, captured);
        if (method.shape() == Shape.FUTURE) {
            call.future.watch(method);
        }
        call.limit(timeouts, method.timeout(), call.future);
        call.executor.submit(call);
        return call;
    }

    private <I> Object passThrough(BoundMethod method, Route route, Body<I> body, I invocation) throws Throwable {
        Call call = new Call(method, route);
        boolean replaceable = method.isFutureReplaceable();
        Object result;
        try (CallObserver.Scope observed = call.openScope()) {
            result = body.proceed(invocation);
            method.returned(route, System.nanoTime() - call.start);
            if (result == null) {
                throw method.nullResult();
            }
        } catch (Throwable ex) {
            call.settle(Call.outcome(ex), ex);
            if (!replaceable) {
                throw ex;
            }
            return CompletableFuture.failedFuture(ex);
        }
        if (!(result instanceof CompletionStage<?> stage)) {
            // Nobody can be told when a plain Future completes: the call ends where it is handed on
            call.settle(Outcome.SUCCESS, null);
            return result;
        }
        CallFuture future = new CallFuture(this, call);
        if (replaceable) {
            future.watch(method);
        }
        future.adopt(stage, call);
        if (!replaceable || (!method.isDebugged() && future.isDone())) {
            return result;
        }
        call.limit(timeouts, method.timeout(), future);
        return future;
    }

    /** Runs the body here; what it gives, or throws, comes through the future. */
    private <I> CallFuture callInPlace(BoundMethod method, Route route, Body<I> body, I invocation) {
        Call call = new Call(method, route);
        CallFuture future = new CallFuture(this, call);
        call.limit(timeouts, method.timeout(), future);
        Object result;
        try (CallObserver.Scope observed = call.openScope()) {
            result = body.proceed(invocation);
            method.returned(route, System.nanoTime() - call.start);
        } catch (Throwable ex) {
            future.fail(Call.outcome(ex), ex);
            return future;
        }
        if (!method.givesValueLater()) {
            future.succeed(result);
        } else if (result instanceof CompletionStage<?> stage) {
            future.adopt(stage, call);
        } else {
            future.fail(Outcome.ERROR, method.nullResult());
        }
        return future;
    }

    /** Watches a result of a debugged method, lest it be forgotten. */
    ForgottenResults.@Nullable Watched watch(Object result, BoundMethod method) {
        return method.isDebugged() ? forgotten.watch(result, method) : null;
    }

    static BlockingCallOnEventLoopException reject(BoundMethod method, Route route) {
        BlockingCallOnEventLoopException refusal = LoopRefusals.of(method.plan());
        new Call(method, route).settle(Outcome.REJECTED, refusal);
        return refusal;
    }
}
