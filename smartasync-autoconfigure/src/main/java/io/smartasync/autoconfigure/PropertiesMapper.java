package io.smartasync.autoconfigure;

import io.smartasync.Caller;
import io.smartasync.SmartAsyncConfigurationException.Problem;
import io.smartasync.autoconfigure.SmartAsyncProperties.Executor;
import io.smartasync.autoconfigure.SmartAsyncProperties.Threads;
import io.smartasync.execution.ExecutorDirectory;
import io.smartasync.execution.ExecutorSettings;
import io.smartasync.plan.DurationText;
import io.smartasync.plan.ExecutorNames;
import io.smartasync.plan.ExecutorRoute;
import io.smartasync.plan.PlanSettings;
import io.smartasync.plan.Rule;
import io.smartasync.plan.Wish;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.system.JavaVersion;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

/** What the properties mean: the defaults that depend on the machine, and what is wrong with them. */
final class PropertiesMapper {

    static final String IO = "io";
    static final String CPU = "cpu";
    private static final int PLATFORM_LIMIT = 64;

    /** For an executor without properties. */
    private static final Executor DEFAULTS =
            new Binder().bindOrCreate("smartasync.executors.default", Bindable.of(Executor.class));

    private final SmartAsyncProperties properties;
    private final Set<String> executorNames;
    private final boolean virtualByDefault;
    private final boolean virtualPossible = JavaVersion.getJavaVersion().isEqualOrNewerThan(JavaVersion.TWENTY_ONE);

    PropertiesMapper(SmartAsyncProperties properties, Environment environment) {
        this.properties = properties;
        this.executorNames = ExecutorRegistrar.names(environment);
        JavaVersion java = JavaVersion.getJavaVersion();
        // Before Java 24 `synchronized` pins a virtual thread's carrier: only where the application wants them anyway
        this.virtualByDefault = java.isEqualOrNewerThan(JavaVersion.TWENTY_FOUR)
                || (virtualPossible && environment.getProperty("spring.threads.virtual.enabled", Boolean.class, false));
    }

    /** The names of all executors, {@code io} and {@code cpu} among them. */
    Set<String> executorNames() {
        return executorNames;
    }

    ExecutorSettings executor(String name) {
        Executor given = properties.executors().getOrDefault(name, DEFAULTS);
        boolean virtual =
                switch (given.threads()) {
                    case AUTO -> virtualByDefault && !name.equals(CPU);
                    case VIRTUAL -> true;
                    case PLATFORM -> false;
                };
        Integer limit = given.concurrencyLimit();
        if (limit == null && !virtual) {
            limit = name.equals(CPU) ? Runtime.getRuntime().availableProcessors() : PLATFORM_LIMIT;
        }
        String prefix = given.threadNamePrefix();
        return new ExecutorSettings(
                name,
                virtual,
                limit,
                given.queueCapacity(),
                given.keepAlive(),
                prefix == null ? "smartasync-" + name + "-" : prefix,
                given.shutdown().awaitTerminationPeriod());
    }

    PlanSettings plans() {
        Map<Caller, ExecutorRoute> routes = new EnumMap<>(Caller.class);
        for (Caller caller : Caller.values()) {
            routes.put(caller, route(caller));
        }
        List<Rule> rules = properties.rules().stream()
                .filter(rule -> Rule.isPattern(rule.method()))
                .map(rule -> new Rule(
                        rule.method(),
                        new Wish(textIn(rule.executor()), rule.workload(), rule.timeout(), rule.debug())))
                .toList();
        return new PlanSettings(
                routes,
                rules,
                properties.defaultTimeout(),
                properties.eventLoop().onBlockingCall(),
                properties.debug());
    }

    ExecutorRoute route(Caller caller) {
        SmartAsyncProperties.Routes routes = properties.routes();
        SmartAsyncProperties.Route route =
                switch (caller) {
                    case PLATFORM -> routes.platform();
                    case SERVLET -> routes.servlet();
                    case VIRTUAL -> routes.virtual();
                    case EVENT_LOOP -> routes.eventLoop();
                };
        String io = textIn(route.io());
        String cpu = textIn(route.cpu());
        return new ExecutorRoute(io == null ? IO : io, cpu == null ? CPU : cpu);
    }

    /** All that is wrong with the properties, each by its name. */
    List<Problem> problems(ExecutorDirectory executors) {
        List<Problem> problems = new ArrayList<>();
        for (String name : executors.taken()) {
            String property = "smartasync.executors." + name;
            problems.add(new Problem(
                    "Bean '" + ExecutorDirectory.beanName(name) + "'",
                    "it takes the name of the bean for " + property + ", and is none of SmartAsync's",
                    "Rename it: an executor can then be named in smartasync.routes. Or remove it, and set " + property
                            + " to what is needed."));
        }
        properties.executors().forEach((name, executor) -> check(name, executor, problems));
        for (Caller caller : Caller.values()) {
            String property = "smartasync.routes." + caller.tag();
            checkExecutor(property + ".io", route(caller).io(), executors, problems);
            checkExecutor(property + ".cpu", route(caller).cpu(), executors, problems);
        }
        for (int i = 0; i < properties.rules().size(); i++) {
            SmartAsyncProperties.Rule rule = properties.rules().get(i);
            String property = "smartasync.rules[" + i + "]";
            if (!Rule.isPattern(rule.method())) {
                problems.add(new Problem(
                        property + ".method",
                        "'" + rule.method() + "' names no methods",
                        "Write [package.]Class#method, with * for any characters, such as \"QuoteService#find*\"."));
            }
            checkExecutor(property + ".executor", textIn(rule.executor()), executors, problems);
            checkPositive(property + ".timeout", rule.timeout(), problems);
        }
        checkPositive("smartasync.default-timeout", properties.defaultTimeout(), problems);
        properties.metrics().slo().forEach(bound -> checkPositive("smartasync.metrics.slo", bound, problems));
        SmartAsyncProperties.Findings findings = properties.findings();
        checkPositive("smartasync.findings.slow", findings.slow(), problems);
        checkPositive("smartasync.findings.event-loop-held", findings.eventLoopHeld(), problems);
        checkPositive("smartasync.findings.concurrent-callers", findings.concurrentCallers(), problems);
        checkPositive("smartasync.findings.minimum-samples", findings.minimumSamples(), problems);
        return problems;
    }

    private void check(String name, Executor executor, List<Problem> problems) {
        String property = "smartasync.executors." + name;
        for (String known : List.of(IO, CPU)) {
            if (name.equalsIgnoreCase(known) && !name.equals(known)) {
                problems.add(new Problem(
                        property,
                        "it is another executor than '" + known + "', which exists besides",
                        "Write smartasync.executors." + known + ", or choose another name."));
            }
        }
        if (executor.threads() == Threads.VIRTUAL && !virtualPossible) {
            problems.add(new Problem(
                    property + ".threads",
                    "virtual threads need Java 21, this is Java " + JavaVersion.getJavaVersion(),
                    "Write 'auto' or 'platform', or run a newer Java."));
        }
        if (executor.concurrencyLimit() != null && executor.concurrencyLimit() < 1) {
            problems.add(new Problem(
                    property + ".concurrency-limit",
                    "with " + executor.concurrencyLimit() + " nothing would ever run",
                    "Write 1 or more, or leave it out."));
        }
        if (executor.queueCapacity() < 0) {
            problems.add(new Problem(
                    property + ".queue-capacity",
                    executor.queueCapacity() + " is negative",
                    "Write 0 to reject whatever exceeds the limit, or more to let it wait."));
        }
        if (executor.shutdown().awaitTerminationPeriod().isNegative()) {
            problems.add(new Problem(
                    property + ".shutdown.await-termination-period",
                    DurationText.of(executor.shutdown().awaitTerminationPeriod()) + " is negative",
                    "Write 0s to interrupt at once, or a duration such as 30s."));
        }
        if (executor.keepAlive().isNegative()) {
            problems.add(new Problem(
                    property + ".keep-alive",
                    DurationText.of(executor.keepAlive()) + " is negative",
                    "Write a duration such as 60s."));
        }
    }

    /** Empty text is unset, as it is for properties of other types. */
    private static @Nullable String textIn(@Nullable String written) {
        return StringUtils.hasText(written) ? written : null;
    }

    private static void checkExecutor(
            String property, @Nullable String name, ExecutorNames executors, List<Problem> problems) {
        if (name != null && !executors.contains(name)) {
            problems.add(executors.unknown(property, name));
        }
    }

    private static void checkPositive(String property, @Nullable Duration duration, List<Problem> problems) {
        if (duration != null && (duration.isZero() || duration.isNegative())) {
            problems.add(new Problem(
                    property,
                    DurationText.of(duration) + " is not positive",
                    "Write a duration such as 2s, or leave it out."));
        }
    }

    private static void checkPositive(String property, long number, List<Problem> problems) {
        if (number < 1) {
            problems.add(new Problem(property, number + " is not positive", "Write 1 or more, or leave it out."));
        }
    }
}
