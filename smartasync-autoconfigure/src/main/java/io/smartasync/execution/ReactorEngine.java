package io.smartasync.execution;

import io.smartasync.CallObserver;
import io.smartasync.ExecutionPath;
import io.smartasync.Outcome;
import io.smartasync.Route;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.springframework.core.ReactiveAdapter;
import org.springframework.util.ClassUtils;
import reactor.core.CoreSubscriber;
import reactor.core.Exceptions;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;

/** The engine for publishers: all is decided, run and counted at each subscription. Loaded only where Reactor is. */
public final class ReactorEngine {

    private static final boolean SECURITY = ClassUtils.isPresent(
            "org.springframework.security.core.context.SecurityContext", ReactorEngine.class.getClassLoader());

    private ReactorEngine() {}

    /** What the caller gets at once; nothing runs before somebody subscribes. */
    static <I> Object publisher(SmartAsyncEngine engine, BoundMethod method, Body<I> body, I invocation) {
        RoutedMono<I> routed = new RoutedMono<>(engine, method, body, invocation);
        Publisher<Object> publisher = method.givesAtMostOne() ? routed : new RoutedFlux(routed);
        // An adapter's Mono.from would take it for a foreign one, and with automatic propagation hide the subscriber's
        // context
        return routed.adapter().getReactiveType().isInstance(publisher)
                ? publisher
                : routed.adapter().fromPublisher(publisher);
    }

    /** One of many, which share a timeout; once {@code late}, those that are given up count as timed out. */
    static <I> Mono<Object> untimed(
            SmartAsyncEngine engine, BoundMethod method, Body<I> body, I invocation, AtomicBoolean late) {
        return new RoutedMono<>(engine, method, body, invocation) {
            @Override
            @Nullable
            Duration limit() {
                return null;
            }

            @Override
            Outcome givenUp() {
                return late.get() ? Outcome.TIMEOUT : super.givenUp();
            }
        };
    }

    /**
     * The result of a publisher for somebody who is no subscriber: with the context of the current thread, and known as
     * part of the call whose body this thread runs.
     */
    public static <T> CompletableFuture<@Nullable T> toFuture(Mono<T> mono) {
        Mono<T> inChain = mono.contextWrite(ReactorCall::inChain);
        return (SECURITY ? inChain.contextWrite(ReactorSecurity::forPublisher) : inChain)
                .contextCapture()
                .toFuture();
    }

    /** One call, for any number of subscribers. */
    static class RoutedMono<I> extends Mono<Object> {

        private final SmartAsyncEngine engine;
        private final BoundMethod method;
        private final Body<I> body;
        private final I invocation;
        private final ForgottenResults.@Nullable Watched watched;

        RoutedMono(SmartAsyncEngine engine, BoundMethod method, Body<I> body, I invocation) {
            this.engine = engine;
            this.method = method;
            this.body = body;
            this.invocation = invocation;
            this.watched = engine.watch(this, method);
        }

        ReactiveAdapter adapter() {
            return Objects.requireNonNull(method.adapter());
        }

        @Override
        public void subscribe(CoreSubscriber<? super Object> subscriber) {
            if (watched != null) {
                watched.taken();
            }
            Route route = engine.route(method);
            Duration limit = limit();
            if (route.path() == ExecutionPath.OFFLOAD) {
                CapturedContext context = engine.capture(false, contextOf(subscriber));
                ReactorCall call = isCoroutine()
                        ? new KotlinCall(method, route, context, this, subscriber, limit)
                        : new ReactorCall(method, route, context, this, subscriber, limit);
                call.subscription.start(engine.timeouts(), limit);
                call.executor.submit(call);
            } else {
                Call call = new Call(method, route, ReactorSubscription.observe(method, route, subscriber));
                ReactorSubscription subscription = new ReactorSubscription(call, subscriber, limit);
                subscription.start(engine.timeouts(), limit);
                if (call.isSettled()) {
                    return; // the subscriber has cancelled already
                }
                try (CallObserver.Scope observed = call.openScope()) {
                    Publisher<?> publisher = open();
                    method.returned(route, System.nanoTime() - call.start);
                    subscription.follow(publisher);
                } catch (Throwable ex) {
                    if (call.isSettled()) {
                        Exceptions.throwIfFatal(ex); // from whoever received the result; nobody else would hear of it
                    }
                    subscription.onError(ex);
                }
            }
        }

        @Nullable
        Duration limit() {
            return method.timeout();
        }

        /** How a call ends that its subscriber gives up. */
        Outcome givenUp() {
            return Outcome.CANCELLED;
        }

        private static @Nullable Context contextOf(CoreSubscriber<?> subscriber) {
            Context context = subscriber.currentContext();
            if (context.isEmpty()) {
                return null;
            }
            return SECURITY ? ReactorSecurity.forThread(context) : context;
        }

        /** Whether the body is a coroutine of Kotlin, whose dispatcher chooses its threads. */
        private boolean isCoroutine() {
            return method.isSuspending() || method.isFlow();
        }

        /** Calls the method. */
        Publisher<?> open() throws Throwable {
            return adapter().toPublisher(notNull(body.proceedAgain(invocation)));
        }

        /** Calls the method, whose coroutine runs in {@code steps}. */
        Publisher<?> open(Executor steps) throws Throwable {
            Object returned =
                    notNull(method.isSuspending() ? body.proceedIn(steps, invocation) : body.proceedAgain(invocation));
            return method.isFlow()
                    ? KotlinCoroutines.toPublisher(returned, steps)
                    : adapter().toPublisher(returned);
        }

        private Object notNull(@Nullable Object returned) {
            if (returned == null) {
                throw method.nullResult();
            }
            return returned;
        }
    }

    /** The same for more than one element, which no {@code Mono} may have. */
    private static final class RoutedFlux extends Flux<Object> {

        private final RoutedMono<?> routed;

        RoutedFlux(RoutedMono<?> routed) {
            this.routed = routed;
        }

        @Override
        public void subscribe(CoreSubscriber<? super Object> subscriber) {
            routed.subscribe(subscriber);
        }
    }
}
