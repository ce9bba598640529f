package io.smartasync.execution;

import java.util.concurrent.Executor;
import kotlin.coroutines.Continuation;
import kotlin.coroutines.CoroutineContext;
import kotlinx.coroutines.ExecutorsKt;
import kotlinx.coroutines.flow.Flow;
import kotlinx.coroutines.reactor.ReactorFlowKt;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;

/** How a coroutine is made to run on an executor: by the dispatcher in its context. Loaded only where coroutines are. */
public final class KotlinCoroutines {

    private KotlinCoroutines() {}

    /**
     * The arguments of a suspending function whose coroutine shall run on {@code executor}. Spring's proxies start it with
     * the context of the continuation, which is the last argument.
     */
    @SuppressWarnings("unchecked")
    public static @Nullable Object[] runningOn(Executor executor, @Nullable Object[] arguments) {
        @Nullable Object[] changed = arguments.clone();
        int last = changed.length - 1;
        Continuation<Object> caller = (Continuation<Object>) changed[last];
        if (caller == null) {
            throw new IllegalArgumentException("A suspending function was called without a continuation");
        }
        changed[last] = new Moved(caller, caller.getContext().plus(ExecutorsKt.from(executor)));
        return changed;
    }

    /** A flow that is collected on {@code executor}. */
    static Publisher<?> toPublisher(Object flow, Executor executor) {
        return ReactorFlowKt.asFlux((Flow<?>) flow, ExecutorsKt.from(executor));
    }

    private record Moved(Continuation<Object> caller, CoroutineContext context) implements Continuation<Object> {

        @Override
        public CoroutineContext getContext() {
            return context;
        }

        @Override
        public void resumeWith(Object result) {
            caller.resumeWith(result);
        }
    }
}
