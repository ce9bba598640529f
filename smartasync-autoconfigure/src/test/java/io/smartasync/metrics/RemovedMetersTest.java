package io.smartasync.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smartasync.Caller;
import io.smartasync.ExecutionPath;
import io.smartasync.Outcome;
import io.smartasync.Route;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What becomes of timers that are known by their routes when the registry gives them up, as tests do between each other. */
@Timeout(30)
class RemovedMetersTest {

    private static final Route ROUTE = new Route("Quotes", "find", Caller.SERVLET, ExecutionPath.OFFLOAD, "io");
    private static final Route OTHER = new Route("Quotes", "find", Caller.VIRTUAL, ExecutionPath.OFFLOAD, "io");

    private final MeterRegistry registry = new SimpleMeterRegistry();
    private final SmartAsyncMetrics metrics = new SmartAsyncMetrics(registry, List.of());

    @Test
    void callsAreRecordedAfterTheRegistryWasClearedToo() {
        recordAll(ROUTE);
        recordAll(OTHER);
        assertThat(counts()).containsOnly(1L, 2L).hasSize(5); // both routes have one timer for their waits
        registry.clear();
        assertThat(counts()).isEmpty();
        recordAll(ROUTE);
        recordAll(OTHER);
        assertThat(counts()).containsOnly(1L, 2L).hasSize(5);
    }

    @Test
    void theOthersStayWhatTheyAreWhereOneIsRemoved() {
        recordAll(ROUTE);
        registry.remove(
                registry.get("smartasync.invocations").tag("outcome", "SUCCESS").timer());
        recordAll(ROUTE);
        assertThat(registry.get("smartasync.invocations")
                        .tag("outcome", "SUCCESS")
                        .timer()
                        .count())
                .isOne();
        assertThat(registry.get("smartasync.invocations")
                        .tag("outcome", "ERROR")
                        .timer()
                        .count())
                .isEqualTo(2);
        assertThat(registry.get("smartasync.wait").timer().count()).isEqualTo(2);
    }

    /** The registry tells of what it removes within a lock that it takes to register, too. */
    @Test
    void callsAndWhoClearsTheRegistryDoNotWaitForEachOther() throws Exception {
        CyclicBarrier together = new CyclicBarrier(2);
        CompletableFuture<Void> clearing = again(together, registry::clear);
        CompletableFuture<Void> recording = again(together, () -> {
            for (String method : List.of("a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l")) {
                recordAll(new Route("Quotes", method, Caller.SERVLET, ExecutionPath.OFFLOAD, "io"));
            }
        });
        clearing.get(20, TimeUnit.SECONDS);
        recording.get(20, TimeUnit.SECONDS);
    }

    private static CompletableFuture<Void> again(CyclicBarrier together, Runnable work) {
        return CompletableFuture.runAsync(
                () -> {
                    for (int i = 0; i < 500; i++) {
                        arrive(together);
                        work.run();
                    }
                },
                thread -> new Thread(thread).start());
    }

    private static void arrive(CyclicBarrier barrier) {
        try {
            barrier.await(10, TimeUnit.SECONDS);
        } catch (Exception ex) {
            throw new IllegalStateException(ex);
        }
    }

    private void recordAll(Route route) {
        metrics.onStart(route, 1);
        metrics.onEnd(route, Outcome.SUCCESS, null, 1);
        metrics.onEnd(route, Outcome.ERROR, new IllegalStateException(), 1);
    }

    private List<Long> counts() {
        return registry.getMeters().stream()
                .map(meter -> ((Timer) meter).count())
                .toList();
    }
}
