package io.smartasync.execution;

import io.micrometer.context.ContextAccessor;
import io.micrometer.context.ContextRegistry;
import io.micrometer.context.ContextSnapshot;
import io.micrometer.context.ContextSnapshotFactory;
import io.micrometer.context.ThreadLocalAccessor;
import io.micrometer.context.integration.Slf4jThreadLocalAccessor;
import java.util.List;
import java.util.Map;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.BeanUtils;
import org.springframework.context.i18n.LocaleContextThreadLocalAccessor;
import org.springframework.util.ClassUtils;

/**
 * Takes along all that Micrometer's context registry knows, and besides it the MDC, the locale and, where the caller waits,
 * the request attributes. The registry itself is only read. Loaded only where context-propagation is.
 */
public final class ContextPropagation implements ContextCarrier {

    private static final String REQUEST_ATTRIBUTES =
            "org.springframework.web.context.request.RequestAttributesThreadLocalAccessor";

    private static final Log logger = LogFactory.getLog(ContextPropagation.class);

    private final ContextRegistry global = ContextRegistry.getInstance();
    private final @Nullable ClassLoader classLoader;
    private volatile Snapshots snapshots;

    /** Finds the accessors that {@code classLoader} has. */
    public ContextPropagation(@Nullable ClassLoader classLoader) {
        this.classLoader = classLoader;
        this.snapshots = new Snapshots(global, classLoader);
    }

    @Override
    public CapturedContext capture(boolean callerWaits, @Nullable Object subscriber) {
        Snapshots current = snapshots;
        if (current.isOutdated(global)) {
            current = new Snapshots(global, classLoader);
            snapshots = current;
        }
        // A body that nobody waits for may run longer than the request, whose attributes it must not touch
        return current.capture(callerWaits ? current.waiting : current.detached, subscriber);
    }

    @Override
    public void clear() {
        snapshots.clear();
    }

    /** The accessors of one moment: the application may register more at any time. */
    private static final class Snapshots {

        /** What the library returns where there is nothing to carry. */
        private static final ContextSnapshot NOTHING = ContextSnapshotFactory.builder()
                .contextRegistry(new ContextRegistry())
                .build()
                .captureAll();

        private static final Object[] NO_CONTEXTS = {};

        /** How many scopes a body may leave open; an accessor that never gets empty must not hold the thread. */
        private static final int MOST_SCOPES = 100;

        private final List<ThreadLocalAccessor<?>> threadLocalsSeen;
        private final List<ContextAccessor<?, ?>> contextsSeen;
        private final ThreadLocalAccessor<?>[] accessors;
        private final @Nullable Object[] nothings;
        private final Runnable clearing = this::clear;
        private final CapturedContext.Scope ofPool;
        private final ContextSnapshotFactory waiting;
        private final ContextSnapshotFactory detached;
        private final CapturedContext nothing = new CapturedContext() {
            @Override
            public CapturedContext.Scope open(ThreadKind thread) {
                return Snapshots.this.open(thread, Snapshots.NOTHING);
            }

            @Override
            public boolean isEmpty() {
                return true;
            }
        };

        Snapshots(ContextRegistry global, @Nullable ClassLoader classLoader) {
            FixedRegistry registry = new FixedRegistry();
            threadLocalsSeen = List.copyOf(global.getThreadLocalAccessors());
            contextsSeen = List.copyOf(global.getContextAccessors());
            if (ClassUtils.isPresent("org.slf4j.MDC", classLoader)) {
                registry.registerThreadLocalAccessor(new Slf4jThreadLocalAccessor());
            }
            registry.registerThreadLocalAccessor(new ResolvedLocale());
            if (ClassUtils.isPresent(REQUEST_ATTRIBUTES, classLoader)) {
                Class<?> type = ClassUtils.resolveClassName(REQUEST_ATTRIBUTES, classLoader);
                registry.registerThreadLocalAccessor((ThreadLocalAccessor<?>) BeanUtils.instantiateClass(type));
            }
            threadLocalsSeen.forEach(registry::registerThreadLocalAccessor); // the application's own win
            contextsSeen.forEach(registry::registerContextAccessor);
            registry.fix();
            accessors = registry.getThreadLocalAccessors().stream()
                    .map(Snapshots::ofThread)
                    .toArray(ThreadLocalAccessor<?>[]::new);
            nothings = new Object[accessors.length];
            ofPool = new Scope(nothings, NOTHING.setThreadLocals(), clearing);
            waiting = ContextSnapshotFactory.builder().contextRegistry(registry).build();
            detached = ContextSnapshotFactory.builder()
                    .contextRegistry(registry)
                    .captureKeyPredicate(key -> !key.equals(REQUEST_ATTRIBUTES + ".KEY"))
                    .build();
        }

        /** To give a thread back what it had takes what is there, and no answer of it. */
        private static ThreadLocalAccessor<?> ofThread(ThreadLocalAccessor<?> accessor) {
            return accessor instanceof ResolvedLocale ? new LocaleContextThreadLocalAccessor() : accessor;
        }

        boolean isOutdated(ContextRegistry global) {
            return differ(threadLocalsSeen, global.getThreadLocalAccessors())
                    || differ(contextsSeen, global.getContextAccessors());
        }

        /** Without an iterator, which would cost each call memory; an accessor may take the place of another. */
        private static boolean differ(List<?> seen, List<?> current) {
            int size = seen.size();
            if (current.size() != size) {
                return true;
            }
            try {
                for (int i = 0; i < size; i++) {
                    if (seen.get(i) != current.get(i)) {
                        return true;
                    }
                }
            } catch (IndexOutOfBoundsException ex) { // one was taken away at this moment
                return true;
            }
            return false;
        }

        CapturedContext capture(ContextSnapshotFactory factory, @Nullable Object subscriber) {
            ContextSnapshot snapshot =
                    subscriber == null ? factory.captureAll(NO_CONTEXTS) : factory.captureAll(subscriber);
            if (snapshot == NOTHING) {
                return nothing;
            }
            return thread -> open(thread, snapshot);
        }

        private CapturedContext.Scope open(CapturedContext.ThreadKind thread, ContextSnapshot snapshot) {
            return switch (thread) {
                case POOLED -> snapshot == NOTHING ? ofPool : set(snapshot, nothings, clearing);
                // With nothing of it, it isn't looked at: to read a thread-local of a new thread costs memory
                case NEW -> snapshot == NOTHING ? CapturedContext.NO_SCOPE : set(snapshot, nothings, () -> {});
                case BORROWED -> {
                    @Nullable Object[] before = values();
                    yield set(snapshot, before, () -> exchange(before));
                }
            };
        }

        /** Whatever an accessor throws, {@code cleanUp} comes last; some are set already when setting another one fails. */
        private CapturedContext.Scope set(ContextSnapshot snapshot, @Nullable Object[] before, Runnable cleanUp) {
            try {
                return new Scope(before, snapshot.setThreadLocals(), cleanUp);
            } catch (Throwable ex) {
                cleanUp.run();
                throw ex;
            }
        }

        private final class Scope implements CapturedContext.Scope {

            private final @Nullable Object[] before;
            private final ContextSnapshot.Scope carried;
            private final Runnable cleanUp;

            Scope(@Nullable Object[] before, ContextSnapshot.Scope carried, Runnable cleanUp) {
                this.before = before;
                this.carried = carried;
                this.cleanUp = cleanUp;
            }

            @Override
            public CapturedContext.@Nullable Hidden hide() {
                @Nullable Object @Nullable [] hidden = exchange(before);
                return hidden == null ? null : () -> giveBack(hidden, before);
            }

            @Override
            public void close() {
                try {
                    carried.close();
                } finally {
                    cleanUp.run();
                }
            }
        }

        private @Nullable Object[] values() {
            @Nullable Object[] values = new Object[accessors.length];
            for (int i = 0; i < values.length; i++) {
                values[i] = accessors[i].getValue();
            }
            return values;
        }

        /**
         * Touches only what differs: to set an observation opens a scope, which stays on the thread until it is restored.
         * Never fails.
         *
         * @return what was there, {@code null} if nothing differs
         */
        private @Nullable Object @Nullable [] exchange(@Nullable Object[] values) {
            @Nullable Object @Nullable [] found = null;
            for (int i = 0; i < values.length; i++) {
                try {
                    Object value = accessors[i].getValue();
                    if (!isSame(value, values[i])) {
                        set(accessors[i], values[i]);
                        found = found == null ? values.clone() : found;
                        found[i] = value;
                    }
                } catch (Throwable ex) { // the others', perhaps somebody's identity, must not stay
                    CallLog.warn(logger, "The context of a call can't be taken from its thread", ex);
                }
            }
            return found;
        }

        private void giveBack(@Nullable Object[] found, @Nullable Object[] values) {
            for (int i = values.length - 1; i >= 0; i--) {
                if (!isSame(found[i], values[i])) {
                    try {
                        restore(accessors[i], found[i]);
                    } catch (Throwable ex) {
                        CallLog.warn(logger, "The context of a call can't be given back to its thread", ex);
                    }
                }
            }
        }

        /** Not by {@code equals} of what applications have there, which may do anything; the MDC is a copy each time. */
        private static boolean isSame(@Nullable Object one, @Nullable Object other) {
            return one == other
                    || (one instanceof Map<?, ?> map && map.equals(other))
                    || (isNothing(one) && isNothing(other));
        }

        @SuppressWarnings("unchecked")
        private static <V> void set(ThreadLocalAccessor<V> accessor, @Nullable Object value) {
            if (value == null) {
                accessor.setValue();
            } else {
                accessor.setValue((V) value);
            }
        }

        @SuppressWarnings("unchecked")
        private static <V> void restore(ThreadLocalAccessor<V> accessor, @Nullable Object value) {
            if (value == null) {
                accessor.restore();
            } else {
                accessor.restore((V) value);
            }
        }

        /** Scope by scope, where an accessor nests them. Never fails. */
        void clear() {
            for (ThreadLocalAccessor<?> accessor : accessors) {
                try {
                    for (int i = 0; i < MOST_SCOPES && !isNothing(accessor.getValue()); i++) {
                        accessor.restore();
                    }
                } catch (Throwable ex) { // the others', perhaps somebody's identity, must not stay
                    CallLog.warn(
                            logger,
                            "The context that was left on "
                                    + Thread.currentThread().getName() + " can't be cleared",
                            ex);
                }
            }
        }

        /** Some adapters of the MDC have an empty map in place of none. */
        private static boolean isNothing(@Nullable Object value) {
            return value == null || (value instanceof Map<?, ?> map && map.isEmpty());
        }
    }

    /** Every capture iterates over the accessors; doing so over a list that may change costs memory. */
    private static final class FixedRegistry extends ContextRegistry {

        private List<ThreadLocalAccessor<?>> accessors = List.of();

        void fix() {
            accessors = List.copyOf(super.getThreadLocalAccessors());
        }

        @Override
        public List<ThreadLocalAccessor<?>> getThreadLocalAccessors() {
            return accessors;
        }
    }
}
