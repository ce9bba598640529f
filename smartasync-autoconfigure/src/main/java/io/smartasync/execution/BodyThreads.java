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

/**
 * The threads of an executor, without its limits. None inherits the inheritable thread-locals of whoever happens to start
 * it: a pooled thread would keep them for all that run on it later.
 */
final class BodyThreads {

    private BodyThreads() {}

    static ExecutorService of(ExecutorSettings settings) {
        return settings.concurrencyLimit() == null || settings.virtual()
                ? virtual(settings.threadNamePrefix())
                : pool(settings, settings.concurrencyLimit());
    }

    private static ExecutorService pool(ExecutorSettings settings, int size) {
        // Its queue is short: a call that holds a permit has a thread or will have one at once
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                size,
                size,
                TimeUnit.NANOSECONDS.convert(settings.keepAlive()),
                TimeUnit.NANOSECONDS,
                new LinkedBlockingQueue<>(),
                new Factory(settings.threadNamePrefix()));
        pool.allowCoreThreadTimeOut(!settings.keepAlive().isZero());
        return pool;
    }

    /** Whether the current thread was made by {@code factory}. */
    static boolean isOf(ThreadFactory factory) {
        return Thread.currentThread() instanceof PoolThread thread && thread.factory == factory;
    }

    private static final class Factory implements ThreadFactory {

        private final String namePrefix;
        private final AtomicInteger count = new AtomicInteger();

        Factory(String namePrefix) {
            this.namePrefix = namePrefix;
        }

        @Override
        public Thread newThread(Runnable task) {
            return new PoolThread(this, task, namePrefix + count.incrementAndGet());
        }
    }

    private static final class PoolThread extends Thread {

        private final Factory factory;

        PoolThread(Factory factory, Runnable task, String name) {
            super(null, task, name, 0, false);
            this.factory = factory;
        }
    }

    /**
     * {@code Executors.newThreadPerTaskExecutor(Thread.ofVirtual()...factory())} from Java 17 bytecode. Unlike Spring's
     * executors for virtual threads it can interrupt them, and they inherit nothing.
     */
    private static ExecutorService virtual(String namePrefix) {
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
