package io.smartasync.execution;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * A future that lets what depends on it, by {@code thenApply} and the like, see the context of whoever adds it: which thread it
 * runs on is a matter of chance. So do the futures that these methods return. What names an executor is left to that.
 */
class ContextualFuture<T extends @Nullable Object> extends CompletableFuture<T> {

    private static final Log logger = LogFactory.getLog(ContextualFuture.class);

    private static final List<String> ADAPTERS =
            List.of("reactor.", "io.reactivex.", "io.smallrye.mutiny.", "kotlinx.coroutines.");

    final SmartAsyncEngine engine;

    ContextualFuture(SmartAsyncEngine engine) {
        this.engine = engine;
    }

    @Override
    public <U> CompletableFuture<U> newIncompleteFuture() {
        return new ContextualFuture<>(engine);
    }

    @Override
    public <U> CompletableFuture<U> thenApply(Function<? super T, ? extends U> next) {
        return super.thenApply(applying(next));
    }

    @Override
    public CompletableFuture<Void> thenAccept(Consumer<? super T> next) {
        return super.thenAccept(accepting(next));
    }

    @Override
    public CompletableFuture<Void> thenRun(Runnable next) {
        return super.thenRun(running(next));
    }

    @Override
    public <U, V> CompletableFuture<V> thenCombine(
            CompletionStage<? extends U> other, BiFunction<? super T, ? super U, ? extends V> next) {
        return super.thenCombine(other, applying(next));
    }

    @Override
    public <U> CompletableFuture<Void> thenAcceptBoth(
            CompletionStage<? extends U> other, BiConsumer<? super T, ? super U> next) {
        return super.thenAcceptBoth(other, accepting(next));
    }

    @Override
    public CompletableFuture<Void> runAfterBoth(CompletionStage<?> other, Runnable next) {
        return super.runAfterBoth(other, running(next));
    }

    @Override
    public <U> CompletableFuture<U> applyToEither(CompletionStage<? extends T> other, Function<? super T, U> next) {
        return super.applyToEither(other, applying(next));
    }

    @Override
    public CompletableFuture<Void> acceptEither(CompletionStage<? extends T> other, Consumer<? super T> next) {
        return super.acceptEither(other, accepting(next));
    }

    @Override
    public CompletableFuture<Void> runAfterEither(CompletionStage<?> other, Runnable next) {
        return super.runAfterEither(other, running(next));
    }

    @Override
    public <U> CompletableFuture<U> thenCompose(Function<? super T, ? extends CompletionStage<U>> next) {
        return super.thenCompose(applying(next));
    }

    @Override
    public <U> CompletableFuture<U> handle(BiFunction<? super T, Throwable, ? extends U> next) {
        return super.handle(applying(next));
    }

    @Override
    public CompletableFuture<T> whenComplete(BiConsumer<? super T, ? super Throwable> next) {
        return super.whenComplete(accepting(next));
    }

    @Override
    public CompletableFuture<T> exceptionally(Function<Throwable, ? extends T> next) {
        return super.exceptionally(applying(next));
    }

    @Override
    public CompletableFuture<T> exceptionallyCompose(Function<Throwable, ? extends CompletionStage<T>> next) {
        return super.exceptionallyCompose(applying(next));
    }

    private <A extends @Nullable Object, R extends @Nullable Object> Function<A, R> applying(Function<A, R> next) {
        CapturedContext context = context(next);
        return context == null ? next : value -> in(context, () -> next.apply(value));
    }

    private <A extends @Nullable Object, B extends @Nullable Object, R extends @Nullable Object>
            BiFunction<A, B, R> applying(BiFunction<A, B, R> next) {
        CapturedContext context = context(next);
        return context == null ? next : (one, other) -> in(context, () -> next.apply(one, other));
    }

    private <A extends @Nullable Object> Consumer<A> accepting(Consumer<A> next) {
        CapturedContext context = context(next);
        return context == null ? next : value -> run(context, () -> next.accept(value));
    }

    private <A extends @Nullable Object, B extends @Nullable Object> BiConsumer<A, B> accepting(BiConsumer<A, B> next) {
        CapturedContext context = context(next);
        return context == null ? next : (one, other) -> run(context, () -> next.accept(one, other));
    }

    private Runnable running(Runnable next) {
        CapturedContext context = context(next);
        return context == null ? next : () -> run(context, next);
    }

    /** Adds what needs no context. */
    final void onEnd(BiConsumer<? super T, ? super Throwable> next) {
        super.whenComplete(next);
    }

    /** What goes along, {@code null} if there is nothing. */
    private @Nullable CapturedContext context(Object next) {
        if (isOfAdapter(next.getClass().getName())) {
            return null;
        }
        CapturedContext context = engine.capture(false, null);
        return context.isEmpty() ? null : context;
    }

    /** Several may share what it makes of the future, and none of them must see the context of the first. */
    private static boolean isOfAdapter(String className) {
        for (String library : ADAPTERS) {
            if (className.startsWith(library)) {
                return true;
            }
        }
        return false;
    }

    private static void run(CapturedContext context, Runnable work) {
        in(context, () -> {
            work.run();
            return null;
        });
    }

    /** Whatever an accessor throws, {@code work} runs: somebody may wait for that. */
    private static <R extends @Nullable Object> R in(CapturedContext context, Supplier<R> work) {
        CapturedContext.Scope scope = CapturedContext.NO_SCOPE;
        try {
            scope = context.open(CapturedContext.ThreadKind.BORROWED);
        } catch (Throwable ex) {
            CallLog.warn(logger, "What depends on a call runs without the context of whoever added it", ex);
        }
        try {
            return work.get();
        } finally {
            close(scope);
        }
    }

    private static void close(CapturedContext.Scope scope) {
        try {
            scope.close();
        } catch (Throwable ex) {
            CallLog.warn(logger, "The context of what depends on a call can't be taken from its thread", ex);
        }
    }
}
