package io.smartasync.actuate;

import static org.assertj.core.api.Assertions.assertThat;

import io.smartasync.Caller;
import io.smartasync.ExecutionPath;
import io.smartasync.ExecutorState;
import io.smartasync.Outcome;
import io.smartasync.Route;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Each finding appears when it should, and not just below its threshold. */
@Timeout(30)
class FindingsTest {

    private static final Thresholds THRESHOLDS = new Thresholds(20, Duration.ofMillis(500), Duration.ofMillis(20), 100);

    private static final long AN_HOUR_AGO =
            System.nanoTime() - Duration.ofHours(1).toNanos();

    private static final Route IN_PLACE = route(Caller.EVENT_LOOP, ExecutionPath.PASS_THROUGH, null);

    private final CallStatistics statistics = new CallStatistics();

    @Test
    void callsThatAreSlowBecauseTheyWait() {
        Route route = route(Caller.SERVLET, ExecutionPath.OFFLOAD, "io");
        calls(20, route, Outcome.SUCCESS, 900, 800);
        assertThat(found()).singleElement().satisfies(finding -> {
            assertThat(finding.subject()).isEqualTo("Quotes#find");
            assertThat(finding.finding()).contains("wait for executor 'io'");
            assertThat(finding.measured())
                    .isEqualTo("p95 1000 ms by servlet threads, 89 % of all their time is waiting");
            assertThat(finding.change()).startsWith("smartasync.executors.io.concurrency-limit:");
        });
    }

    /** Bounds of buckets, up to three times as wide, would tell neither. */
    @Test
    void whatIsMoreThanHalfIsTakenFromTheTimesThemselves() {
        calls(20, route(Caller.SERVLET, ExecutionPath.OFFLOAD, "io"), Outcome.SUCCESS, 4_900, 2_100);
        assertThat(found()).isEmpty();
        calls(20, route(Caller.VIRTUAL, ExecutionPath.OFFLOAD, "io"), Outcome.SUCCESS, 1_010, 990);
        assertThat(found()).singleElement().satisfies(finding -> assertThat(finding.measured())
                .isEqualTo("p95 2000 ms by virtual threads, 98 % of all their time is waiting"));
    }

    @Test
    void whereThereIsNoLimitToRaiseBodiesThatComputeAreMoved() {
        calls(20, route(Caller.SERVLET, ExecutionPath.OFFLOAD, "io"), Outcome.SUCCESS, 900, 800);
        assertThat(new Findings(THRESHOLDS, AN_HOUR_AGO).of(statistics.byMethod(), List.of(executor(null, 0, 0, 100))))
                .singleElement()
                .satisfies(finding -> assertThat(finding.change())
                        .contains("\"Quotes#find\"", "workload: cpu")
                        .doesNotContain("concurrency-limit"));
    }

    @Test
    void butNotThoseThatRunLongNorTheFastNorTheFew() {
        calls(20, route(Caller.SERVLET, ExecutionPath.OFFLOAD, "io"), Outcome.SUCCESS, 900, 5);
        calls(20, route(Caller.VIRTUAL, ExecutionPath.OFFLOAD, "io"), Outcome.SUCCESS, 490, 480);
        calls(19, route(Caller.PLATFORM, ExecutionPath.OFFLOAD, "io"), Outcome.SUCCESS, 900, 800);
        assertThat(found()).isEmpty();
    }

    @Test
    void bodiesThatHoldAnEventLoop() {
        returns(98, 1);
        returns(2, 20);
        assertThat(found()).isEmpty();
        returns(2, 21);
        assertThat(found()).singleElement().satisfies(finding -> {
            assertThat(finding.finding()).contains("holds event loops");
            assertThat(finding.measured()).isEqualTo("p99 50 ms");
            assertThat(finding.threshold()).isEqualTo("p99 20 ms");
            assertThat(finding.change()).contains("smartasync.rules:", "\"Quotes#find\"", "workload: io");
        });
    }

    @Test
    void butNotOneThatHeldItOnceWhenItsClassesWereLoaded() {
        returns(1, 81);
        for (int call = 0; call < 200; call++) {
            returns(1, 1);
            assertThat(found()).isEmpty();
        }
    }

    @Test
    void plainValuesThatAreMadeOnAnEventLoop() {
        Route route = route(Caller.EVENT_LOOP, ExecutionPath.DIRECT, null);
        calls(1, route, Outcome.SUCCESS, 81, 0);
        calls(99, route, Outcome.SUCCESS, 1, 0);
        assertThat(found()).isEmpty();
        calls(1, route, Outcome.SUCCESS, 81, 0);
        assertThat(found()).singleElement().satisfies(finding -> assertThat(finding.change())
                .contains("@SmartAsyncBridge", "workload: io"));
    }

    @Test
    void rejections() {
        Route route = route(Caller.SERVLET, ExecutionPath.OFFLOAD, "io");
        calls(20, route, Outcome.SUCCESS, 1, 0);
        assertThat(found()).isEmpty();
        calls(1, route, Outcome.REJECTED, 0, 0);
        assertThat(found()).singleElement().satisfies(finding -> {
            assertThat(finding.finding()).isEqualTo("calls are rejected by executor 'io'");
            assertThat(finding.measured()).isEqualTo("1 of 21 calls by servlet threads");
            assertThat(finding.change()).contains("concurrency-limit: <more than now>", "a longer queue");
        });
        assertThat(new Findings(THRESHOLDS, AN_HOUR_AGO).of(statistics.byMethod(), List.of(executor(null, 0, 0, 100))))
                .singleElement()
                .satisfies(finding ->
                        assertThat(finding.change()).isEqualTo("none while the executor has no limit, as now"));
    }

    @Test
    void timeoutsOfCallsThatNeverStarted() {
        Route route = route(Caller.SERVLET, ExecutionPath.OFFLOAD, "io");
        calls(20, route, Outcome.TIMEOUT, 100, 1);
        calls(2, route, Outcome.CANCELLED, 100, 0);
        calls(3, route, Outcome.ERROR, 100, 1);
        assertThat(found()).as("all of those that timed out had started").isEmpty();
        calls(2, route, Outcome.TIMEOUT, 100, 0);
        assertThat(found()).singleElement().satisfies(finding -> {
            assertThat(finding.finding()).isEqualTo("calls time out while they wait for executor 'io'");
            assertThat(finding.measured()).isEqualTo("2 of 27 calls by servlet threads");
            assertThat(finding.change()).startsWith("smartasync.executors.io.concurrency-limit:");
        });
    }

    /** By the bean's name too, which is not that of its properties; an executor of the application has none of ours. */
    @Test
    void theChangeIsOfTheExecutorThatThereIs() {
        calls(20, route(Caller.SERVLET, ExecutionPath.OFFLOAD, "smartasync-io"), Outcome.REJECTED, 0, 0);
        calls(20, route(Caller.VIRTUAL, ExecutionPath.OFFLOAD, "jobs"), Outcome.REJECTED, 0, 0);
        assertThat(found())
                .extracting(Finding::change)
                .anyMatch(change -> change.startsWith("smartasync.executors.io.concurrency-limit:"))
                .anyMatch(change -> change.equals("a larger pool of the bean 'jobs'   # or a longer queue"))
                .hasSize(2);
    }

    /** Between the bounds of the buckets; what may be below the threshold is no finding. */
    @Test
    void aThresholdThatIsNoBoundOfABucket() {
        Route route = route(Caller.SERVLET, ExecutionPath.OFFLOAD, "io");
        Thresholds between = new Thresholds(20, Duration.ofMillis(300), Duration.ofMillis(20), 100);
        calls(20, route, Outcome.SUCCESS, 250, 240);
        assertThat(new Findings(between, AN_HOUR_AGO).of(statistics.byMethod(), List.of()))
                .isEmpty();
        calls(20, route, Outcome.SUCCESS, 600, 590);
        assertThat(new Findings(between, AN_HOUR_AGO).of(statistics.byMethod(), List.of()))
                .hasSize(1);
    }

    @Test
    void aThresholdBelowAMillisecondIsNotZero() {
        Thresholds fine = new Thresholds(20, Duration.ofNanos(500_000), Duration.ofNanos(1_500_000), 100);
        calls(20, route(Caller.SERVLET, ExecutionPath.OFFLOAD, "io"), Outcome.SUCCESS, 1, 1);
        returns(100, 2);
        assertThat(new Findings(fine, AN_HOUR_AGO).of(statistics.byMethod(), List.of()))
                .isEmpty();
        calls(20, route(Caller.VIRTUAL, ExecutionPath.OFFLOAD, "io"), Outcome.SUCCESS, 2, 2);
        returns(100, 3);
        assertThat(new Findings(fine, AN_HOUR_AGO).of(statistics.byMethod(), List.of()))
                .extracting(Finding::threshold)
                .containsExactlyInAnyOrder("p95 0.5 ms", "p99 1.5 ms");
    }

    @Test
    void manyThatAreUnderWayWithoutAThreadNeedNoExecutor() {
        calls(2_000, IN_PLACE, Outcome.SUCCESS, 600_000, 0);
        assertThat(found()).isEmpty();
    }

    @Test
    void eventLoopsThatAskForAPlainValue() {
        calls(20, route(Caller.EVENT_LOOP, ExecutionPath.REJECT, null), Outcome.REJECTED, 0, 0);
        assertThat(found()).singleElement().satisfies(finding -> assertThat(finding.change())
                .contains("@SmartAsyncBridge"));
    }

    /** Else two findings would seem to contradict each other. */
    @Test
    void whoCallsIsSaid() {
        for (Caller caller : Caller.values()) {
            calls(20, route(caller, ExecutionPath.OFFLOAD, "io"), Outcome.REJECTED, 0, 0);
        }
        assertThat(found())
                .extracting(Finding::measured)
                .containsExactlyInAnyOrder(
                        "20 of 20 calls by platform threads",
                        "20 of 20 calls by servlet threads",
                        "20 of 20 calls by virtual threads",
                        "20 of 20 calls by event loops");
    }

    @Test
    void manyCallersAtOnce() {
        Route route = route(Caller.SERVLET, ExecutionPath.OFFLOAD, "io");
        calls(599, route, Outcome.SUCCESS, 600_000, 0); // of ten minutes each, within an hour
        assertThat(found()).extracting(Finding::finding).doesNotContain("many callers at once");
        calls(20, route, Outcome.SUCCESS, 600_000, 0);
        assertThat(found()).extracting(Finding::finding).contains("many callers at once");
    }

    @Test
    void methodsThatAreOnlyEverCalledDirectly() {
        calls(999, route(Caller.SERVLET, ExecutionPath.DIRECT, null), Outcome.SUCCESS, 0, 0);
        assertThat(found()).isEmpty();
        calls(1, route(Caller.SERVLET, ExecutionPath.DIRECT, null), Outcome.SUCCESS, 0, 0);
        assertThat(found()).singleElement().satisfies(finding -> assertThat(finding.finding())
                .startsWith("only ever called directly"));
    }

    /** On a loop the annotation may well have to decide. */
    @Test
    void butNotThoseThatEventLoopsCall() {
        calls(1_000, route(Caller.SERVLET, ExecutionPath.DIRECT, null), Outcome.SUCCESS, 0, 0);
        calls(1_000, route(Caller.EVENT_LOOP, ExecutionPath.DIRECT, null), Outcome.SUCCESS, 30, 0);
        assertThat(found()).singleElement().satisfies(finding -> assertThat(finding.finding())
                .isEqualTo("holds event loops"));
    }

    @Test
    void executorsWhereMoreCallsWaitThanRun() {
        assertThat(foundOf(executor(4, 4, 100))).isEmpty();
        assertThat(foundOf(executor(4, 5, 10))).isEmpty();
        assertThat(foundOf(executor(4, 5, 11))).singleElement().satisfies(finding -> assertThat(finding.change())
                .isEqualTo("smartasync.executors.io.concurrency-limit: 8"));
        assertThat(foundOf(executor(4, 16, 0))).as("none of which ends").hasSize(1);
        assertThat(foundOf(executor(4, 10, 5, 100)))
                .as("after the limit was lowered")
                .isEmpty();
    }

    private static List<Finding> foundOf(ExecutorState executor) {
        return new Findings(THRESHOLDS, AN_HOUR_AGO).of(Map.of(), List.of(executor));
    }

    @Test
    void nothingIsFoundWithoutSamples() {
        assertThat(found()).isEmpty();
    }

    private List<Finding> found() {
        return new Findings(THRESHOLDS, AN_HOUR_AGO).of(statistics.byMethod(), List.of(executor(4, 0, 100)));
    }

    private void calls(int count, Route route, Outcome outcome, long millis, long waitMillis) {
        for (int i = 0; i < count; i++) {
            if (waitMillis > 0) {
                statistics.onStart(route, TimeUnit.MILLISECONDS.toNanos(waitMillis));
            }
            statistics.onEnd(route, outcome, null, TimeUnit.MILLISECONDS.toNanos(millis));
        }
    }

    private void returns(int count, long millis) {
        for (int i = 0; i < count; i++) {
            statistics.onReturn(IN_PLACE, TimeUnit.MILLISECONDS.toNanos(millis));
        }
        calls(count, IN_PLACE, Outcome.SUCCESS, 5, 0);
    }

    private static Route route(Caller caller, ExecutionPath path, @Nullable String executor) {
        return new Route("Quotes", "find", caller, path, executor);
    }

    private static ExecutorState executor(int limit, int queued, long completed) {
        return executor(limit, limit, queued, completed);
    }

    private static ExecutorState executor(@Nullable Integer limit, int active, int queued, long completed) {
        return new ExecutorState() {
            @Override
            public String name() {
                return "io";
            }

            @Override
            public boolean isVirtual() {
                return true;
            }

            @Override
            public @Nullable Integer concurrencyLimit() {
                return limit;
            }

            @Override
            public int queueCapacity() {
                return 100;
            }

            @Override
            public int active() {
                return active;
            }

            @Override
            public int queued() {
                return queued;
            }

            @Override
            public long completed() {
                return completed;
            }

            @Override
            public int threads() {
                return active;
            }
        };
    }
}
