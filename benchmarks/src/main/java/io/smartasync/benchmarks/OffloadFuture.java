package io.smartasync.benchmarks;

import io.github.resilience4j.bulkhead.annotation.Bulkhead;
import io.github.resilience4j.timelimiter.annotation.TimeLimiter;
import io.micrometer.core.annotation.Timed;
import io.micrometer.core.aop.TimedAspect;
import io.micrometer.core.instrument.MeterRegistry;
import io.smartasync.SmartAsync;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.slf4j.MDC;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.task.AsyncTaskExecutor;
import org.springframework.core.task.TaskDecorator;
import org.springframework.core.task.VirtualThreadTaskExecutor;
import org.springframework.core.task.support.ContextPropagatingTaskDecorator;
import org.springframework.core.task.support.TaskExecutorAdapter;
import org.springframework.resilience.annotation.ConcurrencyLimit;
import org.springframework.resilience.annotation.EnableResilientMethods;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;

/**
 * A method that returns a future, run on an executor: so many calls are made, then all results are awaited. The peers have
 * executors of their own of the same kind and size, without the limits and meters of ours; but one has a timer with the same
 * buckets, and takes the context along.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class OffloadFuture {

    /** How many threads a pool has; the default of SmartAsync's. */
    static final int THREADS = 64;

    @Param({"platform", "virtual"})
    public String threads;

    @Param({"1", "64"})
    public int inFlight;

    private ConfigurableApplicationContext context;
    private WithAsync async;
    private WithAsyncAndContext asyncWithContext;
    private WithAsyncTimerAndContext asyncAndTimed;
    private WithByHand byHand;
    private WithBulkhead limited;
    private WithConcurrencyLimit concurrencyLimited;
    private Smart smart;
    private Executor executor;
    private CompletableFuture<?>[] results;

    /** Starts an application. */
    @Setup
    public void start() {
        Contexts.propagateMdc();
        context = Contexts.start(
                Beans.class,
                "smartasync.executors.io.threads=" + threads,
                "peers.threads=" + threads,
                "management.metrics.distribution.slo.timed=" + Direct.BUCKETS,
                "resilience4j.thread-pool-bulkhead.instances.peer.core-thread-pool-size=" + THREADS,
                "resilience4j.thread-pool-bulkhead.instances.peer.max-thread-pool-size=" + THREADS,
                "resilience4j.thread-pool-bulkhead.instances.peer.queue-capacity=10000",
                "resilience4j.timelimiter.instances.peer.timeout-duration=10s");
        async = context.getBean(WithAsync.class);
        asyncWithContext = context.getBean(WithAsyncAndContext.class);
        asyncAndTimed = context.getBean(WithAsyncTimerAndContext.class);
        byHand = context.getBean(WithByHand.class);
        limited = context.getBean(WithBulkhead.class);
        concurrencyLimited = context.getBean(WithConcurrencyLimit.class);
        smart = context.getBean(Smart.class);
        executor = context.getBean("peer", AsyncTaskExecutor.class);
        results = new CompletableFuture<?>[inFlight];
    }

    /** Ends the application. */
    @TearDown
    public void stop() {
        context.close();
    }

    @Benchmark
    public Object supplyAsync() {
        return all(() -> CompletableFuture.supplyAsync(() -> "x", executor));
    }

    @Benchmark
    public Object async() {
        return all(() -> async.call("x"));
    }

    @Benchmark
    public Object asyncControl() {
        return all(() -> async.call("x"));
    }

    @Benchmark
    public Object asyncWithContext(TwoEntries mdc) {
        return all(() -> asyncWithContext.call("x"));
    }

    @Benchmark
    public Object asyncAndTimed() {
        return all(() -> asyncAndTimed.call("x"));
    }

    @Benchmark
    public Object asyncAndTimedWithContext(TwoEntries mdc) {
        return all(() -> asyncAndTimed.call("x"));
    }

    @Benchmark
    public Object byHand() {
        return all(() -> byHand.call("x"));
    }

    @Benchmark
    public Object rawThreads(Raw raw) {
        return all(() -> CompletableFuture.supplyAsync(() -> "x", raw.threads));
    }

    @Benchmark
    public Object bulkheadAndTimeLimiter() {
        return all(() -> limited.call("x"));
    }

    @Benchmark
    public Object asyncWithConcurrencyLimit() {
        return all(() -> concurrencyLimited.call("x"));
    }

    @Benchmark
    public Object smartAsync() {
        return all(() -> smart.call("x"));
    }

    @Benchmark
    public Object smartAsyncWithContext(TwoEntries mdc) {
        return all(() -> smart.call("x"));
    }

    private Object all(Supplier<CompletableFuture<String>> call) {
        for (int i = 0; i < inFlight; i++) {
            results[i] = call.get();
        }
        Object last = null;
        for (CompletableFuture<?> result : results) {
            last = result.join();
        }
        return last;
    }

    /** Something to propagate. */
    @State(Scope.Thread)
    public static class TwoEntries {

        /** On the thread that calls. */
        @Setup
        public void put() {
            MDC.setContextMap(Map.of("request", "42", "tenant", "acme"));
        }

        /** Leaves nothing. */
        @TearDown
        public void clear() {
            MDC.clear();
        }
    }

    /** The JDK's own threads, a new one for each call. */
    @State(Scope.Benchmark)
    public static class Raw {

        Executor threads;

        /** Virtual ones where the JDK has them. */
        @Setup
        public void start(OffloadFuture benchmark) throws ReflectiveOperationException {
            threads = benchmark.threads.equals("virtual")
                    ? (Executor) Executors.class
                            .getMethod("newVirtualThreadPerTaskExecutor")
                            .invoke(null)
                    : task -> new Thread(task).start();
        }
    }

    /** Idle threads end after a minute, as ours do and Boot's own: to wait with a timeout takes longer. */
    static ThreadPoolTaskExecutor pool() {
        ThreadPoolTaskExecutor pool = new ThreadPoolTaskExecutor();
        pool.setCorePoolSize(THREADS);
        pool.setMaxPoolSize(THREADS);
        pool.setAllowCoreThreadTimeOut(true);
        return pool;
    }

    /** One bean for each way of running it elsewhere, so that none has the advice of another. */
    public static class WithAsync {

        @Async("peer")
        public CompletableFuture<String> call(String id) {
            return CompletableFuture.completedFuture(id);
        }
    }

    /** Spring's, with the context. */
    public static class WithAsyncAndContext {

        @Async("peerWithContext")
        public CompletableFuture<String> call(String id) {
            return CompletableFuture.completedFuture(id);
        }
    }

    /** Spring's, with the context and a timer of the body. */
    public static class WithAsyncTimerAndContext {

        @Async("peerWithContext")
        @Timed("timed")
        public CompletableFuture<String> call(String id) {
            return CompletableFuture.completedFuture(id);
        }
    }

    /** One's own, with the limit and the timers of ours. */
    public static class WithByHand {

        @ByHand.Offloaded
        public CompletableFuture<String> call(String id) {
            return CompletableFuture.completedFuture(id);
        }
    }

    /** Resilience4j's. */
    public static class WithBulkhead {

        @Bulkhead(name = "peer", type = Bulkhead.Type.THREADPOOL)
        @TimeLimiter(name = "peer")
        public CompletableFuture<String> call(String id) {
            return CompletableFuture.completedFuture(id);
        }
    }

    /** Spring's, with its limit. */
    public static class WithConcurrencyLimit {

        @Async("peer")
        @ConcurrencyLimit(THREADS)
        public CompletableFuture<String> call(String id) {
            return CompletableFuture.completedFuture(id);
        }
    }

    /** Ours. */
    public static class Smart {

        @SmartAsync
        public CompletableFuture<String> call(String id) {
            return CompletableFuture.completedFuture(id);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAsync
    @EnableResilientMethods
    @Import({
        WithAsync.class,
        WithAsyncAndContext.class,
        WithAsyncTimerAndContext.class,
        WithByHand.class,
        WithBulkhead.class,
        WithConcurrencyLimit.class,
        Smart.class
    })
    static class Beans {

        @Value("${peers.threads}")
        private String threads;

        @Bean
        AsyncTaskExecutor peer() {
            return executor(task -> task);
        }

        @Bean
        AsyncTaskExecutor peerWithContext() {
            return executor(new ContextPropagatingTaskDecorator());
        }

        @Bean
        ByHand byHand(@Qualifier("peer") AsyncTaskExecutor peer, MeterRegistry registry) {
            return new ByHand(peer, threads.equals("virtual") ? Integer.MAX_VALUE : THREADS, registry);
        }

        @Bean
        TimedAspect timedAspect(MeterRegistry registry) {
            return new TimedAspect(registry);
        }

        private AsyncTaskExecutor executor(TaskDecorator decorator) {
            if (threads.equals("virtual")) {
                TaskExecutorAdapter virtual = new TaskExecutorAdapter(new VirtualThreadTaskExecutor("peer-"));
                virtual.setTaskDecorator(decorator);
                return virtual;
            }
            ThreadPoolTaskExecutor pool = pool();
            pool.setTaskDecorator(decorator);
            pool.initialize();
            return pool;
        }
    }
}
