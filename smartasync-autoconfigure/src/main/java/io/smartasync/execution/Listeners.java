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
import org.springframework.beans.factory.BeanCreationException;
import org.springframework.beans.factory.BeanCurrentlyInCreationException;

/**
 * All listeners as one that never fails, whatever they throw: a permit would be lost. They are looked up at the first call,
 * so that nothing starts early for them.
 */
final class Listeners implements SmartAsyncListener {

    private static final Log logger = LogFactory.getLog(Listeners.class);

    private final Supplier<List<SmartAsyncListener>> listenerLookup;
    private final Supplier<@Nullable CallObserver> observerLookup;
    private volatile @Nullable Found found;

    @SuppressWarnings("ArrayRecordComponent") // nobody compares it
    private record Found(
            SmartAsyncListener[] listeners, @Nullable CallObserver observer) {}

    /** For calls that a listener, or what it depends on, makes while the listener is being created. */
    private static final Found NOBODY_YET = new Found(new SmartAsyncListener[0], null);

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
            ObservedCall call = observer.start(route, outer);
            return call == null ? null : new Guarded(call);
        } catch (Throwable ex) {
            failed(observer, ex);
            return null;
        }
    }

    /** Names who failed: a listener, an observer, or what that gave for one call. */
    static void failed(Object listener, Throwable ex) {
        // A + whose first use meets a stack overflow stays broken
        String who = "The listener or observer ".concat(listener.getClass().getName());
        CallLog.warn(logger, who.concat(" failed; the call goes on"), ex);
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
                return () -> guard(() -> scope.close());
            } catch (Throwable ex) {
                failed(call, ex);
                return () -> {};
            }
        }

        @Override
        public void onStart() {
            guard(() -> call.onStart());
        }

        @Override
        public void onEnd(Outcome outcome, @Nullable Throwable error) {
            guard(() -> call.onEnd(outcome, error));
        }

        private void guard(Runnable told) {
            try {
                told.run();
            } catch (Throwable ex) {
                failed(call, ex);
            }
        }
    }

    @Override
    public void onStart(Route route, long waitNanos) {
        for (SmartAsyncListener listener : found().listeners) {
            try {
                listener.onStart(route, waitNanos);
            } catch (Throwable ex) {
                failed(listener, ex);
            }
        }
    }

    @Override
    public void onReturn(Route route, long nanos) {
        for (SmartAsyncListener listener : found().listeners) {
            try {
                listener.onReturn(route, nanos);
            } catch (Throwable ex) {
                failed(listener, ex);
            }
        }
    }

    @Override
    public void onEnd(Route route, Outcome outcome, @Nullable Throwable error, long nanos) {
        for (SmartAsyncListener listener : found().listeners) {
            try {
                listener.onEnd(route, outcome, error, nanos);
            } catch (Throwable ex) {
                failed(listener, ex);
            }
        }
    }

    @Override
    public void onForgotten(String className, String methodName, @Nullable Throwable error) {
        for (SmartAsyncListener listener : found().listeners) {
            try {
                listener.onForgotten(className, methodName, error);
            } catch (Throwable ex) {
                failed(listener, ex);
            }
        }
    }

    private Found found() {
        Found known = found;
        if (known == null) {
            try {
                known = new Found(listenerLookup.get().toArray(SmartAsyncListener[]::new), observerLookup.get());
                found = known;
            } catch (BeanCreationException ex) {
                if (!ex.contains(BeanCurrentlyInCreationException.class)) {
                    throw ex;
                }
                return NOBODY_YET;
            }
        }
        return known;
    }
}
