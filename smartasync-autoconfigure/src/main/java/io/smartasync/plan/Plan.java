package io.smartasync.plan;

import io.smartasync.Caller;
import io.smartasync.ExecutionPath;
import io.smartasync.Route;
import io.smartasync.Workload;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.util.ClassUtils;

/**
 * All that is known of a method before it is called: its row of the decision table and the settings that rule, annotation
 * and defaults add up to. Immutable.
 */
public final class Plan {

    private final Class<?> beanClass;
    private final Method method;
    private final Shape shape;
    private final Settings settings;
    private final boolean warnOnEventLoop;
    private final Map<Caller, Route> row;
    private final Map<Caller, Route> inTransaction = new EnumMap<>(Caller.class);

    /**
     * What rule, annotation and defaults add up to.
     *
     * @param workload resolved: not {@link Workload#AUTO}
     * @param timeout how long a call may take, {@code null} for no limit
     * @param interruptible whether cancellation and timeout interrupt the body
     * @param background whether a {@code void} method returns at once
     * @param debug whether each call is logged
     */
    public record Settings(
            Workload workload, @Nullable Duration timeout, boolean interruptible, boolean background, boolean debug) {}

    Plan(
            Class<?> beanClass,
            Method method,
            Shape shape,
            Settings settings,
            boolean warnOnEventLoop,
            Map<Caller, Route> row) {
        this.beanClass = beanClass;
        this.method = method;
        this.shape = shape;
        this.settings = settings;
        this.warnOnEventLoop = warnOnEventLoop;
        this.row = new EnumMap<>(row);
        row.forEach((caller, route) -> inTransaction.put(
                caller,
                route.path() == ExecutionPath.AWAIT
                        ? new Route(route.className(), route.methodName(), caller, ExecutionPath.DIRECT, null)
                        : route));
    }

    /** The cell for {@code caller}. */
    public Route route(Caller caller) {
        return Objects.requireNonNull(row.get(caller));
    }

    /** The cell for {@code caller} with a transaction, which would not cross a hop: who would wait runs the body itself. */
    public Route routeInTransaction(Caller caller) {
        return Objects.requireNonNull(inTransaction.get(caller));
    }

    /** The method, the bean's most specific one. */
    public Method method() {
        return method;
    }

    /** What the method returns. */
    public Shape shape() {
        return shape;
    }

    /** What rule, annotation and defaults add up to. */
    public Settings settings() {
        return settings;
    }

    /** Whether the method may block and is let run on an event loop, with a warning. */
    public boolean warnOnEventLoop() {
        return warnOnEventLoop;
    }

    /** The name that messages give the method, such as {@code JdbcUsers#find}. */
    public String name() {
        return simpleName(beanClass) + "#" + method.getName();
    }

    @Override
    public String toString() {
        return name();
    }

    static String simpleName(Class<?> beanClass) {
        String name = beanClass.getSimpleName();
        return name.isEmpty() ? ClassUtils.getShortName(beanClass) : name; // an anonymous class has no simple name
    }
}
