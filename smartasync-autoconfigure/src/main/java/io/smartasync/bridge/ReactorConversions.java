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

    static Conversion between(
            Carrier from,
            @Nullable ReactiveAdapter fromAdapter,
            Carrier to,
            @Nullable ReactiveAdapter toAdapter,
            UnaryOperator<@Nullable Object> content) {
        if (from == to && content == Contents.AS_IT_IS && Objects.equals(fromAdapter, toAdapter)) {
            return Conversion.NONE;
        }
        if (toAdapter != null) {
            Function<@Nullable Object, @Nullable Publisher<?>> publisher = to == Carrier.MANY
                    ? result -> many(from, fromAdapter, content, result)
                    : result -> single(from, fromAdapter, content, result);
            return result -> {
                Publisher<?> converted = publisher.apply(result);
                return converted == null ? null : toAdapter.fromPublisher(converted);
            };
        }
        return result -> {
            Mono<?> whole = result == null ? null : whole(from, Objects.requireNonNull(fromAdapter), result);
            return whole == null ? null : Conversion.map(ReactorEngine.toFuture(whole), content);
        };
    }

    private static @Nullable Flux<?> many(
            Carrier from,
            @Nullable ReactiveAdapter fromAdapter,
            UnaryOperator<@Nullable Object> content,
            @Nullable Object result) {
        if (from == Carrier.MANY && fromAdapter != null && result != null) {
            return Flux.from(fromAdapter.toPublisher(result));
        }
        Mono<?> mono = single(from, fromAdapter, content, result);
        return mono == null ? null : mono.flatMapIterable(list -> (Collection<?>) list);
    }

    private static @Nullable Mono<?> single(
            Carrier from,
            @Nullable ReactiveAdapter fromAdapter,
            UnaryOperator<@Nullable Object> content,
            @Nullable Object result) {
        if (from == Carrier.VALUE) {
            return Mono.justOrEmpty(content.apply(result));
        }
        if (result == null) {
            return null; // the engine tells whose mistake that is
        }
        if (fromAdapter == null) {
            CompletionStage<?> stage = (CompletionStage<?>) result;
            return Mono.fromCompletionStage(Conversion.map(stage, content));
        }
        Mono<?> whole = whole(from, fromAdapter, result);
        return content == Contents.AS_IT_IS
                ? whole
                : whole.mapNotNull(content).switchIfEmpty(Mono.fromSupplier(() -> content.apply(null)));
    }

    private static Mono<?> whole(Carrier from, ReactiveAdapter adapter, Object result) {
        Publisher<?> publisher = adapter.toPublisher(result);
        return from == Carrier.MANY ? Flux.from(publisher).collectList() : Mono.from(publisher);
    }
}
