package io.smartasync.actuate;

import io.smartasync.Outcome;
import io.smartasync.Route;
import io.smartasync.SmartAsyncListener;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Counts calls for the endpoint, since meters can't be read back alike from all registries. There is one only where the
 * endpoint is exposed. Thread-safe.
 */
public final class CallStatistics implements SmartAsyncListener {

    /** Upper bounds of the buckets, in milliseconds; what is slower is in one bucket more. */
    static final long[] BOUNDS_MILLIS = {1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 30_000};

    private final Instant since = Instant.now();
    private final long sinceNanos = System.nanoTime();
    private final Map<Route, Counts> routes = new ConcurrentHashMap<>();

    /** When counting began. */
    Instant since() {
        return since;
    }

    /** The same as a moment of {@code System.nanoTime()}. */
    long sinceNanos() {
        return sinceNanos;
    }

    @Override
    public void onStart(Route route, long waitNanos) {
        counts(route).waits.add(waitNanos);
    }

    @Override
    public void onReturn(Route route, long nanos) {
        counts(route).returns.add(nanos);
    }

    @Override
    public void onEnd(Route route, Outcome outcome, @Nullable Throwable error, long nanos) {
        Counts counts = counts(route);
        counts.of(outcome).increment();
        counts.calls.add(nanos);
    }

    private Counts counts(Route route) {
        Counts counts = routes.get(route);
        return counts != null ? counts : routes.computeIfAbsent(route, key -> new Counts());
    }

    /** What was counted on those of {@code ways} that calls have taken. */
    List<Calls> of(Collection<Route> ways) {
        List<Calls> calls = new ArrayList<>();
        for (Route route : ways) {
            Counts counts = routes.get(route);
            if (counts != null) {
                calls.add(Calls.of(route, counts));
            }
        }
        return calls;
    }

    /** What was counted for each method, by the name that rules know, whatever it was called through. */
    SortedMap<String, List<Calls>> byMethod() {
        SortedMap<String, List<Calls>> methods = new TreeMap<>();
        routes.forEach((route, counts) -> methods.computeIfAbsent(
                        route.className() + "#" + route.methodName(), name -> new ArrayList<>())
                .add(Calls.of(route, counts)));
        return methods;
    }

    private static final class Counts {

        private final Map<Outcome, LongAdder> outcomes = new EnumMap<>(Outcome.class);
        final Durations calls = new Durations();
        final Durations waits = new Durations();
        final Durations returns = new Durations();

        Counts() {
            for (Outcome outcome : Outcome.values()) {
                outcomes.put(outcome, new LongAdder());
            }
        }

        LongAdder of(Outcome outcome) {
            return Objects.requireNonNull(outcomes.get(outcome));
        }
    }

    private static final class Durations {

        final LongAdder nanos = new LongAdder();
        final LongAdder[] buckets = new LongAdder[BOUNDS_MILLIS.length + 1];

        Durations() {
            Arrays.setAll(buckets, i -> new LongAdder());
        }

        void add(long duration) {
            nanos.add(duration);
            int bucket = 0;
            while (bucket < BOUNDS_MILLIS.length && duration > BOUNDS_MILLIS[bucket] * 1_000_000) {
                bucket++;
            }
            buckets[bucket].increment();
        }
    }

    /**
     * What was counted on one route since the start.
     *
     * @param caller who called
     * @param path the way of the calls
     * @param executor the executor that ran the bodies
     * @param outcomes how many calls ended so
     * @param time from the call to its end
     * @param waiting from submission to the start of the body
     * @param returning until a body that does not block, called in place for a future or publisher, returned
     */
    public record Calls(
            String caller,
            String path,
            @Nullable String executor,
            Map<Outcome, Long> outcomes,
            Histogram time,
            Histogram waiting,
            Histogram returning) {

        long ended() {
            return outcomes.values().stream().mapToLong(Long::longValue).sum();
        }

        long ended(Outcome outcome) {
            return outcomes.getOrDefault(outcome, 0L);
        }

        private static Calls of(Route route, Counts counts) {
            Map<Outcome, Long> outcomes = new EnumMap<>(Outcome.class);
            for (Outcome outcome : Outcome.values()) {
                outcomes.put(outcome, counts.of(outcome).sum());
            }
            outcomes.values().removeIf(count -> count == 0);
            return new Calls(
                    route.caller().tag(),
                    route.path().tag(),
                    route.executor(),
                    outcomes,
                    Histogram.of(counts.calls),
                    Histogram.of(counts.waits),
                    Histogram.of(counts.returns));
        }
    }

    /**
     * A distribution of durations. What is beyond the last bound, 30 seconds, is told as that bound.
     *
     * @param count how many
     * @param meanMillis their mean
     * @param p50Millis half are no longer than this bound
     * @param p95Millis 95 of 100 are no longer than this bound
     * @param p99Millis 99 of 100 are no longer than this bound
     * @param buckets how many are in each bucket, not added up
     */
    public record Histogram(
            long count, double meanMillis, long p50Millis, long p95Millis, long p99Millis, List<Long> buckets) {

        private static Histogram of(Durations durations) {
            List<Long> buckets =
                    Arrays.stream(durations.buckets).map(LongAdder::sum).toList();
            long count = buckets.stream().mapToLong(Long::longValue).sum();
            return new Histogram(
                    count,
                    count == 0 ? 0 : durations.nanos.sum() / 1e6 / count,
                    percentile(buckets, count, 0.50),
                    percentile(buckets, count, 0.95),
                    percentile(buckets, count, 0.99),
                    buckets);
        }

        double sumMillis() {
            return meanMillis * count;
        }

        /** Whether {@code quantile}, 0.95 say, is longer than {@code limit} wherever in its bucket it is. */
        boolean isLonger(double quantile, Duration limit) {
            int bucket = bucket(buckets, count, quantile);
            long least = bucket == 0 ? 0 : BOUNDS_MILLIS[bucket - 1];
            return count > 0 && Duration.ofMillis(least).compareTo(limit) >= 0;
        }

        /** The upper bound of the bucket that the quantile is in; the last bound where it is beyond all. */
        private static long percentile(List<Long> buckets, long count, double quantile) {
            return count == 0 ? 0 : BOUNDS_MILLIS[Math.min(bucket(buckets, count, quantile), BOUNDS_MILLIS.length - 1)];
        }

        private static int bucket(List<Long> buckets, long count, double quantile) {
            long wanted = (long) Math.ceil(count * quantile);
            long seen = 0;
            int bucket = 0;
            for (; bucket < BOUNDS_MILLIS.length; bucket++) {
                seen += buckets.get(bucket);
                if (seen >= wanted) {
                    break;
                }
            }
            return bucket;
        }
    }
}
