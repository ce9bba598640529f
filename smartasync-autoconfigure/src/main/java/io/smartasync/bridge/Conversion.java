package io.smartasync.bridge;

import io.smartasync.bridge.ResultType.Carrier;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ReactiveAdapter;

/**
 * Makes what the target returned into what the engine expects of the body: for a caller of a plain value or future the
 * value itself or a stage that will have it, for the subscriber of a publisher a publisher. Never waits.
 */
@FunctionalInterface
interface Conversion {

    Conversion NONE = result -> result;

    @Nullable
    Object apply(@Nullable Object result);

    /**
     * The conversion between two kinds of results.
     *
     * @param fromAdapter of the target's publisher, {@code null} if it returns none
     * @param toAdapter of the bridge's publisher, {@code null} if it returns none
     * @param content converts the content
     */
    static Conversion between(
            Carrier from,
            @Nullable ReactiveAdapter fromAdapter,
            Carrier to,
            @Nullable ReactiveAdapter toAdapter,
            UnaryOperator<@Nullable Object> content) {
        if (fromAdapter != null || toAdapter != null) {
            return ReactorConversions.between(from, fromAdapter, to, toAdapter, content);
        }
        if (content == Contents.AS_IT_IS) {
            return NONE;
        }
        return from == Carrier.FUTURE
                ? result -> result == null ? null : map((CompletionStage<?>) result, content)
                : content::apply;
    }

    /** The stage with its content converted; cancelling it cancels the stage. */
    static CompletionStage<?> map(CompletionStage<?> stage, UnaryOperator<@Nullable Object> content) {
        if (content == Contents.AS_IT_IS) {
            return stage;
        }
        CompletableFuture<@Nullable Object> mapped = new CompletableFuture<>() {

            @Override
            public boolean cancel(boolean interrupt) {
                if (stage instanceof Future<?> future) {
                    try {
                        future.cancel(interrupt);
                    } catch (RuntimeException ex) {
                        // A minimal stage of the JDK, or of somebody else's making: it is a Future, but can't be
                        // cancelled
                    }
                }
                return super.cancel(interrupt);
            }
        };
        stage.whenComplete((value, error) -> {
            if (error != null) {
                mapped.completeExceptionally(error);
                return;
            }
            try {
                mapped.complete(content.apply(value));
            } catch (Throwable ex) {
                mapped.completeExceptionally(ex);
            }
        });
        return mapped;
    }
}
