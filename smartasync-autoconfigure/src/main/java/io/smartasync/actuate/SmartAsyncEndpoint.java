package io.smartasync.actuate;

import io.smartasync.SmartAsyncConfigurationException;
import io.smartasync.Workload;
import io.smartasync.actuate.MethodReports.MethodReport;
import io.smartasync.execution.BoundMethod;
import io.smartasync.execution.ExecutorSettings;
import io.smartasync.execution.MethodRegistry;
import io.smartasync.execution.SmartAsyncTaskExecutor;
import io.smartasync.plan.DurationText;
import io.smartasync.plan.Wish;
import java.time.Duration;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.lang.Nullable;

/**
 * Why each call ran where it ran, where time is lost, what to change; and changes it, for the next call, until the
 * application ends. Thread-safe.
 */
@Endpoint(id = "smartasync")
@SuppressWarnings("deprecation") // Boot 3.5 knows optional parameters by this annotation only
public class SmartAsyncEndpoint {

    private static final Log logger = LogFactory.getLog(SmartAsyncEndpoint.class);

    private final MethodRegistry methods;
    private final MethodReports reports;
    private final Supplier<List<SmartAsyncTaskExecutor>> executors;
    private final CallStatistics statistics;
    private final Findings findings;

    /** Makes the endpoint over what the application runs. */
    public SmartAsyncEndpoint(
            MethodRegistry methods,
            CallStatistics statistics,
            Supplier<List<SmartAsyncTaskExecutor>> executors,
            Thresholds thresholds) {
        this.methods = methods;
        this.reports = new MethodReports(methods, statistics);
        this.statistics = statistics;
        this.executors = executors;
        this.findings = new Findings(thresholds, statistics.sinceNanos());
    }

    /**
     * All that there is to say.
     *
     * @param since when counting began, as ISO 8601 says it: with the start of the application, or with the first call where
     *     beans are made lazily
     * @param findings what to change and why
     * @param executors the executors of {@code smartasync.executors}
     * @param methods methods, bridges and operations
     * @param boundsMillis upper bounds of the buckets of all histograms
     */
    public record Report(
            String since, // not every library for JSON knows Instant
            List<Finding> findings,
            List<ExecutorReport> executors,
            List<MethodReport> methods,
            List<Long> boundsMillis)
            implements OperationResponseBody {}

    /**
     * One executor.
     *
     * @param name its name in {@code smartasync.executors}
     * @param threads {@code virtual} or {@code platform}
     * @param concurrencyLimit how many bodies may run at once, {@code null} for no limit
     * @param queueCapacity how many may wait
     * @param active how many hold a permit
     * @param queued how many wait
     * @param completed how many are done
     * @param tuned whether it was changed through this endpoint
     */
    public record ExecutorReport(
            String name,
            String threads,
            @Nullable Integer concurrencyLimit,
            int queueCapacity,
            int active,
            int queued,
            long completed,
            boolean tuned)
            implements OperationResponseBody {

        static ExecutorReport of(SmartAsyncTaskExecutor executor) {
            ExecutorSettings configured = executor.settings();
            return new ExecutorReport(
                    executor.name(),
                    executor.isVirtual() ? "virtual" : "platform",
                    executor.concurrencyLimit(),
                    executor.queueCapacity(),
                    executor.active(),
                    executor.queued(),
                    executor.completed(),
                    !Objects.equals(configured.concurrencyLimit(), executor.concurrencyLimit())
                            || configured.queueCapacity() != executor.queueCapacity());
        }
    }

    /** A list that Boot writes as it writes what its own endpoints say, whatever the application wants of its JSON. */
    private static final class MethodList extends AbstractList<MethodReport> implements OperationResponseBody {

        private final List<MethodReport> methods;

        MethodList(List<MethodReport> methods) {
            this.methods = methods;
        }

        @Override
        public MethodReport get(int index) {
            return methods.get(index);
        }

        @Override
        public int size() {
            return methods.size();
        }
    }

    /** Explains everything. */
    @ReadOperation
    public Report report() {
        List<SmartAsyncTaskExecutor> all = executors.get();
        return new Report(
                statistics.since().toString(),
                findings.of(statistics.byMethod(), all),
                all.stream().map(ExecutorReport::of).toList(),
                reports.all(),
                Arrays.stream(CallStatistics.BOUNDS_MILLIS).boxed().toList());
    }

    /**
     * Explains one method or executor.
     *
     * @param subject {@code [package.]Class#method} or {@code [package.]Class.method}, or the name of an executor
     * @return what is known of it, {@code null} if there is none of that name
     */
    @ReadOperation
    public @Nullable Object explain(@Selector String subject) {
        List<BoundMethod> named = reports.named(subject);
        if (!named.isEmpty()) {
            return new MethodList(reports.of(named));
        }
        return executors.get().stream()
                .filter(executor -> executor.name().equals(subject))
                .map(ExecutorReport::of)
                .findFirst()
                .orElse(null);
    }

    /**
     * Changes a method or an executor, for the calls from now on. What is left out stays as it is.
     *
     * @param subject {@code [package.]Class#method} or {@code [package.]Class.method}, or the name of an executor
     * @param concurrencyLimit of an executor: how many bodies may run at once
     * @param queueCapacity of an executor: how many may wait
     * @param executor of a method: the executor that runs its bodies
     * @param timeout of a method: how long a call may take
     * @param workload of a method: what its body does to its thread
     * @param debug of a method: whether each call is logged
     */
    @WriteOperation
    public synchronized Object tune(
            @Selector String subject,
            @Nullable Integer concurrencyLimit,
            @Nullable Integer queueCapacity,
            @Nullable String executor,
            @Nullable Duration timeout,
            @Nullable Workload workload,
            @Nullable Boolean debug) {
        boolean ofExecutor = concurrencyLimit != null || queueCapacity != null;
        Wish change = new Wish(executor, workload, timeout, debug);
        List<BoundMethod> named = reports.named(subject);
        if (!named.isEmpty()) {
            if (ofExecutor) {
                throw invalid(subject + " is a method; limits are those of its executor");
            }
            tune(subject, named, change);
            return known(subject);
        }
        for (SmartAsyncTaskExecutor candidate : executors.get()) {
            if (candidate.name().equals(subject)) {
                if (!change.equals(Wish.NONE)) {
                    throw invalid(subject + " is an executor, which has a concurrencyLimit and a queueCapacity");
                }
                if (!ofExecutor) {
                    throw invalid("Nothing is set; " + subject
                            + " is an executor, which has a concurrencyLimit and a queueCapacity");
                }
                resize(
                        candidate,
                        "tuned",
                        concurrencyLimit == null ? candidate.concurrencyLimit() : concurrencyLimit,
                        queueCapacity == null ? candidate.queueCapacity() : queueCapacity);
            }
        }
        return known(subject);
    }

    private void tune(String subject, List<BoundMethod> named, Wish change) {
        if (change.equals(Wish.NONE)) {
            throw invalid(
                    "Nothing is set; " + subject + " is a method, which has executor, timeout, workload and debug");
        }
        Duration timeout = change.timeout();
        if (timeout != null && (timeout.isZero() || timeout.isNegative())) {
            throw invalid("timeout must be positive, not " + DurationText.of(timeout));
        }
        Map<BoundMethod, Wish> wishes = new LinkedHashMap<>();
        for (BoundMethod method : named) {
            Wish wish = change.orElse(method.tuning());
            check(method, wish);
            wishes.put(method, wish);
        }
        wishes.forEach((method, wish) -> tune(method, "tuned", wish));
    }

    /**
     * Goes back to what rules, annotations and properties say.
     *
     * @param subject {@code [package.]Class#method} or {@code [package.]Class.method}, or the name of an executor
     */
    @DeleteOperation
    public synchronized Object revert(@Selector String subject) {
        reports.named(subject).forEach(method -> tune(method, "reverted", Wish.NONE));
        for (SmartAsyncTaskExecutor executor : executors.get()) {
            if (executor.name().equals(subject)) {
                resize(
                        executor,
                        "reverted",
                        executor.settings().concurrencyLimit(),
                        executor.settings().queueCapacity());
            }
        }
        return known(subject);
    }

    private Object known(String subject) {
        Object explanation = explain(subject);
        if (explanation == null) {
            throw invalid(unknown(subject));
        }
        return explanation;
    }

    static String unknown(String subject) {
        return "There is no method or executor named '" + subject + "'";
    }

    /** Before any of the methods of that name is changed. */
    private static void check(BoundMethod method, Wish wish) {
        try {
            method.check(wish);
        } catch (SmartAsyncConfigurationException ex) {
            throw invalid(ex.getMessage());
        }
    }

    private void tune(BoundMethod method, String done, Wish wish) {
        methods.tune(method, wish);
        logger.info(method.plan().name() + " was " + done + ": " + wish);
    }

    private static void resize(SmartAsyncTaskExecutor executor, String done, @Nullable Integer limit, int capacity) {
        try {
            executor.resize(limit, capacity);
        } catch (IllegalArgumentException ex) {
            throw invalid(ex.getMessage());
        }
        logger.info("smartasync.executors." + executor.name() + " was " + done + ": concurrency-limit " + limit
                + ", queue-capacity " + capacity);
    }

    private static InvalidEndpointRequestException invalid(@Nullable String reason) {
        String text = reason == null ? "Invalid" : reason;
        return new InvalidEndpointRequestException(text, text);
    }
}
