package io.smartasync.execution;

import io.smartasync.Route;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import org.springframework.core.task.TaskRejectedException;
import reactor.core.CoreSubscriber;
import reactor.core.Exceptions;
import reactor.util.context.Context;

/** One subscription to an offloaded method: the method is called, subscribed to and pulled from on the executor. */
class ReactorCall extends OffloadedCall {

    /** The key in Reactor's context under which a call finds the call that it is part of. */
    private static final Object CHAIN = ReactorCall.class;

    final ReactorSubscription subscription;
    final ReactorEngine.Source<?> source;
    private volatile @Nullable Pull pull;

    ReactorCall(
            BoundMethod method,
            Route route,
            Carried context,
            ReactorEngine.Source<?> source,
            CoreSubscriber<? super Object> downstream) {
        super(
                method,
                route,
                context,
                outer(downstream.currentContext()),
                ReactorSubscription.observe(method, route, downstream));
        this.source = source;
        this.subscription = new ReactorSubscription(this, downstream);
    }

    private static @Nullable OffloadedCall outer(Context context) {
        return context.hasKey(CHAIN) ? context.get(CHAIN) : null;
    }

    /** Lets the calls that a publisher makes know the call that the current thread runs the body of. */
    static Context inChain(Context context) {
        OffloadedCall running = running();
        return running == null ? context : context.put(CHAIN, running);
    }

    /** What the method's publisher sees of its subscriber. */
    Context context() {
        return subscription.observedContext().put(CHAIN, this);
    }

    @Override
    public @Nullable Object body() throws Throwable {
        subscription.follow(source.open());
        return null;
    }

    @Override
    void bodyEnded(@Nullable Object result, @Nullable Throwable failure) {
        if (failure != null) {
            subscription.onError(failure);
        }
    }

    @Override
    void neverRan(@Nullable TaskRejectedException reason) {
        if (reason != null) {
            subscription.refused(reason);
        }
    }

    /** Before the subscriber learns that it has ended, so that its next call finds the permit free. */
    @Override
    void onSettled() {
        leaveResult();
        if (isOnBodyThread()) {
            leaveBody();
        }
    }

    /** Requests on the executor: who generates elements when asked for them may block too. */
    void request(Subscription upstream, long count) {
        Pull running = pull;
        if (isOnBodyThread() || (running != null && running.runner == Thread.currentThread())) {
            upstream.request(count);
            return;
        }
        Pull next = new Pull(() -> {
            try {
                return runPart(false, () -> {
                    upstream.request(count);
                    return null;
                });
            } catch (Throwable ex) {
                throw Exceptions.propagate(ex);
            }
        });
        pull = next;
        executor.resume(next);
    }

    @Override
    void abort(boolean interrupt) {
        super.abort(interrupt);
        Pull running = pull;
        if (running != null) {
            running.cancel(interrupt && method.interruptible() && running.runner != Thread.currentThread());
        }
    }

    private final class Pull extends FutureTask<@Nullable Object> implements Task {

        private volatile @Nullable Thread runner;

        Pull(Callable<@Nullable Object> work) {
            super(work);
        }

        @Override
        public void run() {
            runner = Thread.currentThread();
            super.run();
            runner = null;
            Thread.interrupted();
        }

        @Override
        public void refused(TaskRejectedException reason) {
            subscription.refused(reason);
        }
    }
}
