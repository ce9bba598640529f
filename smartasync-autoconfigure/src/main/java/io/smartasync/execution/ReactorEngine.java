package io.smartasync.execution;

import io.smartasync.CallObserver;
import io.smartasync.ExecutionPath;
import io.smartasync.Route;
import io.smartasync.plan.Shape;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.springframework.core.ReactiveAdapter;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The engine for publishers: all is decided, run and counted at each subscription. Loaded only where Reactor is. */
public final class ReactorEngine {

    private ReactorEngine() {}

    /** What the caller gets at once; nothing runs before somebody subscribes. */
    static <I> Object publisher(SmartAsyncEngine engine, BoundMethod method, Body<I> body, I invocation) {
        ReactiveAdapter adapter = Objects.requireNonNull(Shape.adapter(method.returnType()));
        Source<I> source = new Source<>(engine, method, body, invocation, adapter);
        return adapter.fromPublisher(source.single() ? new RoutedMono(source) : new RoutedFlux(source));
    }

    /**
     * The result of a publisher for somebody who is no subscriber: with the context of the current thread, and known as
     * part of the call whose body this thread runs.
     */
    public static <T> CompletableFuture<@Nullable T> toFuture(Mono<T> mono) {
        return mono.contextWrite(ReactorCall::inChain).contextCapture().toFuture();
    }

    /** What is the same for all subscriptions to one call. */
    record Source<I>(SmartAsyncEngine engine, BoundMethod method, Body<I> body, I invocation, ReactiveAdapter adapter) {

        void subscribe(CoreSubscriber<? super Object> subscriber) {
            Route route = engine.route(method);
            if (route.path() == ExecutionPath.OFFLOAD) {
                ReactorCall call = new ReactorCall(method, route, this, subscriber);
                call.subscription.start(engine.timeouts());
                call.executor.submit(call);
            } else {
                Call call = new Call(method, route, ReactorSubscription.observe(method, route, subscriber));
                ReactorSubscription subscription = new ReactorSubscription(call, single(), subscriber);
                subscription.start(engine.timeouts());
                try (CallObserver.Scope observed = call.openScope()) {
                    Publisher<?> publisher = open();
                    method.returned(route, System.nanoTime() - call.start);
                    publisher.subscribe(subscription);
                } catch (Throwable ex) {
                    subscription.onError(ex);
                }
            }
        }

        boolean single() {
            return !adapter.isMultiValue();
        }

        /** Calls the method. */
        Publisher<?> open() throws Throwable {
            Object returned = body.proceedAgain(invocation);
            if (returned == null) {
                throw method.nullResult();
            }
            return adapter.toPublisher(returned);
        }
    }

    private static final class RoutedMono extends Mono<Object> {

        private final Source<?> source;
        private final ForgottenResults.@Nullable Watched watched;

        RoutedMono(Source<?> source) {
            this.source = source;
            this.watched = source.engine.watch(this, source.method);
        }

        @Override
        public void subscribe(CoreSubscriber<? super Object> subscriber) {
            if (watched != null) {
                watched.taken();
            }
            source.subscribe(subscriber);
        }
    }

    private static final class RoutedFlux extends Flux<Object> {

        private final Source<?> source;
        private final ForgottenResults.@Nullable Watched watched;

        RoutedFlux(Source<?> source) {
            this.source = source;
            this.watched = source.engine.watch(this, source.method);
        }

        @Override
        public void subscribe(CoreSubscriber<? super Object> subscriber) {
            if (watched != null) {
                watched.taken();
            }
            source.subscribe(subscriber);
        }
    }
}
