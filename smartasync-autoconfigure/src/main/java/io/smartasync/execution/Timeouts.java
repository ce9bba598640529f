package io.smartasync.execution;

import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;

/**
 * The one clock for all timeouts: a daemon thread, started with the first timeout. Calls are ended on other threads, since
 * what depends on them, a fallback say, runs there too and may take its time. Thread-safe.
 */
public final class Timeouts implements DisposableBean {

    private final ContextCarrier context;
    private final @Nullable ClassLoader classLoader;
    private final AtomicInteger count = new AtomicInteger();
    private final ExecutorService enders = Executors.newCachedThreadPool(this::thread);
    private final ScheduledThreadPoolExecutor scheduler = new ScheduledThreadPoolExecutor(1, this::thread) {
        @Override
        protected void terminated() {
            enders.shutdown();
        }
    };

    /**
     * Makes the clock.
     *
     * @param context takes away what those who depend on a call that timed out have left on its thread
     * @param classLoader what those who depend on a call that timed out find as the context class loader
     */
    public Timeouts(ContextCarrier context, @Nullable ClassLoader classLoader) {
        this.context = context;
        this.classLoader = classLoader;
        scheduler.setRemoveOnCancelPolicy(true);
    }

    /** Like the threads of bodies, it inherits nothing from whoever happens to make the first call. */
    private Thread thread(Runnable task) {
        Thread thread = new Thread(null, task, "smartasync-timeout-" + count.incrementAndGet(), 0, false);
        thread.setDaemon(true);
        thread.setContextClassLoader(classLoader);
        return thread;
    }

    /** Calls {@code action} after {@code delay}; {@code null} once the application is shut down. */
    @Nullable
    Future<?> schedule(Runnable action, Duration delay) {
        try {
            return scheduler.schedule(() -> end(action), TimeUnit.NANOSECONDS.convert(delay), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException ex) {
            return null; // the application is gone; what it still calls has no limit
        } catch (OutOfMemoryError ex) {
            return null; // the clock's thread can't be started; it will be by one of the next calls, and end this one
            // too
        }
    }

    /** Calls {@code action}, which is due at the end of a call and may take its time, on another thread. */
    void end(Runnable action) {
        try {
            enders.execute(() -> {
                context.clear();
                action.run();
            });
        } catch (RejectedExecutionException | OutOfMemoryError ex) {
            // The application is gone, or no thread can be started; who waits for the end must not wait for ever
            action.run();
        }
    }

    /** Takes no more; what is timed already ends in its time, so that nobody waits for ever. */
    @Override
    public void destroy() {
        scheduler.shutdown();
    }
}
