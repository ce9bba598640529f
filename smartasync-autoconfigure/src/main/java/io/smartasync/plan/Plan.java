package io.smartasync.plan;

import io.smartasync.Caller;
import io.smartasync.Route;
import io.smartasync.Workload;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
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
    private final Map<Caller, Route> row = new EnumMap<>(Caller.class);

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
            Function<Caller, Route> cells) {
        this.beanClass = beanClass;
        this.method = method;
        this.shape = shape;
        this.settings = settings;
        this.warnOnEventLoop = warnOnEventLoop;
        for (Caller caller : Caller.values()) {
            row.put(caller, cells.apply(caller));
        }
    }

    /** The cell for {@code caller}. */
    public Route route(Caller caller) {
        return Objects.requireNonNull(row.get(caller));
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
