package io.smartasync.execution;

import io.smartasync.CallObserver;
import io.smartasync.CallObserver.ObservedCall;
import io.smartasync.Outcome;
import io.smartasync.Route;
import io.smartasync.SmartAsyncListener;
import java.util.List;
import java.util.function.Supplier;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/** All listeners as one that never fails. They are looked up at the first call, so that nothing starts early for them. */
final class Listeners implements SmartAsyncListener {

    private static final Log logger = LogFactory.getLog(Listeners.class);

    private final Supplier<List<SmartAsyncListener>> listenerLookup;
    private final Supplier<@Nullable CallObserver> observerLookup;
    private volatile @Nullable Found found;

    @SuppressWarnings("ArrayRecordComponent") // nobody compares it
    private record Found(
            SmartAsyncListener[] listeners, @Nullable CallObserver observer) {}

    Listeners(Supplier<List<SmartAsyncListener>> listeners, Supplier<@Nullable CallObserver> observer) {
        this.listenerLookup = listeners;
        this.observerLookup = observer;
    }

    boolean isEmpty() {
        return found().listeners.length == 0;
    }

    @Nullable
    CallObserver observer() {
        return found().observer;
    }

    /** Starts to follow a call, if anybody does. */
    @Nullable
    ObservedCall observe(Route route, @Nullable Object outer) {
        CallObserver observer = observer();
        if (observer == null) {
            return null;
        }
        try {
            return new Guarded(observer.start(route, outer));
        } catch (RuntimeException ex) {
            observerFailed(ex);
            return null;
        }
    }

    private static void observerFailed(RuntimeException ex) {
        logger.warn("The observer of calls failed; the call goes on", ex);
    }

    /** What it throws never reaches the call. */
    private record Guarded(ObservedCall call) implements ObservedCall {

        @Override
        public Object contextValue() {
            return call.contextValue();
        }

        @Override
        public CallObserver.Scope openScope() {
            try {
                CallObserver.Scope scope = call.openScope();
                return () -> guard(scope::close);
            } catch (RuntimeException ex) {
                observerFailed(ex);
                return () -> {};
            }
        }

        @Override
        public void onStart() {
            guard(call::onStart);
        }

        @Override
        public void onEnd(Outcome outcome, @Nullable Throwable error) {
            guard(() -> call.onEnd(outcome, error));
        }

        private static void guard(Runnable told) {
            try {
                told.run();
            } catch (RuntimeException ex) {
                observerFailed(ex);
            }
        }
    }

    @Override
    public void onStart(Route route, long waitNanos) {
        for (SmartAsyncListener listener : found().listeners) {
            try {
                listener.onStart(route, waitNanos);
            } catch (RuntimeException ex) {
                failed(ex);
            }
        }
    }

    @Override
    public void onReturn(Route route, long nanos) {
        for (SmartAsyncListener listener : found().listeners) {
            try {
                listener.onReturn(route, nanos);
            } catch (RuntimeException ex) {
                failed(ex);
            }
        }
    }

    @Override
    public void onEnd(Route route, Outcome outcome, @Nullable Throwable error, long nanos) {
        for (SmartAsyncListener listener : found().listeners) {
            try {
                listener.onEnd(route, outcome, error, nanos);
            } catch (RuntimeException ex) {
                failed(ex);
            }
        }
    }

    @Override
    public void onForgotten(String className, String methodName, @Nullable Throwable error) {
        for (SmartAsyncListener listener : found().listeners) {
            try {
                listener.onForgotten(className, methodName, error);
            } catch (RuntimeException ex) {
                failed(ex);
            }
        }
    }

    private static void failed(RuntimeException ex) {
        logger.warn("A listener failed; the call goes on", ex);
    }

    private Found found() {
        Found known = found;
        if (known == null) {
            known = new Found(listenerLookup.get().toArray(SmartAsyncListener[]::new), observerLookup.get());
            found = known;
        }
        return known;
    }
}
