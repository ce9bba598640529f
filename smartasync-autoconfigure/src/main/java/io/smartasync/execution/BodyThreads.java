package io.smartasync.execution;

import java.lang.reflect.InvocationTargetException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.core.task.TaskRejectedException;

/**
 * The threads of an executor, without its limits. None inherits the inheritable thread-locals of whoever happens to start
 * it: a pooled thread would keep them for all that run on it later. All have the application's class loader, which in an
 * executable jar is not the one that threads have by themselves.
 */
final class BodyThreads {

    private static final Log logger = LogFactory.getLog(BodyThreads.class);

    private BodyThreads() {}

    static ExecutorService of(ExecutorSettings settings, ContextCarrier context, @Nullable ClassLoader classLoader) {
        return settings.concurrencyLimit() == null || settings.virtual()
                ? virtual(settings.threadNamePrefix(), classLoader)
                : pool(settings, settings.concurrencyLimit(), context, classLoader);
    }

    private static ExecutorService pool(
            ExecutorSettings settings, int size, ContextCarrier context, @Nullable ClassLoader classLoader) {
        Pool pool = new Pool(settings, size, context, classLoader);
        pool.allowCoreThreadTimeOut(!settings.keepAlive().isZero());
        return pool;
    }

    /**
     * Whether the current thread runs a task, or what goes on after its body, of which the {@link Chain} knows nothing. Slow:
     * it looks at the stack.
     */
    static boolean isCurrent() {
        return StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE)
                .walk(frames -> frames.anyMatch(frame -> Task.class.isAssignableFrom(frame.getDeclaringClass())));
    }

    /**
     * The current thread is about to wait, or to run what may wait. If it holds no permit any more, because it goes on with
     * what depends on a body, another takes its place until it is back: each permit needs a thread.
     *
     * @return {@code null} if there is no need
     */
    static @Nullable Away leave() {
        return Thread.currentThread() instanceof PoolThread thread ? thread.leave() : null;
    }

    /** Runs, on the thread of another body, perhaps one that has ended, what may wait as long as it likes. */
    static void runReplaced(Runnable work) {
        try (Away away = leave()) {
            work.run();
        }
    }

    /** Interrupts a body, which may run code of its own: a channel that is read is closed by it. Never fails. */
    static void interrupt(Thread thread) {
        try {
            thread.interrupt();
        } catch (Throwable ex) {
            interruptFailed(ex);
        }
    }

    static void interruptFailed(Throwable ex) {
        CallLog.warn(logger, "The interrupt of a body failed in what it waited for", ex);
    }

    /** The time during which another thread takes the place of one that waits. */
    interface Away extends AutoCloseable {

        /** It is back. */
        @Override
        void close();
    }

    /** A thread for each permit, and one more for each thread that is busy without one. Some of these stay, for the next. */
    static final class Pool extends ThreadPoolExecutor {

        private final ContextCarrier context;
        private final @Nullable ClassLoader classLoader;
        private int permits; // guarded by this
        private int beside; // guarded by this
        private int roomBeside; // guarded by this

        Pool(ExecutorSettings settings, int permits, ContextCarrier context, @Nullable ClassLoader classLoader) {
            // Its queue is short: who holds a permit has a thread or will have one at once
            super(
                    permits,
                    permits,
                    TimeUnit.NANOSECONDS.convert(settings.keepAlive()),
                    TimeUnit.NANOSECONDS,
                    new LinkedBlockingQueue<>());
            this.permits = permits;
            this.context = context;
            this.classLoader = classLoader;
            AtomicInteger count = new AtomicInteger();
            setThreadFactory(task -> new PoolThread(this, task, settings.threadNamePrefix() + count.incrementAndGet()));
        }

        @Override
        protected void beforeExecute(Thread thread, Runnable task) {
            // Clears what the last task, or a future's dependents, have left
            thread.setContextClassLoader(classLoader);
            context.clear();
            ((PoolThread) thread).task = task;
        }

        @Override
        protected void afterExecute(Runnable task, @Nullable Throwable failure) {
            ((PoolThread) Thread.currentThread()).task = null;
        }

        @Override
        public void execute(Runnable task) {
            super.execute(task);
            makeSureOfAThread();
        }

        /**
         * A thread that ends because it was idle misses what comes at this moment. The superclass leaves that to the other
         * threads, which may all be waiting for it.
         */
        private void makeSureOfAThread() {
            if (!getQueue().isEmpty()) {
                try {
                    prestartCoreThread();
                } catch (OutOfMemoryError ex) {
                    logger.warn("A thread could not be started; the work waits for another one", ex);
                }
            }
        }

        synchronized void resize(int newPermits) {
            permits = newPermits;
            roomBeside = beside;
            adapt();
        }

        /** Gives {@code work} a thread besides those of the permits; the result has to be run or refused. */
        Task beside(Task work) {
            beside(1);
            return new Beside(this, work);
        }

        private synchronized void beside(int change) {
            beside += change;
            if (beside > roomBeside || (beside == 0 && roomBeside > permits)) {
                roomBeside = Math.max(beside, Math.min(roomBeside, permits));
                adapt();
            }
        }

        private void adapt() {
            int size = (int) Math.min((long) permits + roomBeside, Integer.MAX_VALUE);
            if (size < getMaximumPoolSize()) {
                setCorePoolSize(size);
                setMaximumPoolSize(size);
                return;
            }
            setMaximumPoolSize(size);
            try {
                setCorePoolSize(size);
            } catch (OutOfMemoryError ex) {
                logger.warn("A thread could not be started; the work waits for another one", ex);
            }
        }
    }

    private static final class PoolThread extends Thread {

        private final Pool pool;

        // Used by this thread only
        private @Nullable Runnable task;
        private boolean away;

        PoolThread(Pool pool, Runnable task, String name) {
            super(null, task, name, 0, false);
            this.pool = pool;
            setDaemon(false); // whatever the thread is that happens to start it
        }

        @Override
        public void run() {
            super.run();
            pool.makeSureOfAThread();
        }

        private @Nullable Away leave() {
            if (away || task instanceof Beside || (task instanceof Task known && known.holdsPermit())) {
                return null;
            }
            away = true;
            pool.beside(1);
            return () -> {
                away = false;
                pool.beside(-1);
            };
        }
    }

    private record Beside(Pool pool, Task work) implements Task {

        @Override
        public void run() {
            try {
                work.run();
            } finally {
                pool.beside(-1);
            }
        }

        @Override
        public void refused(TaskRejectedException reason) {
            pool.beside(-1);
            work.refused(reason);
        }
    }

    /**
     * {@code Executors.newThreadPerTaskExecutor(Thread.ofVirtual()...factory())} from Java 17 bytecode. Unlike Spring's
     * executors for virtual threads it can interrupt them, and they inherit nothing.
     */
    private static ExecutorService virtual(String namePrefix, @Nullable ClassLoader classLoader) {
        try {
            Class<?> builderType = Class.forName("java.lang.Thread$Builder");
            Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
            builder = builderType
                    .getMethod("inheritInheritableThreadLocals", boolean.class)
                    .invoke(builder, false);
            ThreadFactory unnamed =
                    (ThreadFactory) builderType.getMethod("factory").invoke(builder);
            AtomicLong count = new AtomicLong();
            ThreadFactory named = task -> {
                Thread thread = unnamed.newThread(task);
                thread.setContextClassLoader(classLoader);
                thread.setName(namePrefix + count.incrementAndGet()); // the builder's own names take 90 bytes more
                return thread;
            };
            return (ExecutorService) Executors.class
                    .getMethod("newThreadPerTaskExecutor", ThreadFactory.class)
                    .invoke(null, named);
        } catch (ClassNotFoundException
                | NoSuchMethodException
                | IllegalAccessException
                | InvocationTargetException ex) {
            throw new IllegalStateException("Virtual threads need Java 21", ex);
        }
    }
}
