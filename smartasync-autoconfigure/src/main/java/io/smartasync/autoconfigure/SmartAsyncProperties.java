package io.smartasync.autoconfigure;

import io.smartasync.BlockingCallPolicy;
import io.smartasync.Workload;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The {@code smartasync.*} properties, as they stand in {@code application.yml}.
 *
 * @param enabled Whether SmartAsync does anything. Without it calls run as they are written, and there are no bridges,
 *     operations or executors.
 * @param order Order of the interception among other advice. By default inside method security, outside transactions and
 *     caches.
 * @param defaultTimeout Timeout of calls that leave their caller's thread, go through a bridge or await a result, unless they
 *     name one.
 * @param debug Whether each call is logged with one line, and futures and publishers are watched for results that nobody
 *     takes. Not for production load.
 * @param selfInvocation What to do at startup about a bean that calls its own @SmartAsync methods, which no proxy sees.
 * @param executors Executors by name. "io" and "cpu" exist without being written here.
 * @param routes Executors that serve each kind of caller.
 * @param rules Settings for methods that match a pattern. The first match wins and beats the annotation.
 * @param eventLoop Event loops.
 * @param contextPropagation Context of the caller.
 * @param metrics Meters.
 * @param observations Observations, and by them traces.
 * @param findings Findings of the endpoint.
 */
@ConfigurationProperties("smartasync")
public record SmartAsyncProperties(
        @DefaultValue("true") boolean enabled,
        @DefaultValue("1000") int order,
        @Nullable Duration defaultTimeout,
        @DefaultValue("false") boolean debug,
        @DefaultValue("warn") SelfInvocation selfInvocation,
        @DefaultValue Map<String, Executor> executors,
        @DefaultValue Routes routes,
        @DefaultValue List<Rule> rules,
        @DefaultValue EventLoop eventLoop,
        @DefaultValue ContextPropagation contextPropagation,
        @DefaultValue Metrics metrics,
        @DefaultValue Observations observations,
        @DefaultValue Findings findings) {

    /** What to do about a bean that calls its own methods. */
    public enum SelfInvocation {

        /** One warning at startup for each pair of methods. */
        WARN,

        /** The application does not start. */
        FAIL,

        /** No class file is read. */
        IGNORE
    }

    /** Kind of threads of an executor. */
    public enum Threads {

        /**
         * Virtual threads on Java 24 or later, on Java 21 to 23 only if spring.threads.virtual.enabled is set; otherwise,
         * and for the executor "cpu", platform threads.
         */
        AUTO,

        /** A virtual thread for each body. Needs Java 21. */
        VIRTUAL,

        /** A pool of platform threads. */
        PLATFORM
    }

    /**
     * One executor.
     *
     * @param threads Kind of threads that run the bodies.
     * @param concurrencyLimit Number of bodies that may run at once. By default none on virtual threads; on platform threads
     *     64, and for "cpu" the number of cores.
     * @param queueCapacity Number of bodies that may wait for the limit. More are rejected.
     * @param keepAlive Time after which an idle platform thread ends. With "0s" it never does.
     * @param threadNamePrefix Prefix of the names of the threads. By default "smartasync-", the name of the executor and
     *     "-".
     * @param shutdown Shutdown of the executor.
     */
    public record Executor(
            @DefaultValue("auto") Threads threads,
            @Nullable Integer concurrencyLimit,
            @DefaultValue("10000") int queueCapacity,
            @DefaultValue("60s") Duration keepAlive,
            @Nullable String threadNamePrefix,
            @DefaultValue Shutdown shutdown) {}

    /**
     * Shutdown of an executor.
     *
     * @param awaitTerminationPeriod Time that work in flight may take before it is interrupted.
     */
    public record Shutdown(@DefaultValue("30s") Duration awaitTerminationPeriod) {}

    /**
     * Executors that serve each kind of caller.
     *
     * @param platform Calls from plain platform threads.
     * @param servlet Calls from platform threads that serve a servlet request.
     * @param virtual Calls from virtual threads.
     * @param eventLoop Calls from event loops.
     */
    public record Routes(
            @DefaultValue Route platform,
            @DefaultValue Route servlet,
            @DefaultValue Route virtual,
            @DefaultValue Route eventLoop) {}

    /**
     * Executors that serve one kind of caller.
     *
     * @param io Name of the executor for bodies that may block.
     * @param cpu Name of the executor for bodies that compute for long.
     */
    public record Route(
            @DefaultValue("io") String io,
            @DefaultValue("cpu") String cpu) {}

    /**
     * Settings for methods that match a pattern.
     *
     * @param method Pattern of the form "[package.]Class#method", with * for any characters.
     * @param executor Name of the executor that runs the body.
     * @param workload What the body does to the thread that runs it.
     * @param timeout Time that a call may take.
     * @param debug Whether each call is logged with one line, and futures and publishers are watched for results that nobody
     *     takes. Not for production load.
     */
    public record Rule(
            @DefaultValue("") String method,
            @Nullable String executor,
            @Nullable Workload workload,
            @Nullable Duration timeout,
            @Nullable Boolean debug) {}

    /**
     * Event loops.
     *
     * @param onBlockingCall What happens when an event loop calls a method that returns a plain value and may block.
     * @param offloadBlockingHandlers Whether WebFlux runs handler methods that may block, by their signature or annotation, on
     *     the executor that the route of event loops names. What Spring Boot or the application configures for them wins.
     * @param threadNamePatterns Names of threads to take for event loops besides those that are recognised, with * for any
     *     characters.
     */
    public record EventLoop(
            @DefaultValue("fail") BlockingCallPolicy onBlockingCall,
            @DefaultValue("true") boolean offloadBlockingHandlers,
            @DefaultValue List<String> threadNamePatterns) {}

    /**
     * Context of the caller.
     *
     * @param enabled Whether the context of the caller (MDC, observation, security, locale and all that is registered with
     *     Micrometer's context propagation) goes along with a body that runs elsewhere.
     */
    public record ContextPropagation(@DefaultValue("true") boolean enabled) {}

    /**
     * Findings of the endpoint.
     *
     * @param minimumSamples Number of calls below which nothing is reported.
     * @param slow 95th percentile of a method's calls above which it is reported, if most of the time is waiting for an
     *     executor.
     * @param eventLoopHeld 99th percentile of the time that a method's bodies hold an event loop above which it is reported.
     * @param concurrentCallers Average number of calls of a method under way at once above which it is reported.
     */
    public record Findings(
            @DefaultValue("20") long minimumSamples,
            @DefaultValue("500ms") Duration slow,
            @DefaultValue("20ms") Duration eventLoopHeld,
            @DefaultValue("100") int concurrentCallers) {}

    /**
     * Observations, and by them traces.
     *
     * @param enabled Whether each call is a Micrometer observation, and so a span where the application traces.
     */
    public record Observations(@DefaultValue("false") boolean enabled) {}

    /**
     * Meters.
     *
     * @param enabled Whether calls and executors are recorded on the meter registry.
     * @param slo Upper bounds of the buckets of the timers.
     */
    public record Metrics(
            @DefaultValue("true") boolean enabled,

            @DefaultValue({"1ms", "5ms", "10ms", "25ms", "50ms", "100ms", "250ms", "500ms", "1s", "2500ms", "5s", "10s"
            })
            List<Duration> slo) {}
}
