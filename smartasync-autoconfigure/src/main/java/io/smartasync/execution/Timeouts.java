package io.smartasync.execution;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;

/** The one clock for all timeouts: a single daemon thread, started with the first timeout. Thread-safe. */
public final class Timeouts implements DisposableBean {

    private final ScheduledThreadPoolExecutor scheduler;

    /** Makes the clock. */
    public Timeouts() {
        CustomizableThreadFactory threads = new CustomizableThreadFactory("smartasync-timeout-");
        threads.setDaemon(true);
        scheduler = new ScheduledThreadPoolExecutor(1, threads);
        scheduler.setRemoveOnCancelPolicy(true);
    }

    /** Calls {@code action} after {@code delay}; {@code null} once the application is shut down. */
    @Nullable
    Future<?> schedule(Runnable action, Duration delay) {
        try {
            return scheduler.schedule(action, TimeUnit.NANOSECONDS.convert(delay), TimeUnit.NANOSECONDS);
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
