package io.smartasync.execution;

import io.smartasync.Caller;
import io.smartasync.ExecutionPath;
import io.smartasync.Outcome;
import io.smartasync.Route;
import io.smartasync.plan.Plan;
import io.smartasync.plan.Shape;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.util.ReflectionUtils;

/** A plan, bound to the executors that it names and to those who are told of its calls. One per method, thread-safe. */
public final class BoundMethod {

    private static final Log logger = LogFactory.getLog("io.smartasync");

    private final Plan plan;
    private final Map<Caller, BodyExecutor> executors = new EnumMap<>(Caller.class);
    private final Listeners listeners;
    private final AtomicBoolean warnedOnEventLoop = new AtomicBoolean();
    private final AtomicBoolean warnedOfTransaction = new AtomicBoolean();

    BoundMethod(Plan plan, ExecutorDirectory directory, Listeners listeners) {
        this.plan = plan;
        this.listeners = listeners;
        for (Caller caller : Caller.values()) {
            String name = plan.route(caller).executor();
            if (name != null) {
                executors.put(caller, directory.get(name));
            }
        }
    }

    /** What the engine does for this method. */
    public Plan plan() {
        return plan;
    }

    Shape shape() {
        return plan.shape();
    }

    Route route(Caller caller) {
        return plan.route(caller);
    }

    /** Where the caller has a transaction: who would wait runs the body itself, and who would not is warned. */
    Route routeInTransaction(Caller caller) {
        Route route = plan.routeInTransaction(caller);
        if (route.path() == ExecutionPath.OFFLOAD && warnedOfTransaction.compareAndSet(false, true)) {
            logger.warn(plan.name() + " was called with an active transaction, which its body does not see: it runs on"
                    + " executor '" + route.executor() + "'");
        }
        return route;
    }

    BodyExecutor executor(Route route) {
        BodyExecutor executor = executors.get(route.caller());
        if (executor == null) {
            throw new IllegalStateException("No executor for " + route);
        }
        return executor;
    }

    boolean interruptible() {
        return plan.settings().interruptible();
    }

    @Nullable
    Duration timeout() {
        return plan.settings().timeout();
    }

    /** Whether a caller expects to see this checked exception as it is. */
    boolean declares(Class<? extends Exception> exception) {
        return ReflectionUtils.declaresException(plan.method(), exception);
    }

    IllegalStateException nullResult() {
        return new IllegalStateException(plan.name() + " returned null in place of its "
                + plan.method().getReturnType().getSimpleName());
    }

    boolean isObserved() {
        return plan.settings().debug() || !listeners.isEmpty();
    }

    void started(Route route, long waitNanos) {
        listeners.onStart(route, waitNanos);
    }

    void ended(Route route, Outcome outcome, @Nullable Throwable error, long nanos) {
        if (plan.settings().debug()) {
            logger.info(route + ", " + outcome + (error == null ? "" : " (" + error + ")") + " after " + nanos / 1_000
                    + " us, ended on thread \"" + Thread.currentThread().getName() + "\"");
        }
        listeners.onEnd(route, outcome, error, nanos);
    }

    void warnOnEventLoop(Route route) {
        if (plan.warnOnEventLoop()
                && route.caller() == Caller.EVENT_LOOP
                && warnedOnEventLoop.compareAndSet(false, true)) {
            logger.warn(plan.name() + " may block and runs on the event loop thread \""
                    + Thread.currentThread().getName() + "\" (smartasync.event-loop.on-blocking-call=warn)");
        }
    }
}
