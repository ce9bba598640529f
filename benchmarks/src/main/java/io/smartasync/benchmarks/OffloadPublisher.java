package io.smartasync.benchmarks;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.smartasync.SmartAsync;
import io.smartasync.Workload;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
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
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** A method that returns a publisher and may block, run on an executor at each subscription. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class OffloadPublisher {

    @Param({"platform", "virtual"})
    public String threads;

    @Param({"1", "64"})
    public int inFlight;

    private ConfigurableApplicationContext context;
    private Service service;
    private ExecutorService executor;
    private Scheduler scheduler;
    private Semaphore permits;
    private Timer calls;
    private Timer waits;
    private CompletableFuture<?>[] results;

    /** Starts an application, and an executor of the same kind for the peer. */
    @Setup
    public void start() throws ReflectiveOperationException {
        context = Contexts.start(Service.class, "smartasync.executors.io.threads=" + threads);
        service = context.getBean(Service.class);
        if (threads.equals("virtual")) {
            executor = (ExecutorService)
                    Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
        } else {
            ThreadPoolTaskExecutor pool = OffloadFuture.pool();
            pool.initialize();
            executor = pool.getThreadPoolExecutor();
        }
        scheduler = Schedulers.fromExecutorService(executor);
        permits = new Semaphore(threads.equals("virtual") ? Integer.MAX_VALUE : OffloadFuture.THREADS);
        calls = ByHand.timer("by-hand", context.getBean(MeterRegistry.class));
        waits = ByHand.timer("by-hand.wait", context.getBean(MeterRegistry.class));
        results = new CompletableFuture<?>[inFlight];
    }

    /** Ends both. */
    @TearDown
    public void stop() {
        context.close();
        scheduler.dispose();
        executor.shutdownNow();
    }

    @Benchmark
    public Object boundedElastic() {
        return all(() -> Mono.fromCallable(() -> "x").subscribeOn(Schedulers.boundedElastic()));
    }

    @Benchmark
    public Object boundedElasticControl() {
        return all(() -> Mono.fromCallable(() -> "x").subscribeOn(Schedulers.boundedElastic()));
    }

    @Benchmark
    public Object fromExecutorService() {
        return all(() -> Mono.fromCallable(() -> "x").subscribeOn(scheduler));
    }

    /** The least that one would write to have the limit and the timers of ours. */
    @Benchmark
    public Object byHand() {
        return all(() -> Mono.defer(() -> {
            if (!permits.tryAcquire()) {
                return Mono.error(new RejectedExecutionException());
            }
            long start = System.nanoTime();
            return Mono.fromCallable(() -> {
                        waits.record(System.nanoTime() - start, TimeUnit.NANOSECONDS);
                        return "x";
                    })
                    .subscribeOn(scheduler)
                    .doOnTerminate(() -> ended(start))
                    .doOnCancel(() -> ended(start));
        }));
    }

    private void ended(long start) {
        permits.release();
        calls.record(System.nanoTime() - start, TimeUnit.NANOSECONDS);
    }

    @Benchmark
    public Object smartAsync() {
        return all(() -> service.smart("x"));
    }

    private Object all(Supplier<Mono<String>> call) {
        for (int i = 0; i < inFlight; i++) {
            results[i] = call.get().toFuture();
        }
        Object last = null;
        for (CompletableFuture<?> result : results) {
            last = result.join();
        }
        return last;
    }

    /** The bean. */
    public static class Service {

        @SmartAsync(workload = Workload.IO)
        public Mono<String> smart(String id) {
            return Mono.just(id);
        }
    }
}
