package io.smartasync.test;

import io.smartasync.Caller;
import io.smartasync.ExecutionPath;
import io.smartasync.Outcome;
import io.smartasync.Route;
import io.smartasync.SmartAsyncListener;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.springframework.util.ClassUtils;

/**
 * The calls that ended, in the order in which they did. A call is here before its caller can see the result, so nothing
 * has to be waited for but that; only a {@code background} method has none. Thread-safe.
 */
public final class RecordedCalls implements SmartAsyncListener {

    private final List<Call> calls = new CopyOnWriteArrayList<>();

    /** Nothing recorded yet. Also of use where there is no {@link RecordSmartAsyncCalls}, as any listener is. */
    public RecordedCalls() {}

    /** All calls. */
    public List<Call> all() {
        return List.copyOf(calls);
    }

    /** The calls of a bean's method, by the simple name of the bean's own class; that of its proxy will do too. */
    public List<Call> of(Class<?> beanClass, String methodName) {
        String className = ClassUtils.getUserClass(beanClass).getSimpleName();
        return calls.stream()
                .filter(call -> call.className().equals(className))
                .filter(call -> call.methodName().equals(methodName))
                .toList();
    }

    /** Forgets all calls. */
    public void clear() {
        calls.clear();
    }

    @Override
    public void onEnd(Route route, Outcome outcome, @Nullable Throwable error, long nanos) {
        calls.add(new Call(
                route.className(),
                route.methodName(),
                route.caller(),
                route.path(),
                route.executor(),
                outcome,
                error,
                Duration.ofNanos(nanos)));
    }

    /**
     * One call.
     *
     * @param className the simple name of the bean's own class
     * @param methodName the name of the method
     * @param caller the kind of thread that called
     * @param path the way that the call took
     * @param executor the executor that ran the body, {@code null} where it stayed on the caller's thread
     * @param outcome how it ended
     * @param error what it ended with, {@code null} for a success and where the caller cancelled or gave up waiting
     * @param duration from the call (the subscription, for a publisher) to its end
     */
    public record Call(
            String className,
            String methodName,
            Caller caller,
            ExecutionPath path,
            @Nullable String executor,
            Outcome outcome,
            @Nullable Throwable error,
            Duration duration) {}
}
