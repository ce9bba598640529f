package io.smartasync.plan;

import io.smartasync.Caller;
import io.smartasync.ExecutionPath;
import io.smartasync.Route;
import io.smartasync.Workload;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * All that is known of a method before it is called: its row of the decision table and the settings that rule, annotation
 * and defaults add up to. Immutable.
 */
public final class Plan {

    private final Subject subject;
    private final Shape shape;
    private final Settings settings;
    private final Origins origins;
    private final boolean warnOnEventLoop;
    private final Map<Caller, Route> row;
    private final Map<Caller, Route> inTransaction;

    /**
     * What rule, annotation and defaults add up to.
     *
     * @param workload resolved: not {@link Workload#AUTO}
     * @param timeout how long a call may take, {@code null} for no limit
     * @param interruptible whether cancellation and timeout interrupt the body
     * @param debug whether each call is logged
     */
    public record Settings(Workload workload, @Nullable Duration timeout, boolean interruptible, boolean debug) {}

    /**
     * Who decided: such as {@code smartasync.rules[2]}, {@code annotation on method}, {@code smartasync.routes.servlet.io},
     * {@code default}.
     *
     * @param workload who decided the workload
     * @param timeout who decided the timeout
     * @param executor who decided the executor; has an entry for each caller whose calls leave their thread
     */
    public record Origins(String workload, String timeout, Map<Caller, String> executor) {

        /** Copies what it is given. */
        public Origins {
            executor = Map.copyOf(executor);
        }
    }

    Plan(Subject subject, Settings settings, Origins origins, boolean warnOnEventLoop, Map<Caller, Route> row) {
        this.subject = subject;
        this.shape = subject.shape();
        this.settings = settings;
        this.origins = origins;
        this.warnOnEventLoop = warnOnEventLoop;
        this.row = new EnumMap<>(row);
        this.inTransaction = row.values().stream().anyMatch(Plan::waits) ? inTransaction() : this.row;
    }

    private Map<Caller, Route> inTransaction() {
        Map<Caller, Route> routes = new EnumMap<>(row);
        routes.replaceAll((caller, route) -> waits(route) ? subject.route(caller, inPlace(), null) : route);
        return routes;
    }

    private static boolean waits(Route route) {
        return route.path() == ExecutionPath.AWAIT;
    }

    /** A caller that runs the body on its own thread may still have to wait for the future or publisher that it gives. */
    private ExecutionPath inPlace() {
        return subject.result() == Shape.BLOCKING ? ExecutionPath.DIRECT : ExecutionPath.AWAIT;
    }

    /** The cell for {@code caller}. */
    public Route route(Caller caller) {
        return Objects.requireNonNull(row.get(caller));
    }

    /** The cell for a caller with a transaction, which would not cross a hop: if it would wait, it runs the body itself. */
    public Route routeInTransaction(Caller caller) {
        return Objects.requireNonNull(inTransaction.get(caller));
    }

    /** All cells, with a transaction and without. */
    public Set<Route> routes() {
        Set<Route> routes = new HashSet<>(row.values());
        routes.addAll(inTransaction.values());
        return routes;
    }

    /** What is planned. */
    public Subject subject() {
        return subject;
    }

    /** What the caller gets. */
    public Shape shape() {
        return shape;
    }

    /** What rule, annotation and defaults add up to. */
    public Settings settings() {
        return settings;
    }

    /** Who decided it. */
    public Origins origins() {
        return origins;
    }

    /** Whether the method may block and is let run on an event loop, with a warning. */
    public boolean warnOnEventLoop() {
        return warnOnEventLoop;
    }

    /** The name that messages give the method, such as {@code JdbcUsers#find}. */
    public String name() {
        return subject.toString();
    }

    @Override
    public String toString() {
        return name();
    }
}
