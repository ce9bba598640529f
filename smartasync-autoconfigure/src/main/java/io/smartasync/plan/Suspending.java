package io.smartasync.plan;

import java.lang.reflect.Method;
import org.springframework.core.KotlinDetector;
import org.springframework.core.MethodParameter;
import org.springframework.util.ClassUtils;

/**
 * What there is to know of Kotlin's suspending functions without naming Kotlin. Spring's proxies present one as a
 * publisher to whoever intercepts it, and suspend its caller themselves.
 */
final class Suspending {

    /** What Spring's proxies need for it. */
    static final boolean SUPPORTED = isPresent("reactor.core.publisher.Mono")
            && isPresent("kotlinx.coroutines.reactor.MonoKt")
            && KotlinDetector.isKotlinReflectPresent();

    private Suspending() {}

    static boolean is(Method method) {
        return KotlinDetector.isSuspendingFunction(method);
    }

    /** The publisher that stands for it. */
    static Class<?> publisher(Method method) {
        return type("reactor.core.publisher." + (Shape.isFlow(result(method)) ? "Flux" : "Mono"));
    }

    /** What its caller gets. */
    static Class<?> result(Method method) {
        return new MethodParameter(method, -1).getParameterType();
    }

    private static boolean isPresent(String type) {
        return ClassUtils.isPresent(type, Suspending.class.getClassLoader());
    }

    private static Class<?> type(String name) {
        return ClassUtils.resolveClassName(name, Suspending.class.getClassLoader());
    }
}
