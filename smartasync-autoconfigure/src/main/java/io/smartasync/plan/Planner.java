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
import java.util.stream.IntStream;
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
    private final Set<Integer> matchedRules = ConcurrentHashMap.newKeySet(); // by index: two may be equal

    /** The plans that were found right, until somebody asks for them: so each method is planned once at startup. */
    private final Map<Subject, Plan> checked = new ConcurrentHashMap<>();

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
     * The plan for calls of {@code subject}, annotated or not.
     *
     * @throws SmartAsyncConfigurationException if it can't work as it is annotated
     */
    public Plan plan(Subject subject) {
        return plan(subject, Wish.NONE, Wish.NONE);
    }

    /**
     * The plan for calls of {@code subject}.
     *
     * @param operation what a piece of code itself says; rules beat it
     * @param tuning what beats all else
     * @throws SmartAsyncConfigurationException if it can't work so
     */
    public Plan plan(Subject subject, Wish operation, Wish tuning) {
        Plan known = operation.equals(Wish.NONE) && tuning.equals(Wish.NONE) ? checked.remove(subject) : null;
        if (known != null) {
            return known;
        }
        List<Problem> problems = new ArrayList<>();
        Plan plan = plan(subject, operation, tuning, problems);
        if (!problems.isEmpty()) {
            throw new SmartAsyncConfigurationException(problems);
        }
        return plan;
    }

    /**
     * All that is wrong with the {@code @SmartAsync} methods of a bean.
     *
     * @param doubts receives what may be wrong, and can't be told from the methods alone
     */
    public List<Problem> check(Class<?> beanClass, List<Problem> doubts) {
        List<Problem> problems = new ArrayList<>();
        for (Method method : AnnotatedMethods.of(beanClass)) {
            Subject subject = Subject.of(beanClass, method);
            List<Problem> ofMethod = new ArrayList<>();
            Plan plan = plan(subject, Wish.NONE, Wish.NONE, ofMethod);
            MethodChecks.checkArguments(subject, plan.settings().workload(), doubts);
            if (ofMethod.isEmpty()) {
                checked.put(subject, plan);
            }
            problems.addAll(ofMethod);
        }
        return problems;
    }

    /** The rules that no planned method matched so far. */
    public List<Rule> unmatchedRules() {
        return IntStream.range(0, defaults.rules().size())
                .filter(i -> !matchedRules.contains(i))
                .mapToObj(defaults.rules()::get)
                .toList();
    }

    private Plan plan(Subject subject, Wish operation, Wish tuning, List<Problem> problems) {
        String description = MethodChecks.describe(subject.type(), subject.method());
        List<Declared> places = places(subject, operation, tuning, description, problems);
        Decided<Workload> said = Decided.first(places, Declared::workload, Workload.AUTO);
        Workload workload = DecisionTable.resolve(said.value(), subject.result());
        boolean background = Decided.first(places, Declared::background, false).value();
        Decided<@Nullable String> executor = Decided.first(places, Declared::executor, null);
        Decided<@Nullable Duration> timeout = Decided.first(places, Declared::timeout, null);
        boolean hop = places.stream().anyMatch(Declared::makesHop);

        if (subject.isCalledAsIs()) {
            MethodChecks.checkMethod(subject.type(), subject.method(), problems);
        }
        MethodChecks.checkReturn(subject, workload, background, problems);
        if (executor.value() != null && !executors.contains(executor.value())) {
            problems.add(executors.unknown(description, executor.value()));
        }

        Map<Caller, Route> row = new EnumMap<>(Caller.class);
        Map<Caller, String> executorBy = new EnumMap<>(Caller.class);
        boolean warnOnEventLoop = false;
        for (Caller caller : Caller.values()) {
            ExecutionPath path =
                    DecisionTable.path(subject.shape(), subject.result(), workload, hop, background, caller);
            if (path == ExecutionPath.REJECT
                    && subject.result() == Shape.BLOCKING
                    && defaults.onBlockingCall() != BlockingCallPolicy.FAIL) {
                path = ExecutionPath.DIRECT;
                warnOnEventLoop = defaults.onBlockingCall() == BlockingCallPolicy.WARN;
            }
            String where = null;
            if (leavesThread(path, workload, hop, caller)) {
                where = executor.value() != null
                        ? executor.value()
                        : defaults.route(caller).executorFor(workload);
                executorBy.put(caller, executor.value() != null ? executor.by() : routeProperty(caller, workload));
            }
            row.put(caller, subject.route(caller, path, where));
        }
        boolean leavesThreads = !executorBy.isEmpty() || !subject.isCalledAsIs();
        if (timeout.value() == null && defaults.defaultTimeout() != null && leavesThreads) {
            timeout = new Decided<>(defaults.defaultTimeout(), "smartasync.default-timeout");
        }
        Plan.Settings settings = new Plan.Settings(
                workload,
                timeout.value(),
                Decided.first(places, Declared::interruptible, true).value(),
                Decided.first(places, Declared::debug, defaults.debug()).value());
        Plan.Origins origins = new Plan.Origins(said.by(), timeout.by(), executorBy);
        return new Plan(subject, settings, origins, warnOnEventLoop, row);
    }

    private static String routeProperty(Caller caller, Workload workload) {
        return "smartasync.routes." + caller.tag() + (workload == Workload.CPU ? ".cpu" : ".io");
    }

    /** A caller that waits for the future or publisher of a body calls it where it would call that of a plain value. */
    private static boolean leavesThread(ExecutionPath path, Workload workload, boolean hop, Caller caller) {
        return switch (path) {
            case OFFLOAD -> true;
            case AWAIT -> DecisionTable.path(Shape.BLOCKING, workload, hop, false, caller) == ExecutionPath.AWAIT;
            case DIRECT, PASS_THROUGH, REJECT -> false;
        };
    }

    /** Whatever may say something, in order of precedence. */
    private List<Declared> places(
            Subject subject, Wish operation, Wish tuning, String description, List<Problem> problems) {
        List<Declared> places = new ArrayList<>();
        places.add(tuning.by("endpoint"));
        for (int i = 0; i < defaults.rules().size(); i++) {
            Rule rule = defaults.rules().get(i);
            if (rule.matches(subject)) {
                matchedRules.add(i);
                places.add(rule.wish().by("smartasync.rules[" + i + "]"));
                break;
            }
        }
        places.add(operation.by("operation"));
        MergedAnnotation<SmartAsync> onMethod = AnnotatedMethods.onMethod(subject.method(), subject.type());
        if (onMethod.isPresent()) {
            places.add(declared("annotation on method", true, true, onMethod, description, problems));
        }
        MergedAnnotation<SmartAsync> onType = AnnotatedMethods.onType(subject.type());
        if (onType.isPresent()) {
            // Named on the type, an executor says where bodies run that must hop, but makes none hop; and only methods
            // without a result run in the background
            boolean isVoid = subject.returned() == void.class;
            places.add(declared("annotation on class", false, isVoid, onType, description, problems));
        }
        return places;
    }

    private Declared declared(
            String by,
            boolean hops,
            boolean inBackground,
            MergedAnnotation<SmartAsync> annotation,
            String description,
            List<Problem> problems) {
        return new Declared(
                by,
                hops,
                text(annotation, "executor", description, problems),
                said(annotation, "workload", Workload.class),
                duration(text(annotation, "timeout", description, problems), description, problems),
                said(annotation, "interruptible", Boolean.class),
                inBackground ? said(annotation, "background", Boolean.class) : null,
                said(annotation, "debug", Boolean.class));
    }

    private static <T> @Nullable T said(MergedAnnotation<SmartAsync> annotation, String name, Class<T> type) {
        return annotation.hasNonDefaultValue(name)
                ? annotation.getValue(name, type).orElseThrow()
                : null;
    }

    private @Nullable String text(
            MergedAnnotation<SmartAsync> annotation, String name, String description, List<Problem> problems) {
        String written = annotation.getString(name);
        try {
            String text = placeholders.apply(written);
            return StringUtils.hasText(text) ? text.trim() : null;
        } catch (IllegalArgumentException ex) {
            problems.add(new Problem(
                    description,
                    name + " = \"" + written + "\" has a placeholder that no property resolves",
                    "Set the property, or give a default as in ${name:default}."));
            return null;
        }
    }

    private static @Nullable Duration duration(@Nullable String text, String description, List<Problem> problems) {
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
                description,
                "'" + text + "' is not a timeout",
                "Write a positive duration, such as \"500ms\" or \"2s\"."));
        return null;
    }
}
