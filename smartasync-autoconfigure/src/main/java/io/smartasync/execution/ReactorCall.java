package io.smartasync.execution;

import io.smartasync.Outcome;
import io.smartasync.Route;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import org.springframework.core.task.TaskRejectedException;
import reactor.core.CoreSubscriber;
import reactor.util.context.Context;

/** One subscription to an offloaded method: the method is called, subscribed to and pulled from on the executor. */
class ReactorCall extends OffloadedCall {

    /** The key in Reactor's context under which a call finds the one that it is part of. */
    private static final Object CHAIN = ReactorCall.class;

    final ReactorSubscription subscription;
    final ReactorEngine.RoutedMono<?> routed;

    private CapturedContext.@Nullable Scope bodyScopes; // seen only by the thread of the body

    /** What was requested later and is under way; made with the first of these. */
    private volatile @Nullable Set<Pull> pulls;

    ReactorCall(
            BoundMethod method,
            Route route,
            CapturedContext context,
            ReactorEngine.RoutedMono<?> routed,
            CoreSubscriber<? super Object> downstream,
            @Nullable Duration limit) {
        super(
                method,
                route,
                context,
                outer(downstream.currentContext()),
                ReactorSubscription.observe(method, route, downstream));
        this.routed = routed;
        this.subscription = new ReactorSubscription(this, downstream, limit);
    }

    private static @Nullable Link outer(Context context) {
        return context.hasKey(CHAIN) ? context.get(CHAIN) : null;
    }

    /** Tells the calls that a publisher makes whose body the current thread runs. */
    static Context inChain(Context context) {
        Link running = Chain.running();
        return running == null ? context : context.put(CHAIN, running);
    }

    /** What the method's publisher sees of its subscriber. */
    Context context() {
        return subscription.observedContext().put(CHAIN, this);
    }

    @Override
    public @Nullable Object body() throws Throwable {
        subscription.follow(routed.open());
        return null;
    }

    @Override
    void bodyEnded(@Nullable Object result, @Nullable Throwable failure) {
        if (failure != null) {
            subscription.onError(failure);
        } else {
            mayPend();
        }
    }

    @Override
    void abandon(CancellationException reason) {
        subscription.end(Outcome.CANCELLED, reason);
    }

    @Override
    void neverRan(@Nullable TaskRejectedException reason) {
        if (reason != null) {
            subscription.refused(reason);
        }
    }

    @Override
    Outcome givenUp() {
        return routed.givenUp();
    }

    /** Before the subscriber learns that it has ended, so that its next call finds the permit free. */
    @Override
    void onSettled(boolean cancelled) {
        release();
        if (cancelled) {
            return; // the body may go on
        }
        if (isOnBodyThread()) {
            leaveBody();
        }
        Pull here = pullHere();
        if (here != null) {
            here.releaseHere();
        }
    }

    @Override
    CapturedContext.Scope openScopes(boolean here, Part part) {
        CapturedContext.Scope scopes = super.openScopes(here, part);
        if (part == this) {
            bodyScopes = scopes;
        }
        return scopes;
    }

    /** While the result is handed on: what this thread does then may be somebody else's, where subscribers share it. */
    @Override
    CapturedContext.@Nullable Hidden hideContext() {
        CapturedContext.Scope scopes = isOnBodyThread() ? bodyScopes : null;
        return scopes == null ? null : scopes.hide();
    }

    /** Requests on the executor: a source that generates elements when asked for them may block too. */
    void request(Subscription upstream, long count) {
        Pull here = pullHere();
        if (isOnBodyThread() || here != null) {
            upstream.request(count);
            return;
        }
        boolean inPlace = runsPartsInPlace();
        Pull next = new Pull(upstream, count, inPlace);
        pulls().add(next);
        if (isSettled()) {
            return;
        }
        if (inPlace) {
            BodyThreads.runReplaced(next);
        } else if (bodyRuns() || pulls().size() > 1) {
            executor.runBeside(
                    next); // the thread that there is for the permit is busy, perhaps until this request comes
        } else {
            resume(next);
        }
    }

    private Set<Pull> pulls() {
        Set<Pull> known = pulls;
        if (known == null) {
            synchronized (this) {
                known = pulls;
                if (known == null) {
                    known = ConcurrentHashMap.newKeySet();
                    pulls = known;
                }
            }
        }
        return known;
    }

    private @Nullable Pull pullHere() {
        Set<Pull> known = pulls;
        if (known != null) {
            for (Pull pull : known) {
                if (pull.runner == Thread.currentThread()) {
                    return pull;
                }
            }
        }
        return null;
    }

    @Override
    void abort(boolean interrupt) {
        super.abort(interrupt);
        Set<Pull> known = pulls;
        if (known != null) {
            for (Pull pull : known) {
                pull.stop(interrupt && method.interruptible() && pull.runner != Thread.currentThread());
            }
        }
    }

    /** Generates, on the executor, elements that were requested after the body had returned; holds the permit meanwhile. */
    private final class Pull extends FutureTask<@Nullable Object> implements Task {

        private final boolean inPlace;
        private volatile @Nullable Thread runner;
        private volatile boolean interrupted;
        private boolean holdsPermit; // seen only by that thread

        Pull(Subscription upstream, long count, boolean inPlace) {
            super(() -> {
                try {
                    runPart(inPlace, () -> {
                        upstream.request(count);
                        return null;
                    });
                } catch (Throwable ex) {
                    subscription.onError(ex);
                }
                return null;
            });
            this.inPlace = inPlace;
        }

        @Override
        public void run() {
            runner = Thread.currentThread();
            holdsPermit = retain();
            try {
                super.run();
            } finally {
                releaseHere();
                runner = null;
                remove(this);
                if ((isCancelled() && interrupted)
                        || (!inPlace && executor.threadKind() == CapturedContext.ThreadKind.POOLED)) {
                    clearInterrupt(inPlace); // it was for the generator
                }
            }
        }

        void stop(boolean interrupt) {
            interrupted = interrupt;
            try {
                cancel(interrupt);
            } catch (Throwable ex) {
                BodyThreads.interruptFailed(ex);
            }
        }

        void releaseHere() {
            if (holdsPermit) {
                holdsPermit = false;
                release();
            }
        }

        @Override
        public boolean holdsPermit() {
            return holdsPermit;
        }

        @Override
        public void refused(TaskRejectedException reason) {
            remove(this);
            subscription.refused(reason);
        }
    }

    private void remove(Pull pull) {
        pulls().remove(pull);
    }
}
