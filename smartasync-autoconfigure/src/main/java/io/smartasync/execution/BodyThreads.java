package io.smartasync.execution;

import java.lang.reflect.InvocationTargetException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

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
        AtomicInteger count = new AtomicInteger();
        ThreadFactory factory =
                task -> new Thread(null, task, settings.threadNamePrefix() + count.incrementAndGet(), 0, false);
        // Its queue is short: who holds a permit has a thread or will have one at once
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                size, size, settings.keepAlive().toNanos(), TimeUnit.NANOSECONDS, new LinkedBlockingQueue<>(), factory);
        pool.allowCoreThreadTimeOut(!settings.keepAlive().isZero());
        return pool;
    }

    /**
     * {@code Executors.newThreadPerTaskExecutor(Thread.ofVirtual()...factory())} from Java 17 bytecode. Unlike Spring's
     * executors for virtual threads it can interrupt them, and they inherit nothing.
     */
    private static ExecutorService virtual(String namePrefix) {
        try {
            Class<?> builderType = Class.forName("java.lang.Thread$Builder");
            Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
            builder = builderType.getMethod("name", String.class, long.class).invoke(builder, namePrefix, 1L);
            builder = builderType
                    .getMethod("inheritInheritableThreadLocals", boolean.class)
                    .invoke(builder, false);
            Object factory = builderType.getMethod("factory").invoke(builder);
            return (ExecutorService) Executors.class
                    .getMethod("newThreadPerTaskExecutor", ThreadFactory.class)
                    .invoke(null, factory);
        } catch (ClassNotFoundException
                | NoSuchMethodException
                | IllegalAccessException
                | InvocationTargetException ex) {
            throw new IllegalStateException("Virtual threads need Java 21", ex);
        }
    }
}
