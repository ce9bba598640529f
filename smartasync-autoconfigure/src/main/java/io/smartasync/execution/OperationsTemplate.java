package io.smartasync.execution;

import io.smartasync.OperationSettings;
import io.smartasync.SmartAsyncOperations;
import io.smartasync.Workload;
import io.smartasync.plan.DurationText;
import io.smartasync.plan.Shape;
import io.smartasync.plan.Subject;
import io.smartasync.plan.Wish;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.springframework.util.ConcurrentLruCache;
import org.springframework.util.ReflectionUtils;
import org.springframework.util.function.SingletonSupplier;

/** What the operations have in common: their settings, and an instance for each combination of them that is in use. */
abstract class OperationsTemplate<S extends OperationSettings<S>> implements OperationSettings<S> {

    /** How many are kept: a timeout may be what is left of a deadline, and so a new one each time. */
    private static final int KEPT = 256;

    final SmartAsyncEngine engine;
    private final MethodRegistry methods;
    private final Settings settings;
    private final ConcurrentLruCache<Settings, S> instances;

    /** What was set; {@code null} is left to the operation. */
    record Settings(@Nullable String name, Wish wish) {

        static final Settings NONE = new Settings(null, Wish.NONE);
    }

    OperationsTemplate(SmartAsyncEngine engine, MethodRegistry methods) {
        this.engine = engine;
        this.methods = methods;
        this.settings = Settings.NONE;
        this.instances = new ConcurrentLruCache<>(KEPT, this::with);
    }

    OperationsTemplate(OperationsTemplate<S> origin, Settings settings) {
        this.engine = origin.engine;
        this.methods = origin.methods;
        this.settings = settings;
        this.instances = origin.instances;
    }

    /** Operations with other settings. */
    abstract S with(Settings settings);

    @Override
    public S named(String name) {
        return instances.get(new Settings(name, settings.wish));
    }

    @Override
    public S executor(String executor) {
        methods.requireExecutor(executor);
        return set(new Wish(executor, null, null, null));
    }

    @Override
    public S workload(Workload workload) {
        return set(new Wish(null, workload, null, null));
    }

    @Override
    public S timeout(Duration timeout) {
        if (timeout.isZero() || timeout.isNegative()) {
            throw new IllegalArgumentException("timeout must be positive, not " + DurationText.of(timeout));
        }
        return set(new Wish(null, null, timeout, null));
    }

    private S set(Wish change) {
        return instances.get(new Settings(settings.name, change.orElse(settings.wish)));
    }

    /** The result has the type and the nullness that the code declares. */
    @SuppressWarnings({"unchecked", "NullAway", "TypeParameterUnusedInFormals"})
    final <I, V extends @Nullable Object> V invoke(BoundMethod method, Body<I> body, I invocation) throws Exception {
        try {
            return (V) engine.invoke(method, body, invocation);
        } catch (Throwable ex) {
            ReflectionUtils.rethrowException(ex);
            throw new IllegalStateException(ex);
        }
    }

    /** An operation that runs code which gives a plain value. */
    SingletonSupplier<BoundMethod> running(String operation) {
        return binding(operation, null, Shape.BLOCKING, settings.wish);
    }

    /** An operation whose work for each item is run as if the caller took {@code itemResult} for it. */
    SingletonSupplier<BoundMethod> runningItems(String operation, Class<?> itemResult) {
        return binding(operation, itemResult, Shape.BLOCKING, settings.wish);
    }

    /** An operation that waits for what was begun elsewhere. */
    SingletonSupplier<BoundMethod> awaiting(String operation, Shape result) {
        Wish inPlace = new Wish(null, Workload.NON_BLOCKING, settings.wish.timeout(), null);
        return binding(operation, null, result, inPlace);
    }

    /** Bound at its first use: most operations with a timeout of their own are used once. */
    private SingletonSupplier<BoundMethod> binding(
            String operation, @Nullable Class<?> itemResult, Shape result, Wish wish) {
        return SingletonSupplier.of(() -> {
            Method method = Arrays.stream(getClass().getInterfaces()[0].getMethods())
                    .filter(candidate -> candidate.getName().equals(operation))
                    .findFirst()
                    .orElseThrow();
            Class<?> returned = itemResult == null ? method.getReturnType() : itemResult;
            String name = settings.name == null ? operation : settings.name;
            Subject subject = new Subject(SmartAsyncOperations.class, name, method, method, returned, result);
            return methods.bind(subject, wish);
        });
    }
}
