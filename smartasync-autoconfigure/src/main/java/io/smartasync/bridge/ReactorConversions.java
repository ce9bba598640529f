package io.smartasync.bridge;

import io.smartasync.bridge.ResultType.Carrier;
import io.smartasync.execution.ReactorEngine;
import java.util.Collection;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.springframework.core.ReactiveAdapter;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The conversions from and to publishers. Loaded only where Reactor is. */
final class ReactorConversions {

    private ReactorConversions() {}

    static Conversion between(ResultType from, ResultType to, UnaryOperator<@Nullable Object> content) {
        ReactiveAdapter toAdapter = to.adapter();
        if (content == Contents.AS_IT_IS && Objects.equals(from.adapter(), toAdapter)) {
            return Conversion.NONE;
        }
        if (toAdapter != null) {
            Function<@Nullable Object, @Nullable Publisher<?>> publisher = to.carrier() == Carrier.MANY
                    ? result -> many(from, content, result)
                    : result -> single(from, content, result);
            return result -> {
                Publisher<?> converted = publisher.apply(result);
                return converted == null ? null : toAdapter.fromPublisher(converted);
            };
        }
        return result -> {
            Mono<?> whole = result == null ? null : whole(from, result);
            return whole == null ? null : Conversion.map(ReactorEngine.toFuture(whole), content);
        };
    }

    private static @Nullable Flux<?> many(
            ResultType from, UnaryOperator<@Nullable Object> content, @Nullable Object result) {
        if (from.carrier() == Carrier.MANY && result != null) {
            return Flux.from(publisher(from, result));
        }
        Mono<?> mono = single(from, content, result);
        return mono == null ? null : mono.flatMapIterable(list -> (Collection<?>) list);
    }

    private static @Nullable Mono<?> single(
            ResultType from, UnaryOperator<@Nullable Object> content, @Nullable Object result) {
        if (from.carrier() == Carrier.VALUE) {
            return Mono.justOrEmpty(content.apply(result));
        }
        if (result == null) {
            return null; // the engine tells whose mistake that is
        }
        if (from.carrier() == Carrier.FUTURE) {
            CompletionStage<?> stage = (CompletionStage<?>) result;
            return Mono.fromCompletionStage(
                    content == Contents.AS_IT_IS ? Conversion.cancellable(stage) : Conversion.map(stage, content));
        }
        Mono<?> whole = whole(from, result);
        return content == Contents.AS_IT_IS
                ? whole
                : whole.mapNotNull(content).switchIfEmpty(Mono.fromSupplier(() -> content.apply(null)));
    }

    private static Mono<?> whole(ResultType from, Object result) {
        Publisher<?> publisher = publisher(from, result);
        return from.carrier() == Carrier.MANY ? Flux.from(publisher).collectList() : Mono.from(publisher);
    }

    private static Publisher<?> publisher(ResultType from, Object result) {
        return Objects.requireNonNull(from.adapter()).toPublisher(result);
    }
}
