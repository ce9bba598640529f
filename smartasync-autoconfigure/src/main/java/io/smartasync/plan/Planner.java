package io.smartasync.plan;

import io.smartasync.BlockingCallPolicy;
import io.smartasync.Caller;
import io.smartasync.ExecutionPath;
import io.smartasync.Route;
import io.smartasync.SmartAsync;
import io.smartasync.SmartAsyncConfigurationException;
import io.smartasync.SmartAsyncConfigurationException.Problem;
import io.smartasync.Workload;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.format.annotation.DurationFormat;
import org.springframework.format.datetime.standard.DurationFormatterUtils;
import org.springframework.util.StringUtils;

/**
 * Makes the plan of a method: for each setting the rule's value is taken before that of the annotation on the method,
 * then on the type, then the route's, then the default. Thread-safe; reads annotations, so it is used at registration
 * only.
 */
public final class Planner {

    private final PlanSettings defaults;
    private final ExecutorNames executors;
    private final UnaryOperator<@Nullable String> placeholders;
    private final Set<Rule> matchedRules = ConcurrentHashMap.newKeySet();

    /**
     * Prepares planning.
     *
     * @param defaults what {@code application.yml} says
     * @param executors the executors that may be named
     * @param placeholders resolves <code>${...}</code>
     */
    public Planner(PlanSettings defaults, ExecutorNames executors, UnaryOperator<@Nullable String> placeholders) {
        this.defaults = defaults;
        this.executors = executors;
        this.placeholders = placeholders;
    }

    /**
     * The plan for calls of {@code method}, annotated or not, on beans of {@code beanClass}.
     *
     * @throws SmartAsyncConfigurationException if the method can't work as it is annotated
     */
    public Plan plan(Class<?> beanClass, Method method) {
        List<Problem> problems = new ArrayList<>();
        Plan plan = plan(beanClass, method, problems);
        if (!problems.isEmpty()) {
            throw new SmartAsyncConfigurationException(problems);
        }
        return plan;
    }

    /** All that is wrong with the {@code @SmartAsync} methods of a bean. */
    public List<Problem> check(Class<?> beanClass) {
        List<Problem> problems = new ArrayList<>();
        Set<Method> methods = AnnotatedMethods.of(beanClass);
        if (!methods.isEmpty()) {
            MethodChecks.checkType(beanClass, defaults.classProxies(), problems);
        }
        for (Method method : methods) {
            plan(beanClass, method, problems);
        }
        return problems;
    }

    /** The rules that no planned method matched so far. */
    public List<Rule> unmatchedRules() {
        return defaults.rules().stream()
                .filter(rule -> !matchedRules.contains(rule))
                .toList();
    }

    private Plan plan(Class<?> beanClass, Method method, List<Problem> problems) {
        MergedAnnotation<SmartAsync> onMethod = AnnotatedMethods.onMethod(method);
        MergedAnnotation<SmartAsync> onType = AnnotatedMethods.onType(beanClass);
        Rule rule = firstMatch(beanClass, method);
        String subject = MethodChecks.describe(beanClass, method);

        Shape shape = Shape.of(method.getReturnType());
        Workload workload = DecisionTable.resolve(workload(rule, onMethod, onType), shape);
        boolean background = attribute(onMethod, onType, "background", Boolean.class);
        // Named on the type, an executor says where bodies run that must hop, but makes none hop
        String methodExecutor = rule != null && rule.executor() != null
                ? rule.executor()
                : text(onMethod, "executor", subject, problems);
        Duration methodTimeout = rule != null && rule.timeout() != null
                ? rule.timeout()
                : duration(text(onMethod, "timeout", subject, problems), subject, problems);
        boolean hop = methodExecutor != null || methodTimeout != null;
        String executor = methodExecutor != null ? methodExecutor : text(onType, "executor", subject, problems);
        Duration timeout = methodTimeout != null
                ? methodTimeout
                : duration(text(onType, "timeout", subject, problems), subject, problems);
        if (timeout == null && (workload != Workload.NON_BLOCKING || background)) {
            timeout = defaults.defaultTimeout();
        }

        MethodChecks.checkMethod(beanClass, method, problems);
        MethodChecks.checkReturn(method, subject, shape, workload, background, problems);
        if (executor != null && !executors.contains(executor)) {
            problems.add(executors.unknown(subject, executor));
        }

        Plan.Settings settings = new Plan.Settings(
                workload,
                timeout,
                attribute(onMethod, onType, "interruptible", Boolean.class),
                background,
                defaults.debug() || attribute(onMethod, onType, "debug", Boolean.class));
        Map<Caller, Route> row = new EnumMap<>(Caller.class);
        boolean warnOnEventLoop = false;
        for (Caller caller : Caller.values()) {
            ExecutionPath path = DecisionTable.path(shape, workload, hop, background, caller);
            if (path == ExecutionPath.REJECT && defaults.onBlockingCall() != BlockingCallPolicy.FAIL) {
                path = ExecutionPath.DIRECT;
                warnOnEventLoop = defaults.onBlockingCall() == BlockingCallPolicy.WARN;
            }
            String where =
                    switch (path) {
                        case AWAIT, OFFLOAD ->
                            executor != null ? executor : defaults.route(caller).executorFor(workload);
                        case DIRECT, PASS_THROUGH, REJECT -> null;
                    };
            row.put(caller, new Route(Plan.simpleName(beanClass), method.getName(), caller, path, where));
        }
        return new Plan(beanClass, method, shape, settings, warnOnEventLoop, row);
    }

    private @Nullable Rule firstMatch(Class<?> beanClass, Method method) {
        for (Rule rule : defaults.rules()) {
            if (rule.matches(beanClass, method)) {
                matchedRules.add(rule);
                return rule;
            }
        }
        return null;
    }

    private static Workload workload(
            @Nullable Rule rule, MergedAnnotation<SmartAsync> onMethod, MergedAnnotation<SmartAsync> onType) {
        if (rule != null && rule.workload() != null) {
            return rule.workload();
        }
        return attribute(onMethod, onType, "workload", Workload.class);
    }

    /** The method's value where it says something, else the type's, else the default. */
    private static <T> T attribute(
            MergedAnnotation<SmartAsync> onMethod, MergedAnnotation<SmartAsync> onType, String name, Class<T> type) {
        for (MergedAnnotation<SmartAsync> annotation : List.of(onMethod, onType)) {
            if (annotation.isPresent() && annotation.hasNonDefaultValue(name)) {
                return annotation.getValue(name, type).orElseThrow();
            }
        }
        return MergedAnnotation.of(SmartAsync.class).getValue(name, type).orElseThrow();
    }

    private @Nullable String text(
            MergedAnnotation<SmartAsync> annotation, String name, String subject, List<Problem> problems) {
        if (!annotation.isPresent()) {
            return null;
        }
        String written = annotation.getString(name);
        try {
            String text = placeholders.apply(written);
            return StringUtils.hasText(text) ? text.trim() : null;
        } catch (IllegalArgumentException ex) {
            problems.add(new Problem(
                    subject,
                    name + " = \"" + written + "\" has a placeholder that no property resolves",
                    "Set the property, or give a default as in ${name:default}."));
            return null;
        }
    }

    private static @Nullable Duration duration(@Nullable String text, String subject, List<Problem> problems) {
        if (text == null) {
            return null;
        }
        try {
            Duration duration = DurationFormatterUtils.detectAndParse(text, DurationFormat.Unit.MILLIS);
            if (!duration.isZero() && !duration.isNegative()) {
                return duration;
            }
        } catch (IllegalArgumentException ex) {
            // said below
        }
        problems.add(new Problem(
                subject, "'" + text + "' is no timeout", "Write a positive duration, such as \"500ms\" or \"2s\"."));
        return null;
    }
}
