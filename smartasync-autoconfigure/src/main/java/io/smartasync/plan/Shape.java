package io.smartasync.plan;

import java.lang.reflect.Method;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.springframework.core.GenericTypeResolver;
import org.springframework.core.ReactiveAdapter;
import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.util.ClassUtils;

/** What a method gives its caller: a value, or something that will have it later. */
public enum Shape {

    /** A plain value or {@code void}. */
    BLOCKING,

    /** A {@code Future} or {@code CompletionStage}: runs once. */
    FUTURE,

    /** Whatever the {@link ReactiveAdapterRegistry} knows: runs once per subscription. */
    PUBLISHER;

    private static final boolean REACTIVE_STREAMS =
            ClassUtils.isPresent("org.reactivestreams.Publisher", Shape.class.getClassLoader());

    /** The shape of a method of {@code type}, which may have inherited it. */
    public static Shape of(Method method, Class<?> type) {
        return of(returnType(method, type));
    }

    /** What a method of {@code type} returns to whoever intercepts it. */
    public static Class<?> returnType(Method method, Class<?> type) {
        return Suspending.is(method) && Suspending.SUPPORTED
                ? Suspending.publisher(method)
                : GenericTypeResolver.resolveReturnType(method, type);
    }

    /** Whether {@code type} is a flow of Kotlin, whose body is a coroutine. */
    public static boolean isFlow(Class<?> type) {
        return type.getName().equals("kotlinx.coroutines.flow.Flow");
    }

    /** The shape of a method that returns {@code type}. */
    public static Shape of(Class<?> type) {
        if (Future.class.isAssignableFrom(type) || CompletionStage.class.isAssignableFrom(type)) {
            return FUTURE;
        }
        return adapter(type) == null ? BLOCKING : PUBLISHER;
    }

    /** Converts from and to the publisher type {@code type}; {@code null} if it is none. */
    public static @Nullable ReactiveAdapter adapter(Class<?> type) {
        return REACTIVE_STREAMS ? ReactiveAdapterRegistry.getSharedInstance().getAdapter(type) : null;
    }
}
