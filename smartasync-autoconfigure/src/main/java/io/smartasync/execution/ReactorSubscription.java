package io.smartasync.execution;

import io.smartasync.CallObserver;
import io.smartasync.CallObserver.ObservedCall;
import io.smartasync.Outcome;
import io.smartasync.Route;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import org.springframework.core.task.TaskRejectedException;
import reactor.core.CoreSubscriber;
import reactor.core.Exceptions;
import reactor.core.Fuseable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/** Stands between a subscriber and the publisher that the method returned: counts the call when it ends. */
final class ReactorSubscription implements CoreSubscriber<Object>, Subscription, Call.Result {

    private static final AtomicReferenceFieldUpdater<ReactorSubscription, @Nullable Subscription> UPSTREAM =
            AtomicReferenceFieldUpdater.newUpdater(ReactorSubscription.class, Subscription.class, "upstream");
    private static final Class<?> JUST = Mono.just(true).getClass();
    private static final AtomicLongFieldUpdater<ReactorSubscription> REQUESTED =
            AtomicLongFieldUpdater.newUpdater(ReactorSubscription.class, "requested");

    private static final Log logger = LogFactory.getLog(ReactorSubscription.class);

    private final Call call;
    private final CoreSubscriber<? super Object> downstream;
    private volatile @Nullable Subscription upstream;

    @SuppressWarnings("UnusedVariable") // read through REQUESTED
    private volatile long requested;

    ReactorSubscription(Call call, CoreSubscriber<? super Object> downstream, @Nullable Duration limit) {
        this.call = call;
        // A timeout speaks from a thread of its own; so do a shutdown, and an executor that refuses to make more
        // elements
        boolean alone = limit == null && (call.method.givesAtMostOne() || !(call instanceof OffloadedCall));
        this.downstream = alone ? downstream : Operators.serialize(downstream);
    }

    void start(Timeouts timeouts, @Nullable Duration limit) {
        downstream.onSubscribe(this);
        call.limit(timeouts, limit, this);
    }

    @Override
    public Context currentContext() {
        return call instanceof ReactorCall offloaded ? offloaded.context() : observedContext();
    }

    /** The subscriber's context, where what the publisher starts is known as part of the call by those who follow it. */
    Context observedContext() {
        Context context = downstream.currentContext();
        CallObserver observer = call.method.observer();
        ObservedCall observed = call.observed();
        if (observer == null || observed == null) {
            return context;
        }
        try {
            return context.put(observer.contextKey(), observed.contextValue());
        } catch (Throwable ex) {
            Listeners.failed(observer, ex);
            return context;
        }
    }

    /** Starts to follow the call of a subscriber, as part of what its context says. */
    static @Nullable ObservedCall observe(BoundMethod method, Route route, CoreSubscriber<?> subscriber) {
        CallObserver observer = method.observer();
        if (observer == null) {
            return null;
        }
        Object outer = null;
        try {
            outer = subscriber.currentContext().getOrDefault(observer.contextKey(), null);
        } catch (Throwable ex) {
            Listeners.failed(observer, ex);
        }
        return method.observe(route, outer);
    }

    /** Subscribes to what the method returned. A value that is there already, and wanted, needs no subscription. */
    void follow(Publisher<?> publisher) throws Exception {
        if (requested > 0 && publisher.getClass() == JUST && publisher instanceof Fuseable.ScalarCallable<?> known) {
            onNext(known.call());
            onComplete();
        } else {
            publisher.subscribe(this);
        }
    }

    @Override
    public void onSubscribe(Subscription subscription) {
        if (Operators.setOnce(UPSTREAM, this, subscription)) {
            long count = REQUESTED.getAndSet(this, 0);
            if (count > 0) {
                subscription.request(count);
            }
        }
    }

    @Override
    public void request(long count) {
        if (!Operators.validate(count)) {
            return;
        }
        Subscription ready = upstream;
        if (ready != null) {
            request(ready, count);
            return;
        }
        Operators.addCap(REQUESTED, this, count);
        ready = upstream;
        if (ready != null) {
            long missed = REQUESTED.getAndSet(this, 0);
            if (missed > 0) {
                request(ready, missed);
            }
        }
    }

    private void request(Subscription ready, long count) {
        if (call instanceof ReactorCall offloaded) {
            offloaded.request(ready, count);
        } else {
            ready.request(count);
        }
    }

    @Override
    public void onNext(Object element) {
        if (call.method.givesAtMostOne()) {
            // It is the whole result: many subscribers cancel when they have it
            if (call.settle(Outcome.SUCCESS, null)) {
                try (CapturedContext.Hidden hidden = call.hideContext()) {
                    downstream.onNext(element);
                    downstream.onComplete();
                }
                return;
            }
        } else if (!call.isSettled()) {
            downstream.onNext(element);
            return;
        }
        Operators.onDiscard(element, downstream.currentContext()); // a buffer has to be released
    }

    /** What Reactor wrapped, to throw it out of {@code block()} in the body, arrives as it was: as with Reactor's own. */
    @Override
    public void onError(Throwable error) {
        Throwable cause = Exceptions.unwrap(error);
        fail(Call.outcome(cause), cause);
    }

    @Override
    public void onComplete() {
        if (call.settle(Outcome.SUCCESS, null)) {
            try (CapturedContext.Hidden hidden = call.hideContext()) {
                downstream.onComplete();
            }
        }
    }

    @Override
    public void cancel() {
        if (call.settle(call.givenUp(), null)) {
            stop();
        }
    }

    void refused(TaskRejectedException reason) {
        cancelUpstream(); // what was refused may be a later part of it
        fail(Outcome.REJECTED, reason);
    }

    @Override
    public void timeOut(Duration limit) {
        end(Outcome.TIMEOUT, call.method.tooLate(limit));
    }

    /** Stops the work, which neither the subscriber nor the publisher has ended. */
    void end(Outcome outcome, Throwable error) {
        if (call.settle(outcome, error)) {
            stop();
            downstream.onError(error);
        }
    }

    private void fail(Outcome outcome, Throwable error) {
        if (call.settle(outcome, error)) {
            try (CapturedContext.Hidden hidden = call.hideContext()) {
                downstream.onError(error);
            }
        }
    }

    private void stop() {
        cancelUpstream();
        call.abort(true);
    }

    private void cancelUpstream() {
        try {
            Operators.terminate(UPSTREAM, this);
        } catch (Throwable ex) { // of somebody else's making; whoever waits for the end must not wait for ever
            CallLog.warn(logger, "What " + call.method.plan().name() + " returned failed to be cancelled", ex);
        }
    }
}
