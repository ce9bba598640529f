package io.smartasync.execution;

import io.smartasync.Route;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;

/** One subscription to an offloaded coroutine of Kotlin, which runs on the executor step by step. */
final class KotlinCall extends ReactorCall {

    private final Steps steps = new Steps(this);

    KotlinCall(
            BoundMethod method,
            Route route,
            CapturedContext context,
            ReactorEngine.RoutedMono<?> routed,
            CoreSubscriber<? super Object> downstream,
            @Nullable Duration limit) {
        super(method, route, context, routed, downstream, limit);
    }

    @Override
    public @Nullable Object body() throws Throwable {
        steps.begin(() -> {
            subscription.follow(routed.open(steps));
            return null;
        });
        return null;
    }

    @Override
    void onSettled(boolean cancelled) {
        super.onSettled(cancelled);
        if (!cancelled) {
            steps.releaseIfHere();
        }
    }

    /** A coroutine is only told, and goes on in a step. */
    @Override
    void request(Subscription upstream, long count) {
        upstream.request(count);
    }

    @Override
    void abort(boolean interrupt) {
        super.abort(false);
        if (interrupt && method.interruptible()) {
            steps.interrupt();
        }
    }
}
