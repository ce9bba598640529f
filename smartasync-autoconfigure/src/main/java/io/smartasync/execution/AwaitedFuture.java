package io.smartasync.execution;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A future whose work ends with it, whoever completes it. A pool thread that waits for it without a permit, because it went
 * on with what depends on another result, is replaced meanwhile: the work may need a thread.
 */
abstract class AwaitedFuture<T extends @Nullable Object> extends ContextualFuture<T> {

    AwaitedFuture(SmartAsyncEngine engine) {
        super(engine);
    }

    @Override
    public T get() throws InterruptedException, ExecutionException {
        try (BodyThreads.Away away = leave()) {
            return super.get();
        }
    }

    @Override
    public T get(long timeout, TimeUnit unit) throws InterruptedException, ExecutionException, TimeoutException {
        try (BodyThreads.Away away = leave()) {
            return super.get(timeout, unit);
        }
    }

    @Override
    public T join() {
        try (BodyThreads.Away away = leave()) {
            return super.join();
        }
    }

    private BodyThreads.@Nullable Away leave() {
        return isDone() ? null : BodyThreads.leave();
    }

    /** The JDK's own would bypass {@link #complete}. */
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
