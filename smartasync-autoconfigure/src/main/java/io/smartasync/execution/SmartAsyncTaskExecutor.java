package io.smartasync.execution;

import io.smartasync.ExecutorState;
import java.lang.reflect.InvocationTargetException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.core.task.AsyncTaskExecutor;
import org.springframework.core.task.TaskRejectedException;
import org.springframework.core.task.VirtualThreadTaskExecutor;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;

/**
 * One executor of {@code smartasync.executors}, on virtual or platform threads: at most so many bodies run, at most so
 * many wait in FIFO order, the next is rejected. Submitting never blocks and never runs a task on the submitting thread.
 * Thread-safe.
 *
 * <p>A permit is held until the work is done, which for a future or publisher is later than the return of the body.
 * That is why the queue stands before the threads and not in their pool.
 */
public final class SmartAsyncTaskExecutor implements AsyncTaskExecutor, BodyExecutor, ExecutorState, DisposableBean {

    private static final Log logger = LogFactory.getLog(SmartAsyncTaskExecutor.class);

    private final ExecutorSettings settings;
    private final ExecutorService threads;
    private final Permits<Task> permits;
    private final CountDownLatch idle = new CountDownLatch(1);
    private volatile boolean closed;
    private final LongAdder completed = new LongAdder();

    /** Makes the executor; it starts threads when there is work for them. */
    public SmartAsyncTaskExecutor(ExecutorSettings settings) {
        this.settings = settings;
        this.threads = settings.virtual() ? virtualThreads(settings) : platformThreads(settings);
        Integer limit = settings.concurrencyLimit();
        this.permits = new Permits<>(limit == null ? Permits.UNLIMITED : limit, settings.queueCapacity(), this::start);
    }

    @Override
    public String name() {
        return settings.name();
    }

    @Override
    public boolean isVirtual() {
        return settings.virtual();
    }

    @Override
    public @Nullable Integer concurrencyLimit() {
        return settings.concurrencyLimit();
    }

    @Override
    public int queueCapacity() {
        return settings.queueCapacity();
    }

    @Override
    public int active() {
        return permits.running();
    }

    @Override
    public int queued() {
        return permits.waiting();
    }

    @Override
    public long completed() {
        return completed.sum();
    }

    @Override
    public int threads() {
        return threads instanceof ThreadPoolExecutor pool ? pool.getPoolSize() : active();
    }

    /**
     * Runs a task that is done when it returns.
     *
     * @throws TaskRejectedException if as many tasks as may wait already do, or after shutdown
     */
    @Override
    public void execute(Runnable task) {
        submit(new PlainTask(task));
    }

    @Override
    public void submit(Task task) {
        if (closed) {
            task.refused(shutDown());
        } else if (!permits.admit(task)) {
            task.refused(new TaskRejectedException("smartasync.executors." + name() + " is full: " + active()
                    + " bodies run and " + settings.queueCapacity()
                    + " wait. Raise its concurrency-limit or queue-capacity, or call less often."));
        }
    }

    @Override
    public boolean withdraw(Task task) {
        return permits.withdraw(task);
    }

    @Override
    public void resume(Task work) {
        start(work);
    }

    @Override
    public void ended() {
        completed.increment();
        permits.release();
        if (closed && permits.isIdle()) {
            idle.countDown();
        }
    }

    private boolean start(Task task) {
        try {
            threads.execute(task);
            return true;
        } catch (RejectedExecutionException ex) {
            task.refused(shutDown());
            return false;
        }
    }

    /** Refuses new work, lets work in flight finish within the await period, then interrupts it. */
    @Override
    public void destroy() {
        closed = true;
        try {
            if (!permits.isIdle() && !idle.await(settings.awaitTermination().toNanos(), TimeUnit.NANOSECONDS)) {
                logger.warn("smartasync.executors." + name() + ": " + active() + " bodies still run and " + queued()
                        + " wait after " + settings.awaitTermination() + "; they are interrupted");
            }
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        } finally {
            threads.shutdownNow();
        }
    }

    private TaskRejectedException shutDown() {
        return new TaskRejectedException("smartasync.executors." + name() + " is shut down, since the application is");
    }

    /** A task of somebody who knows this executor as a {@code TaskExecutor} only. */
    private final class PlainTask implements Task {

        private final Runnable work;

        PlainTask(Runnable work) {
            this.work = work;
        }

        @Override
        public void run() {
            try {
                work.run();
            } finally {
                ended();
            }
        }

        @Override
        public void refused(TaskRejectedException reason) {
            throw reason;
        }
    }

    private static ExecutorService platformThreads(ExecutorSettings settings) {
        int limit = settings.concurrencyLimit() == null ? 1 : settings.concurrencyLimit();
        // The queue here is short: who holds a permit has a thread or will have one at once
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                limit,
                limit,
                settings.keepAlive().toNanos(),
                TimeUnit.NANOSECONDS,
                new LinkedBlockingQueue<>(),
                new CustomizableThreadFactory(settings.threadNamePrefix()));
        pool.allowCoreThreadTimeOut(!settings.keepAlive().isZero());
        return pool;
    }

    /** {@code Executors.newThreadPerTaskExecutor} from Java 17 bytecode; unlike Spring's it can interrupt its threads. */
    private static ExecutorService virtualThreads(ExecutorSettings settings) {
        ThreadFactory factory = new VirtualThreadTaskExecutor(settings.threadNamePrefix()).getVirtualThreadFactory();
        try {
            return (ExecutorService) Executors.class
                    .getMethod("newThreadPerTaskExecutor", ThreadFactory.class)
                    .invoke(null, factory);
        } catch (NoSuchMethodException | IllegalAccessException | InvocationTargetException ex) {
            throw new IllegalStateException("Virtual threads need Java 21", ex);
        }
    }
}
