package io.smartasync.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.Single;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** What a method gives its caller, by what it returns. */
@Timeout(30)
class ShapeTest {

    @ParameterizedTest
    @ValueSource(
            classes = {
                void.class,
                Void.class,
                int.class,
                String.class,
                Object.class,
                Optional.class,
                List.class,
                Stream.class,
                Callable.class,
                byte[].class
            })
    void aPlainValueIsBlocking(Class<?> type) {
        assertThat(Shape.of(type)).isEqualTo(Shape.BLOCKING);
    }

    @ParameterizedTest
    @ValueSource(classes = {Future.class, CompletionStage.class, CompletableFuture.class, FutureTask.class})
    void whatCompletesLaterIsAFuture(Class<?> type) {
        assertThat(Shape.of(type)).isEqualTo(Shape.FUTURE);
    }

    @ParameterizedTest
    @ValueSource(
            classes = {
                Mono.class,
                Flux.class,
                Publisher.class,
                Flow.Publisher.class,
                Single.class,
                Maybe.class,
                Completable.class,
                Observable.class,
                Flowable.class,
                Uni.class,
                Multi.class
            })
    void whatIsSubscribedToIsAPublisher(Class<?> type) {
        assertThat(Shape.of(type)).isEqualTo(Shape.PUBLISHER);
    }
}
