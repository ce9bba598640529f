package io.smartasync.benchmarks;

import io.github.resilience4j.bulkhead.annotation.Bulkhead;
import io.github.resilience4j.timelimiter.annotation.TimeLimiter;
import io.smartasync.SmartAsync;
import java.lang.reflect.InvocationTargetException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
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
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
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
 * executors of their own of the same kind and size, without the limits and meters of ours.
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
    private Service service;
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
                "resilience4j.thread-pool-bulkhead.instances.peer.core-thread-pool-size=" + THREADS,
                "resilience4j.thread-pool-bulkhead.instances.peer.max-thread-pool-size=" + THREADS,
                "resilience4j.thread-pool-bulkhead.instances.peer.queue-capacity=10000",
                "resilience4j.timelimiter.instances.peer.timeout-duration=10s");
        service = context.getBean(Service.class);
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
        return all(() -> service.async("x"));
    }

    @Benchmark
    public Object asyncControl() {
        return all(() -> service.async("x"));
    }

    @Benchmark
    public Object asyncWithContext(TwoEntries mdc) {
        return all(() -> service.asyncWithContext("x"));
    }

    @Benchmark
    public Object rawThreads(Raw raw) {
        return all(() -> CompletableFuture.supplyAsync(() -> "x", raw.threads));
    }

    @Benchmark
    public Object bulkheadAndTimeLimiter() {
        return all(() -> service.limited("x"));
    }

    @Benchmark
    public Object asyncWithConcurrencyLimit() {
        return all(() -> service.concurrencyLimited("x"));
    }

    @Benchmark
    public Object smartAsync() {
        return all(() -> service.smart("x"));
    }

    @Benchmark
    public Object smartAsyncWithContext(TwoEntries mdc) {
        return all(() -> service.smart("x"));
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

    /** The JDK's own threads, as near as one gets. */
    @State(Scope.Benchmark)
    public static class Raw {

        ExecutorService threads;

        /** A virtual thread per task where the JDK has them. */
        @Setup
        public void start(OffloadFuture benchmark) throws ReflectiveOperationException {
            threads = benchmark.threads.equals("virtual")
                    ? virtualThreadPerTask()
                    : Executors.newFixedThreadPool(THREADS);
        }

        private static ExecutorService virtualThreadPerTask()
                throws NoSuchMethodException, IllegalAccessException, InvocationTargetException {
            return (ExecutorService)
                    Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
        }

        /** Ends the threads. */
        @TearDown
        public void stop() {
            threads.shutdownNow();
        }
    }

    /** One method for each way of running it elsewhere. */
    public static class Service {

        @Async("peer")
        public CompletableFuture<String> async(String id) {
            return CompletableFuture.completedFuture(id);
        }

        @Async("peerWithContext")
        public CompletableFuture<String> asyncWithContext(String id) {
            return CompletableFuture.completedFuture(id);
        }

        @Bulkhead(name = "peer", type = Bulkhead.Type.THREADPOOL)
        @TimeLimiter(name = "peer")
        public CompletableFuture<String> limited(String id) {
            return CompletableFuture.completedFuture(id);
        }

        @Async("peer")
        @ConcurrencyLimit(THREADS)
        public CompletableFuture<String> concurrencyLimited(String id) {
            return CompletableFuture.completedFuture(id);
        }

        @SmartAsync
        public CompletableFuture<String> smart(String id) {
            return CompletableFuture.completedFuture(id);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAsync
    @EnableResilientMethods
    static class Beans {

        @Value("${peers.threads}")
        private String threads;

        @Bean
        Service service() {
            return new Service();
        }

        @Bean
        AsyncTaskExecutor peer() {
            return executor(task -> task);
        }

        @Bean
        AsyncTaskExecutor peerWithContext() {
            return executor(new ContextPropagatingTaskDecorator());
        }

        private AsyncTaskExecutor executor(TaskDecorator decorator) {
            if (threads.equals("virtual")) {
                TaskExecutorAdapter virtual = new TaskExecutorAdapter(new VirtualThreadTaskExecutor("peer-"));
                virtual.setTaskDecorator(decorator);
                return virtual;
            }
            ThreadPoolTaskExecutor pool = new ThreadPoolTaskExecutor();
            pool.setCorePoolSize(THREADS);
            pool.setMaxPoolSize(THREADS);
            pool.setTaskDecorator(decorator);
            pool.initialize();
            return pool;
        }
    }
}
