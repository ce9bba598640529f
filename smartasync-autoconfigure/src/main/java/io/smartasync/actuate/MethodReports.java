package io.smartasync.actuate;

import io.smartasync.Caller;
import io.smartasync.Route;
import io.smartasync.actuate.CallStatistics.Calls;
import io.smartasync.execution.BoundMethod;
import io.smartasync.execution.MethodRegistry;
import io.smartasync.plan.DurationText;
import io.smartasync.plan.Plan;
import io.smartasync.plan.Subject;
import io.smartasync.plan.Wish;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Explains methods, bridges and operations: how each caller's calls run, and who decided that. */
final class MethodReports {

    private static final Setting VARIOUS = new Setting("various", "operation");

    private final MethodRegistry methods;
    private final CallStatistics statistics;

    MethodReports(MethodRegistry methods, CallStatistics statistics) {
        this.methods = methods;
        this.statistics = statistics;
    }

    /**
     * One method.
     *
     * @param name the class and method as rules and meters know them
     * @param signature the method with the name of its class and its parameters, such as {@code com.acme.Reports.find(long)}:
     *     overloads, and classes of different packages, may have the same {@code name}
     * @param calledAs the bridge or operation that it is called through, {@code null} if it is called as it is
     * @param shape what the caller gets
     * @param workload what the body does to its thread
     * @param timeout how long a call may take; {@code various} for a piece of code that is given one or another
     * @param interruptible whether cancellation and timeout interrupt the body
     * @param debug whether each call is logged
     * @param tuned whether it was changed through this endpoint
     * @param callers how calls run, for each kind of caller
     * @param calls what was counted since the start on the ways that its calls take; a bridge and its method have those together
     *     that are the same
     */
    public record MethodReport(
            String name,
            String signature,
            @Nullable String calledAs,
            String shape,
            Setting workload,
            Setting timeout,
            boolean interruptible,
            boolean debug,
            boolean tuned,
            Map<String, RouteReport> callers,
            List<Calls> calls) {

        private MethodReport with(Setting timeout, List<Calls> calls) {
            return new MethodReport(
                    name, signature, calledAs, shape, workload, timeout, interruptible, debug, tuned, callers, calls);
        }
    }

    /**
     * A setting and who decided it.
     *
     * @param value the setting
     * @param by such as {@code smartasync.rules[0]}, {@code annotation on method}, {@code default}
     */
    public record Setting(@Nullable Object value, String by) {}

    /**
     * One cell of the decision table.
     *
     * @param path the way of the calls
     * @param executor the executor that runs the bodies
     * @param by who chose the executor
     */
    public record RouteReport(
            String path,
            @Nullable String executor,
            @Nullable String by) {}

    List<MethodReport> all() {
        return of(methods.all());
    }

    /** Those that differ in nothing but the timeout are one: it may be what is left of a deadline, and new for each call. */
    List<MethodReport> of(List<BoundMethod> bound) {
        Map<MethodReport, MethodReport> reports = new LinkedHashMap<>();
        for (BoundMethod method : bound) {
            MethodReport report = report(method);
            reports.merge(
                    report.with(VARIOUS, List.of()),
                    report,
                    (one, other) -> one.timeout.equals(other.timeout) ? one : one.with(VARIOUS, one.calls));
        }
        return reports.values().stream()
                .sorted(Comparator.comparing(MethodReport::name))
                .toList();
    }

    /** Those that {@code name} names, as {@code [package.]Class#method}; or with a dot, which needs no escape in an address. */
    List<BoundMethod> named(String name) {
        String dotted = name.replace('#', '.');
        return methods.all().stream()
                .filter(method -> {
                    Subject subject = method.plan().subject();
                    return dotted.equals(subject.toString().replace('#', '.'))
                            || dotted.equals(subject.qualifiedName().replace('#', '.'));
                })
                .toList();
    }

    private MethodReport report(BoundMethod method) {
        Plan plan = method.plan();
        Map<String, RouteReport> callers = new LinkedHashMap<>();
        for (Caller caller : Caller.values()) {
            Route route = plan.route(caller);
            callers.put(
                    caller.tag(),
                    new RouteReport(
                            route.path().tag(),
                            route.executor(),
                            plan.origins().executor().get(caller)));
        }
        Duration timeout = plan.settings().timeout();
        return new MethodReport(
                plan.name(),
                signature(plan.subject()),
                calledAs(plan.subject()),
                plan.shape().name(),
                new Setting(plan.settings().workload(), plan.origins().workload()),
                new Setting(
                        timeout == null ? null : DurationText.of(timeout),
                        plan.origins().timeout()),
                plan.settings().interruptible(),
                plan.settings().debug(),
                !method.tuning().equals(Wish.NONE),
                callers,
                statistics.of(method.routes()));
    }

    private static String signature(Subject subject) {
        return Arrays.stream(subject.method().getParameterTypes())
                .map(Class::getTypeName)
                .collect(Collectors.joining(
                        ",", subject.type().getName() + "." + subject.method().getName() + "(", ")"));
    }

    private static @Nullable String calledAs(Subject subject) {
        return subject.called().getDeclaringClass().isAssignableFrom(subject.type())
                        && subject.name().equals(subject.called().getName())
                ? null
                : subject.called().getDeclaringClass().getSimpleName() + "#"
                        + subject.called().getName();
    }
}
