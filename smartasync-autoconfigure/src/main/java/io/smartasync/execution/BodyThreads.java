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
import org.jspecify.annotations.Nullable;

/**
 * The threads of an executor, without its limits. None inherits the inheritable thread-locals of whoever happens to start
 * it: a pooled thread would keep them for all that run on it later. All have the application's class loader, which in an
 * executable jar is not the one that threads have by themselves.
 */
final class BodyThreads {

    private BodyThreads() {}

    static ExecutorService of(ExecutorSettings settings, @Nullable ClassLoader classLoader) {
        return settings.concurrencyLimit() == null || settings.virtual()
                ? virtual(settings.threadNamePrefix(), classLoader)
                : pool(settings, settings.concurrencyLimit(), classLoader);
    }

    private static ExecutorService pool(ExecutorSettings settings, int size, @Nullable ClassLoader classLoader) {
        Pool pool = new Pool(settings, size, classLoader);
        pool.allowCoreThreadTimeOut(!settings.keepAlive().isZero());
        return pool;
    }

    /**
     * The current thread will wait. If it has no permit any more, since it goes on with what depends on a body, another takes
     * its place: whoever has a permit counts on a thread.
     *
     * @return the pool that has one thread more until {@link Pool#waitEnds}; {@code null} if none has
     */
    static @Nullable Pool waitBegins() {
        if (Thread.currentThread() instanceof PoolThread thread && !OffloadedCall.isInBody()) {
            thread.pool.waiting(1);
            return thread.pool;
        }
        return null;
    }

    /** A thread for each permit, and for each of its threads that waits without one. */
    static final class Pool extends ThreadPoolExecutor {

        private final @Nullable ClassLoader classLoader;
        private int permits; // guarded by this
        private int waiting; // guarded by this

        Pool(ExecutorSettings settings, int permits, @Nullable ClassLoader classLoader) {
            // Its queue is short: who holds a permit has a thread or will have one at once
            super(
                    permits,
                    permits,
                    TimeUnit.NANOSECONDS.convert(settings.keepAlive()),
                    TimeUnit.NANOSECONDS,
                    new LinkedBlockingQueue<>());
            this.permits = permits;
            this.classLoader = classLoader;
            AtomicInteger count = new AtomicInteger();
            setThreadFactory(task -> new PoolThread(this, task, settings.threadNamePrefix() + count.incrementAndGet()));
        }

        /** Whatever class loader the last body has left. */
        @Override
        protected void beforeExecute(Thread thread, Runnable task) {
            thread.setContextClassLoader(classLoader);
        }

        synchronized void resize(int newPermits) {
            permits = newPermits;
            adapt();
        }

        void waitEnds() {
            waiting(-1);
        }

        private synchronized void waiting(int change) {
            waiting += change;
            adapt();
        }

        private void adapt() {
            int size = (int) Math.min((long) permits + waiting, Integer.MAX_VALUE);
            if (size > getMaximumPoolSize()) {
                setMaximumPoolSize(size);
                setCorePoolSize(size);
            } else {
                setCorePoolSize(size);
                setMaximumPoolSize(size);
            }
        }
    }

    private static final class PoolThread extends Thread {

        private final Pool pool;

        PoolThread(Pool pool, Runnable task, String name) {
            super(null, task, name, 0, false);
            this.pool = pool;
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
