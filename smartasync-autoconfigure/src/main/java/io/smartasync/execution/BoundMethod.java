package io.smartasync.execution;

import io.smartasync.CallObserver;
import io.smartasync.CallObserver.ObservedCall;
import io.smartasync.Caller;
import io.smartasync.ExecutionPath;
import io.smartasync.Outcome;
import io.smartasync.Route;
import io.smartasync.SmartAsyncConfigurationException;
import io.smartasync.plan.DurationText;
import io.smartasync.plan.Plan;
import io.smartasync.plan.Shape;
import io.smartasync.plan.Wish;
import io.smartasync.plan.WovenMethods;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ReactiveAdapter;
import org.springframework.util.ReflectionUtils;

/** A plan, bound to the executors that it names and to those who are told of its calls. One per method, thread-safe. */
public final class BoundMethod {

    private static final Log logger = LogFactory.getLog("io.smartasync");

    /** The method whose next call on this thread a bridge or proxy has decided already, and counts. */
    private static final ThreadLocal<@Nullable BoundMethod> DECIDED = new ThreadLocal<>();

    private final Function<Wish, Plan> planner;
    private final ExecutorDirectory directory;
    private volatile Plan plan;

    // The same in every plan
    private final Shape shape;
    private final boolean givesValueLater;
    private final boolean futureReplaceable;
    private final boolean suspending;
    private final boolean flow;
    private final @Nullable ReactiveAdapter adapter;
    private final boolean givesAtMostOne;

    private volatile Wish tuning = Wish.NONE;

    /** Those of the plan, and of earlier plans, under which calls may still be made. Replaced as a whole. */
    private volatile Map<String, BodyExecutor> executors;

    private Set<Route> earlierRoutes = Set.of(); // guarded by this

    private final Listeners listeners;
    private final boolean woven;
    private volatile boolean calledThrough;
    private final AtomicBoolean warnedOnEventLoop = new AtomicBoolean();
    private final AtomicBoolean warnedOfTransaction = new AtomicBoolean();

    /**
     * Binds a method.
     *
     * @param planner makes its plan; asked again when it is tuned
     */
    BoundMethod(Function<Wish, Plan> planner, ExecutorDirectory directory, Listeners listeners) {
        this.planner = planner;
        this.directory = directory;
        this.listeners = listeners;
        this.plan = planner.apply(Wish.NONE);
        this.executors = Map.copyOf(executorsOf(plan));
        this.shape = plan.shape();
        Class<?> returned = plan.subject().returned();
        this.givesValueLater = plan.subject().result() != Shape.BLOCKING;
        this.futureReplaceable = returned.isAssignableFrom(CompletableFuture.class);
        this.suspending = plan.subject().isSuspending();
        this.adapter = Shape.adapter(returned);
        this.flow = adapter != null && Shape.isFlow(adapter.getReactiveType());
        this.givesAtMostOne = adapter != null && !adapter.isMultiValue();
        this.woven = !suspending && WovenMethods.contains(plan.subject().method());
    }

    private Map<String, BodyExecutor> executorsOf(Plan plan) {
        Map<String, BodyExecutor> found = new HashMap<>();
        for (Caller caller : Caller.values()) {
            String name = plan.route(caller).executor();
            if (name != null) {
                found.computeIfAbsent(name, directory::get);
            }
        }
        return found;
    }

    /**
     * Plans anew, for the calls from now on.
     *
     * @param wish what beats rules and annotations; {@link Wish#NONE} goes back to these
     * @throws SmartAsyncConfigurationException if it can't work so; then nothing changes
     */
    public synchronized void tune(Wish wish) {
        Plan next = planner.apply(wish);
        Map<String, BodyExecutor> all = executorsOf(next);
        executors.forEach(all::putIfAbsent);
        executors = Map.copyOf(all);
        earlierRoutes = routes();
        plan = next;
        tuning = wish;
    }

    /**
     * Whether {@link #tune} can do that; changes nothing.
     *
     * @throws SmartAsyncConfigurationException if it can't work so
     */
    public void check(Wish wish) {
        executorsOf(planner.apply(wish));
    }

    /** What it was tuned to. */
    public Wish tuning() {
        return tuning;
    }

    /** What the engine does for this method. */
    public Plan plan() {
        return plan;
    }

    /** The ways that its calls take, and those that they took before it was tuned. */
    public synchronized Set<Route> routes() {
        Set<Route> all = new HashSet<>(plan.routes());
        all.addAll(earlierRoutes);
        return Set.copyOf(all);
    }

    /** Whether AspectJ intercepts it too, further in than a proxy. */
    public boolean isWoven() {
        return woven;
    }

    /**
     * Calls this method of a bean, by way of {@code body}, for a bridge or proxy that decided how and counts the call: the
     * interception further in lets it through.
     */
    public <I> @Nullable Object callThrough(Body<I> body, I invocation) throws Throwable {
        calledThrough = true;
        BoundMethod outer = DECIDED.get();
        DECIDED.set(this);
        try {
            return body.proceed(invocation);
        } finally {
            if (outer == null) {
                DECIDED.remove();
            } else {
                DECIDED.set(outer);
            }
        }
    }

    /** Whether this call was decided further out. */
    boolean isDecidedBefore() {
        return calledThrough && DECIDED.get() == this;
    }

    /** Lets such a call through. The calls that the body makes were not decided; another attempt at it (a retry) was. */
    <I> @Nullable Object letThrough(Body<I> body, I invocation) throws Throwable {
        DECIDED.remove();
        try {
            return body.proceed(invocation);
        } finally {
            DECIDED.set(this);
        }
    }

    Shape shape() {
        return shape;
    }

    Route route(Caller caller) {
        return plan.route(caller);
    }

    /** Where the caller has a transaction: one that would wait runs the body itself, one that offloads is warned. */
    Route routeInTransaction(Caller caller) {
        Route route = plan.routeInTransaction(caller);
        if (route.path() == ExecutionPath.OFFLOAD && warnedOfTransaction.compareAndSet(false, true)) {
            logger.warn(plan.name() + " was called with an active transaction, which its body does not see: it runs on"
                    + " executor '" + route.executor()
                    + "'. Call it after the transaction, or give the body one of its own"
                    + " (@Transactional on it).");
        }
        return route;
    }

    BodyExecutor executor(Route route) {
        BodyExecutor executor = route.executor() == null ? null : executors.get(route.executor());
        if (executor == null) {
            throw new IllegalStateException("No executor for " + route);
        }
        return executor;
    }

    /** Whether the caller may get a future of ours in place of the body's. */
    boolean isFutureReplaceable() {
        return futureReplaceable;
    }

    /** From and to the type of publisher that the caller gets; {@code null} if it gets none. */
    @Nullable
    ReactiveAdapter adapter() {
        return adapter;
    }

    /** Whether the caller gets a publisher of one element at most. */
    boolean givesAtMostOne() {
        return givesAtMostOne;
    }

    /** Whether it is a suspending function of Kotlin. */
    boolean isSuspending() {
        return suspending;
    }

    /** Whether the caller gets a flow of Kotlin. */
    boolean isFlow() {
        return flow;
    }

    /** Whether the body gives a future or publisher, and not the value itself. */
    boolean givesValueLater() {
        return givesValueLater;
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
        return ReflectionUtils.declaresException(plan.subject().called(), exception);
    }

    IllegalStateException nullResult() {
        return new IllegalStateException(plan.name() + " returned null in place of its "
                + plan.subject().method().getReturnType().getSimpleName());
    }

    TimeoutException tooLate(Duration limit) {
        return new TimeoutException(plan.name() + " did not complete" + within(limit));
    }

    TimeoutException tooLateForAll(int items, Duration limit) {
        return new TimeoutException(plan.name() + " did not complete for all of " + items + " items" + within(limit));
    }

    /** Names who set the limit, unless the method was tuned meanwhile. */
    private String within(Duration limit) {
        Plan known = plan;
        String by = known.origins().timeout();
        return " within " + DurationText.of(limit)
                + (limit.equals(known.settings().timeout())
                        ? " (set by " + (by.startsWith("smartasync.") ? by : "the " + by) + ")"
                        : "");
    }

    /** Whether anybody is told how calls end. */
    boolean isCounted() {
        return isDebugged() || !listeners.isEmpty();
    }

    boolean isDebugged() {
        return plan.settings().debug();
    }

    /** What follows calls from thread to thread, if anything does. */
    @Nullable
    CallObserver observer() {
        return listeners.observer();
    }

    @Nullable
    ObservedCall observe(Route route, @Nullable Object outer) {
        return listeners.observe(route, outer);
    }

    void started(Route route, long waitNanos) {
        listeners.onStart(route, waitNanos);
    }

    void returned(Route route, long nanos) {
        listeners.onReturn(route, nanos);
    }

    void forgotten(@Nullable Throwable error) {
        listeners.onForgotten(plan.subject().className(), plan.subject().name(), error);
    }

    void ended(Route route, Outcome outcome, @Nullable Throwable error, long nanos) {
        ended(route, outcome, error, nanos, 0);
    }

    void ended(Route route, Outcome outcome, @Nullable Throwable error, long nanos, long waitNanos) {
        Plan known = plan;
        if (known.settings().debug()) {
            CallLog.write(known, route, outcome, error, nanos, waitNanos);
        }
        listeners.onEnd(route, outcome, error, nanos);
    }

    void warnOnEventLoop(Route route) {
        if (route.caller() == Caller.EVENT_LOOP
                && plan.warnOnEventLoop()
                && warnedOnEventLoop.compareAndSet(false, true)) {
            logger.warn(plan.name() + " may block and runs on the event loop thread \""
                    + Thread.currentThread().getName() + "\" (smartasync.event-loop.on-blocking-call=warn)");
        }
    }
}
