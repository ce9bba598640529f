package io.smartasync.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.BaseUnits;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.smartasync.ExecutorState;
import java.util.function.ToDoubleFunction;

/**
 * The {@code executor.*} meters of one executor, named and tagged as Boot does it for the application's own pools. Bound
 * here and not by Boot, whose binder knows pools only and would look for the queue inside them.
 */
public final class ExecutorMetrics implements MeterBinder {

    private final ExecutorState executor;
    private final String name;

    /** Binds {@code executor} with the tag {@code name}, the name of its bean. */
    public ExecutorMetrics(ExecutorState executor, String name) {
        this.executor = executor;
        this.name = name;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        gauge(registry, "executor.active", "Bodies that hold a permit", BaseUnits.THREADS, ExecutorState::active);
        gauge(registry, "executor.queued", "Bodies that wait for a permit", BaseUnits.TASKS, ExecutorState::queued);
        gauge(
                registry,
                "executor.queue.remaining",
                "Bodies that may still wait for a permit",
                BaseUnits.TASKS,
                state ->
                        Math.max(0, state.queueCapacity() - state.queued())); // after a smaller capacity, more may wait
        gauge(registry, "executor.pool.size", "Threads at present", BaseUnits.THREADS, ExecutorState::threads);
        gauge(registry, "executor.pool.core", "The concurrency limit", BaseUnits.THREADS, ExecutorMetrics::limit);
        gauge(registry, "executor.pool.max", "The concurrency limit", BaseUnits.THREADS, ExecutorMetrics::limit);
        FunctionCounter.builder("executor.completed", executor, ExecutorState::completed)
                .description("Bodies that are done")
                .baseUnit(BaseUnits.TASKS)
                .tag("name", name)
                .register(registry);
    }

    /** Not a number where there is none, since it may be given one at any time. */
    private static double limit(ExecutorState state) {
        Integer limit = state.concurrencyLimit();
        return limit == null ? Double.NaN : limit;
    }

    private void gauge(
            MeterRegistry registry,
            String meter,
            String description,
            String unit,
            ToDoubleFunction<ExecutorState> value) {
        Gauge.builder(meter, executor, value)
                .description(description)
                .baseUnit(unit)
                .tag("name", name)
                .register(registry);
    }
}
