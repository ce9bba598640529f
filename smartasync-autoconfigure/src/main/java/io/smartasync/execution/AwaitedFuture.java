package io.smartasync.execution;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A future that ends its work whoever completes it. A thread of ours that waits for it without a permit, as one does that
 * went on with what depends on another result, is replaced meanwhile: the work may need it.
 */
abstract class AwaitedFuture<T extends @Nullable Object> extends CompletableFuture<T> {

    @Override
    public T get() throws InterruptedException, ExecutionException {
        BodyThreads.Pool left = leave();
        try {
            return super.get();
        } finally {
            comeBack(left);
        }
    }

    @Override
    public T get(long timeout, TimeUnit unit) throws InterruptedException, ExecutionException, TimeoutException {
        BodyThreads.Pool left = leave();
        try {
            return super.get(timeout, unit);
        } finally {
            comeBack(left);
        }
    }

    @Override
    public T join() {
        BodyThreads.Pool left = leave();
        try {
            return super.join();
        } finally {
            comeBack(left);
        }
    }

    private BodyThreads.@Nullable Pool leave() {
        return isDone() ? null : BodyThreads.waitBegins();
    }

    private static void comeBack(BodyThreads.@Nullable Pool left) {
        if (left != null) {
            left.waitEnds();
        }
    }

    /** The JDK's own would go past {@link #complete}. */
    @Override
    public CompletableFuture<T> completeAsync(Supplier<? extends T> supplier, Executor executor) {
        executor.execute(() -> {
            try {
                complete(supplier.get());
            } catch (Throwable ex) {
                completeExceptionally(ex);
            }
        });
        return this;
    }
}
