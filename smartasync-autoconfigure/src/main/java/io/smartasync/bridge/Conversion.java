package io.smartasync.bridge;

import io.smartasync.bridge.ResultType.Carrier;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Makes what the target returned into what the engine expects of the body: for a caller of a plain value or future the
 * value itself or a stage that will have it, for the subscriber of a publisher a publisher. Never waits.
 */
@FunctionalInterface
interface Conversion {

    Conversion NONE = result -> result;

    @Nullable
    Object apply(@Nullable Object result);

    /** The conversion from what the target returns to what the bridge does; {@code content} converts the content. */
    static Conversion between(ResultType from, ResultType to, UnaryOperator<@Nullable Object> content) {
        if (from.adapter() != null || to.adapter() != null) {
            return ReactorConversions.between(from, to, content);
        }
        if (content == Contents.AS_IT_IS) {
            return NONE;
        }
        return from.carrier() == Carrier.FUTURE
                ? result -> result == null ? null : map((CompletionStage<?>) result, content)
                : content::apply;
    }

    /** The stage with its content converted; cancelling it cancels the stage. */
    static CompletionStage<?> map(CompletionStage<?> stage, UnaryOperator<@Nullable Object> content) {
        return content == Contents.AS_IT_IS ? stage : dependent(stage, content);
    }

    /** The stage for Reactor, which logs as an error what cancelling throws, even of a stage that is done. */
    static CompletionStage<?> cancellable(CompletionStage<?> stage) {
        return stage.getClass() == CompletableFuture.class ? stage : dependent(stage, Contents.AS_IT_IS);
    }

    private static CompletableFuture<@Nullable Object> dependent(
            CompletionStage<?> stage, UnaryOperator<@Nullable Object> content) {
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
