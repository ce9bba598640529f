package io.smartasync.plan;

import io.smartasync.BlockingCallPolicy;
import io.smartasync.Caller;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What {@code application.yml} says of plans.
 *
 * @param routes which executors serve which caller; has an entry for each
 * @param rules tried in this order, the first match wins
 * @param defaultTimeout limits what leaves the caller's thread, {@code null} for no limit
 * @param onBlockingCall what happens to a plain value asked for on an event loop
 * @param debug whether all methods log their calls
 */
public record PlanSettings(
        Map<Caller, ExecutorRoute> routes,
        List<Rule> rules,
        @Nullable Duration defaultTimeout,
        BlockingCallPolicy onBlockingCall,
        boolean debug) {

    /** Copies what it is given. */
    public PlanSettings {
        routes = Map.copyOf(routes);
        rules = List.copyOf(rules);
    }

    ExecutorRoute route(Caller caller) {
        ExecutorRoute route = routes.get(caller);
        if (route == null) {
            throw new IllegalStateException("No route for " + caller);
        }
        return route;
    }
}
