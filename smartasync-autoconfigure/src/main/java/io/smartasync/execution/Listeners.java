package io.smartasync.execution;

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

    private final Supplier<List<SmartAsyncListener>> lookup;
    private volatile SmartAsyncListener @Nullable [] listeners;

    Listeners(Supplier<List<SmartAsyncListener>> lookup) {
        this.lookup = lookup;
    }

    boolean isEmpty() {
        return all().length == 0;
    }

    @Override
    public void onStart(Route route, long waitNanos) {
        for (SmartAsyncListener listener : all()) {
            try {
                listener.onStart(route, waitNanos);
            } catch (RuntimeException ex) {
                logger.warn("A listener failed; the call goes on", ex);
            }
        }
    }

    @Override
    public void onReturn(Route route, long nanos) {
        for (SmartAsyncListener listener : all()) {
            try {
                listener.onReturn(route, nanos);
            } catch (RuntimeException ex) {
                logger.warn("A listener failed; the call goes on", ex);
            }
        }
    }

    @Override
    public void onEnd(Route route, Outcome outcome, @Nullable Throwable error, long nanos) {
        for (SmartAsyncListener listener : all()) {
            try {
                listener.onEnd(route, outcome, error, nanos);
            } catch (RuntimeException ex) {
                logger.warn("A listener failed; the call goes on", ex);
            }
        }
    }

    private SmartAsyncListener[] all() {
        SmartAsyncListener[] known = listeners;
        if (known == null) {
            known = lookup.get().toArray(SmartAsyncListener[]::new);
            listeners = known;
        }
        return known;
    }
}
