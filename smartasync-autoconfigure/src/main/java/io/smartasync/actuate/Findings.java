package io.smartasync.actuate;

import io.smartasync.Caller;
import io.smartasync.ExecutionPath;
import io.smartasync.ExecutorState;
import io.smartasync.Outcome;
import io.smartasync.actuate.CallStatistics.Calls;
import io.smartasync.actuate.CallStatistics.Histogram;
import io.smartasync.execution.ExecutorDirectory;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads what should be changed from what was counted. Without samples there is no finding. */
final class Findings {

    private static final String LOOP = Caller.EVENT_LOOP.tag();
    private static final String DIRECT = ExecutionPath.DIRECT.tag();

    private final Thresholds thresholds;
    private final long since;

    /** Looks at what was counted since the moment {@code since} of {@code System.nanoTime()}. */
    Findings(Thresholds thresholds, long since) {
        this.thresholds = thresholds;
        this.since = since;
    }

    List<Finding> of(Map<String, List<Calls>> methods, List<? extends ExecutorState> executors) {
        List<Finding> findings = new ArrayList<>();
        methods.forEach((method, all) -> {
            for (Calls calls : all) {
                if (calls.time().count() >= thresholds.samples()) {
                    slowByWaiting(method, calls, executors, findings);
                    timedOutWaiting(method, calls, executors, findings);
                    holdsLoop(method, calls, findings);
                    rejected(method, calls, executors, findings);
                }
            }
            manyCallers(method, all, findings);
            onlyDirect(method, all, findings);
        });
        executors.forEach(executor -> saturated(executor, findings));
        return findings;
    }

    private void slowByWaiting(
            String method, Calls calls, List<? extends ExecutorState> executors, List<Finding> findings) {
        Duration limit = thresholds.slow();
        if (calls.executor() != null
                && calls.time().isLonger(0.95, limit)
                && calls.waiting().sumMillis() * 2 > calls.time().sumMillis()) {
            findings.add(new Finding(
                    method,
                    "slow because its calls wait for executor '" + calls.executor() + "', not because they run long",
                    "p95 " + calls.time().p95Millis() + " ms" + by(calls) + ", "
                            + Math.round(100
                                    * calls.waiting().sumMillis()
                                    / calls.time().sumMillis())
                            + " % of all their time is waiting",
                    "p95 " + millis(limit),
                    raise(method, calls.executor(), executors)));
        }
    }

    /** No wait was counted of these, since it never ended. A call that runs at present hides one of them. */
    private void timedOutWaiting(
            String method, Calls calls, List<? extends ExecutorState> executors, List<Finding> findings) {
        long gone = calls.ended() - calls.ended(Outcome.REJECTED) - calls.ended(Outcome.CANCELLED);
        long waiting =
                Math.min(calls.ended(Outcome.TIMEOUT), gone - calls.waiting().count());
        if (waiting > 0 && calls.executor() != null) {
            findings.add(new Finding(
                    method,
                    "calls time out while they wait for executor '" + calls.executor() + "'",
                    waiting + " of " + calls.ended() + " calls" + by(calls),
                    "none",
                    raise(method, calls.executor(), executors)));
        }
    }

    /** What has no limit now had one when it rejected a call. */
    private static String room(String method, String executor, List<? extends ExecutorState> executors) {
        boolean unlimited = of(executor, executors)
                .filter(state -> state.concurrencyLimit() == null)
                .isPresent();
        return unlimited
                ? "none while the executor has no limit, as now"
                : raise(method, executor, executors) + "   # or a longer queue";
    }

    private static Optional<? extends ExecutorState> of(String executor, List<? extends ExecutorState> executors) {
        return executors.stream()
                .filter(state ->
                        executor.equals(state.name()) || executor.equals(ExecutorDirectory.beanName(state.name())))
                .findFirst();
    }

    /** Without a limit, bodies can only wait for the threads of the machine, which others of them compute on. */
    private static String raise(String method, String executor, List<? extends ExecutorState> executors) {
        return of(executor, executors)
                .map(state -> state.concurrencyLimit() == null
                        ? rule(
                                method,
                                "workload: cpu   # if it computes; what does holds the carriers of virtual threads")
                        : "smartasync.executors." + state.name() + ".concurrency-limit: <more than now>")
                .orElse("a larger pool of the bean '" + executor + "'");
    }

    /** Not from one call, such as the first, which loads classes: of fewer than 100 the p99 is the longest. */
    private void holdsLoop(String method, Calls calls, List<Finding> findings) {
        Duration limit = thresholds.held();
        boolean direct = calls.path().equals(DIRECT);
        Histogram held = direct ? calls.time() : calls.returning();
        if (calls.caller().equals(LOOP) && held.count() >= thresholds.samples() * 5 && held.isLonger(0.99, limit)) {
            findings.add(new Finding(
                    method,
                    "holds event loops",
                    "p99 " + held.p99Millis() + " ms",
                    "p99 " + millis(limit),
                    direct
                            ? "@SmartAsyncBridge interface with a future or publisher, and "
                                    + rule(method, "workload: io")
                            : rule(method, "workload: io")));
        }
    }

    private void rejected(String method, Calls calls, List<? extends ExecutorState> executors, List<Finding> findings) {
        long rejected = calls.ended(Outcome.REJECTED);
        if (rejected > 0 && calls.executor() != null) {
            findings.add(new Finding(
                    method,
                    "calls are rejected by executor '" + calls.executor() + "'",
                    rejected + " of " + calls.time().count() + " calls" + by(calls),
                    "none",
                    room(method, calls.executor(), executors)));
        } else if (rejected > 0) {
            findings.add(new Finding(
                    method,
                    "event loops ask for a plain value, which they can't wait for",
                    rejected + " of " + calls.time().count() + " calls",
                    "none",
                    "@SmartAsyncBridge interface with a future or publisher"));
        }
    }

    /** How many are under way on average: the rate times the mean duration. What waits without a thread is no matter. */
    private void manyCallers(String method, List<Calls> everywhere, List<Finding> findings) {
        List<Calls> all = everywhere.stream()
                .filter(calls -> !calls.path().equals(ExecutionPath.PASS_THROUGH.tag()))
                .toList();
        double busyMillis =
                all.stream().mapToDouble(calls -> calls.time().sumMillis()).sum();
        long count = all.stream().mapToLong(calls -> calls.time().count()).sum();
        double atOnce = busyMillis
                / Math.max(1, Duration.ofNanos(System.nanoTime() - since).toMillis());
        if (count >= thresholds.samples() && atOnce > thresholds.callers()) {
            findings.add(new Finding(
                    method,
                    "many callers at once",
                    Math.round(atOnce) + " on average since the start",
                    String.valueOf(thresholds.callers()),
                    rule(method, "executor: <one of its own, with a concurrency-limit>")));
        }
    }

    private void onlyDirect(String method, List<Calls> all, List<Finding> findings) {
        long count = all.stream().mapToLong(calls -> calls.time().count()).sum();
        if (count >= thresholds.samples() * 50
                && all.stream()
                        .allMatch(calls ->
                                calls.path().equals(DIRECT) && !calls.caller().equals(LOOP))) {
            findings.add(new Finding(
                    method,
                    "only ever called directly: the annotation measures, and decides nothing",
                    count + " calls",
                    thresholds.samples() * 50 + " calls",
                    "none needed"));
        }
    }

    private void saturated(ExecutorState executor, List<Finding> findings) {
        Integer limit = executor.concurrencyLimit();
        long seen = executor.completed() + executor.active() + executor.queued(); // none may end where it matters most
        if (limit != null && executor.queued() > Math.max(limit, executor.active()) && seen >= thresholds.samples()) {
            findings.add(new Finding(
                    "executor '" + executor.name() + "'",
                    "more calls wait than run",
                    executor.queued() + " wait at present",
                    limit + ", its limit",
                    "smartasync.executors." + executor.name() + ".concurrency-limit: " + limit * 2));
        }
    }

    private static String millis(Duration limit) {
        return BigDecimal.valueOf(limit.toNanos(), 6).stripTrailingZeros().toPlainString() + " ms";
    }

    /** Each kind of caller has its own findings, which would seem to contradict each other. */
    private static String by(Calls calls) {
        return " by " + (calls.caller().equals(LOOP) ? "event loops" : calls.caller() + " threads");
    }

    private static String rule(String method, String setting) {
        return "smartasync.rules:\n  - method: \"" + method + "\"\n    " + setting;
    }
}
