package io.smartasync.execution;

import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;

/**
 * The one clock for all timeouts: a daemon thread, started with the first timeout. Calls are ended on other threads, since
 * what depends on them, a fallback say, runs there too and may take its time. Thread-safe.
 */
public final class Timeouts implements DisposableBean {

    private final CustomizableThreadFactory threads = new CustomizableThreadFactory("smartasync-timeout-");
    private final ExecutorService enders = Executors.newCachedThreadPool(threads);
    private final ScheduledThreadPoolExecutor scheduler = new ScheduledThreadPoolExecutor(1, threads) {
        @Override
        protected void terminated() {
            enders.shutdown();
        }
    };

    /** Makes the clock. */
    public Timeouts() {
        threads.setDaemon(true);
        scheduler.setRemoveOnCancelPolicy(true);
    }

    /** Calls {@code action} after {@code delay}; {@code null} once the application is shut down. */
    @Nullable
    Future<?> schedule(Runnable action, Duration delay) {
        try {
            return scheduler.schedule(
                    () -> enders.execute(action), TimeUnit.NANOSECONDS.convert(delay), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException ex) {
            return null; // the application is gone; what it still calls has no limit
        }
    }

    /** Takes no more; what is timed already ends in its time, so that nobody waits for ever. */
    @Override
    public void destroy() {
        scheduler.shutdown();
    }
}
