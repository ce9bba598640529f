package io.smartasync.benchmarks;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.aspectj.lang.ProceedingJoinPoint;
import org.aspectj.lang.annotation.Around;
import org.aspectj.lang.annotation.Aspect;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.convert.DurationStyle;

/**
 * The least that one would write to have the limit, both timers with their buckets, and the cancel that interrupts. It asks
 * nothing of the caller, carries no context, and has no timeout, queue, endpoint or shutdown.
 */
@Aspect
public final class ByHand {

    private final Executor threads;
    private final Semaphore permits;
    private final Timer calls;
    private final Timer waits;

    ByHand(Executor threads, int limit, MeterRegistry registry) {
        this.threads = threads;
        this.permits = new Semaphore(limit);
        this.calls = timer("by-hand", registry);
        this.waits = timer("by-hand.wait", registry);
    }

    static Timer timer(String name, MeterRegistry registry) {
        return Timer.builder(name)
                .serviceLevelObjectives(Stream.of(Direct.BUCKETS.split(","))
                        .map(DurationStyle::detectAndParse)
                        .toArray(Duration[]::new))
                .register(registry);
    }

    /** What the aspect looks for. */
    @Retention(RetentionPolicy.RUNTIME)
    public @interface Offloaded {}

    /** Hands a call over. */
    @Around("execution(@io.smartasync.benchmarks.ByHand.Offloaded * *(..))")
    public Object run(ProceedingJoinPoint joinPoint) {
        if (!permits.tryAcquire()) {
            throw new RejectedExecutionException();
        }
        Call call = new Call(joinPoint);
        threads.execute(call);
        return call;
    }

    private final class Call extends CompletableFuture<@Nullable Object> implements Runnable {

        private final ProceedingJoinPoint joinPoint;
        private final long start = System.nanoTime();
        private @Nullable Thread runner; // guarded by this

        Call(ProceedingJoinPoint joinPoint) {
            this.joinPoint = joinPoint;
        }

        @Override
        public void run() {
            waits.record(System.nanoTime() - start, TimeUnit.NANOSECONDS);
            runOn(Thread.currentThread());
            Object result = null;
            Throwable failure = null;
            try {
                result = ((CompletableFuture<?>) joinPoint.proceed()).join();
            } catch (Throwable ex) {
                failure = ex;
            }
            runOn(null);
            Thread.interrupted();
            permits.release();
            calls.record(System.nanoTime() - start, TimeUnit.NANOSECONDS);
            if (failure == null) {
                complete(result);
            } else {
                completeExceptionally(failure);
            }
        }

        private synchronized void runOn(@Nullable Thread thread) {
            runner = thread;
        }

        @Override
        public synchronized boolean cancel(boolean interrupt) {
            if (interrupt && runner != null) {
                runner.interrupt();
            }
            return super.cancel(interrupt);
        }
    }
}
