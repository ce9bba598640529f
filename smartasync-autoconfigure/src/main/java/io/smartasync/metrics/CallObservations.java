package io.smartasync.metrics;

import io.micrometer.common.KeyValue;
import io.micrometer.common.KeyValues;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.contextpropagation.ObservationThreadLocalAccessor;
import io.smartasync.CallObserver;
import io.smartasync.Outcome;
import io.smartasync.Route;
import io.smartasync.metrics.SmartAsyncMeters.Tag;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Makes each call a Micrometer observation {@code smartasync.call} with the key values of {@link SmartAsyncMeters}: in a
 * trace a span per call, child of what its caller does, with the event {@code smartasync.start} when a body that was
 * handed to an executor starts. Thread-safe.
 */
public final class CallObservations implements CallObserver {

    private static final String NAME = "smartasync.call";
    private static final Observation.Event START = Observation.Event.of("smartasync.start", "body starts");

    private final ObservationRegistry registry;
    private final Map<Route, KeyValues> tags = new ConcurrentHashMap<>();

    /** Observes calls with {@code registry}. */
    public CallObservations(ObservationRegistry registry) {
        this.registry = registry;
    }

    @Override
    public Object contextKey() {
        return ObservationThreadLocalAccessor.KEY;
    }

    @Override
    public @Nullable ObservedCall start(Route route, @Nullable Object outer) {
        KeyValues known = tags.get(route);
        Observation observation = Observation.createNotStarted(NAME, registry)
                .contextualName(route.className() + "#" + route.methodName())
                .lowCardinalityKeyValues(known != null ? known : tags.computeIfAbsent(route, CallObservations::tags));
        if (observation.isNoop()) {
            return null; // in a context it would stand between what the caller does and what the body does
        }
        if (outer instanceof Observation parent) {
            observation.parentObservation(parent);
        }
        return new Observed(observation.start());
    }

    private static KeyValues tags(Route route) {
        return KeyValues.of(
                KeyValue.of(Tag.CLASS, route.className()),
                KeyValue.of(Tag.METHOD, route.methodName()),
                KeyValue.of(Tag.CALLER, route.caller().tag()),
                KeyValue.of(Tag.PATH, route.path().tag()),
                KeyValue.of(Tag.EXECUTOR, SmartAsyncMeters.executor(route)),
                // Known at the end only, but on every sample
                KeyValue.of(Tag.OUTCOME, SmartAsyncMeters.NONE),
                KeyValue.of(Tag.EXCEPTION, SmartAsyncMeters.NONE));
    }

    private record Observed(Observation observation) implements ObservedCall {

        @Override
        public Object contextValue() {
            return observation;
        }

        @Override
        public Scope openScope() {
            return observation.openScope()::close;
        }

        @Override
        public void onStart() {
            observation.event(START);
        }

        @Override
        public void onEnd(Outcome outcome, @Nullable Throwable error) {
            observation.lowCardinalityKeyValue(KeyValue.of(Tag.OUTCOME, outcome.name()));
            if (error != null) {
                observation.lowCardinalityKeyValue(KeyValue.of(Tag.EXCEPTION, SmartAsyncMeters.exception(error)));
                observation.error(error);
            }
            observation.stop();
        }
    }
}
