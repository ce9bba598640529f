package io.smartasync.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.smartasync.Outcome;
import io.smartasync.Route;
import io.smartasync.SmartAsyncListener;
import io.smartasync.metrics.SmartAsyncMeters.Tag;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Records each call on {@link SmartAsyncMeters}. Timers are registered once per route and outcome, then found by the
 * route. Thread-safe.
 */
public final class SmartAsyncMetrics implements SmartAsyncListener {

    private final MeterRegistry registry;
    private final Duration[] slo;
    private final Map<Route, Timer> successes = new ConcurrentHashMap<>();
    private final Map<Unsuccessful, Timer> others = new ConcurrentHashMap<>();
    private final Map<Route, Timer> waits = new ConcurrentHashMap<>();
    private final AtomicInteger removals = new AtomicInteger();

    private record Unsuccessful(Route route, Outcome outcome, String exception) {}

    /**
     * Makes the recorder.
     *
     * @param registry where the timers are registered
     * @param slo the upper bounds of the timers' buckets
     */
    public SmartAsyncMetrics(MeterRegistry registry, List<Duration> slo) {
        this.registry = registry;
        this.slo = slo.toArray(Duration[]::new);
        Objects.requireNonNull(SmartAsyncMeters.INVOCATIONS); // initialised here, not where a stack may have ended
        registry.config().onMeterRemoved(this::forget);
    }

    /**
     * A timer that was removed records for nobody; the next call registers another. Told within the registry's lock, so that
     * no timer may be registered within a lock of these maps.
     */
    private void forget(Meter removed) {
        removals.incrementAndGet();
        List.of(successes, others, waits).forEach(timers -> timers.values().removeIf(removed::equals));
    }

    @Override
    public void onStart(Route route, long waitNanos) {
        Timer timer = waits.get(route);
        if (timer == null) {
            timer = keep(waits, route, () -> waitTimer(route));
        }
        timer.record(waitNanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void onEnd(Route route, Outcome outcome, @Nullable Throwable error, long nanos) {
        Timer timer;
        if (outcome == Outcome.SUCCESS) {
            timer = successes.get(route);
            if (timer == null) {
                timer = keep(successes, route, () -> timer(route, Outcome.SUCCESS, SmartAsyncMeters.NONE));
            }
        } else {
            Unsuccessful how = new Unsuccessful(route, outcome, SmartAsyncMeters.exception(error));
            timer = others.get(how);
            if (timer == null) {
                timer = keep(others, how, () -> timer(route, outcome, how.exception));
            }
        }
        timer.record(nanos, TimeUnit.NANOSECONDS);
    }

    /** Unless it may have been removed before it was here to be forgotten. */
    private <K> Timer keep(Map<K, Timer> timers, K key, Supplier<Timer> registration) {
        int before = removals.get();
        Timer timer = registration.get();
        timers.put(key, timer);
        if (removals.get() != before) {
            timers.remove(key, timer);
        }
        return timer;
    }

    @Override
    public void onForgotten(String className, String methodName, @Nullable Throwable error) {
        Counter.builder(SmartAsyncMeters.FORGOTTEN.getName())
                .description(SmartAsyncMeters.FORGOTTEN.getDescription())
                .tag(Tag.CLASS.asString(), className)
                .tag(Tag.METHOD.asString(), methodName)
                .tag(Tag.EXCEPTION.asString(), SmartAsyncMeters.exception(error))
                .register(registry)
                .increment();
    }

    private Timer timer(Route route, Outcome outcome, String exception) {
        return builder(SmartAsyncMeters.INVOCATIONS, route)
                .tag(Tag.CALLER.asString(), route.caller().tag())
                .tag(Tag.PATH.asString(), route.path().tag())
                .tag(Tag.OUTCOME.asString(), outcome.name())
                .tag(Tag.EXCEPTION.asString(), exception)
                .register(registry);
    }

    private Timer waitTimer(Route route) {
        return builder(SmartAsyncMeters.WAIT, route).register(registry);
    }

    private Timer.Builder builder(SmartAsyncMeters meter, Route route) {
        return Timer.builder(meter.getName())
                .description(meter.getDescription())
                .tag(Tag.CLASS.asString(), route.className())
                .tag(Tag.METHOD.asString(), route.methodName())
                .tag(Tag.EXECUTOR.asString(), SmartAsyncMeters.executor(route))
                .serviceLevelObjectives(slo);
    }
}
