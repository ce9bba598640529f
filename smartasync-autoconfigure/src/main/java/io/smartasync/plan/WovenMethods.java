package io.smartasync.plan;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import org.aspectj.lang.JoinPoint;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/**
 * Which methods AspectJ has woven {@code @SmartAsync} into, when their class was compiled or loaded. Their calls are
 * intercepted whether a proxy sees them or not.
 */
public final class WovenMethods {

    private static final boolean POSSIBLE =
            ClassUtils.isPresent("io.smartasync.aspectj.SmartAsyncWeaving", WovenMethods.class.getClassLoader());

    private WovenMethods() {}

    /** Whether {@code method} is one: its body has moved to a static method beside it. Reads classes, so not for each call. */
    public static boolean contains(Method method) {
        return POSSIBLE
                && Arrays.stream(ReflectionUtils.getDeclaredMethods(method.getDeclaringClass()))
                        .anyMatch(other -> isBodyOf(method, other));
    }

    private static boolean isBodyOf(Method method, Method other) {
        if (!other.getName().startsWith(method.getName() + "_aroundBody")) {
            return false;
        }
        int self = Modifier.isStatic(method.getModifiers()) ? 0 : 1;
        Class<?>[] types = other.getParameterTypes();
        int last = types.length - 1;
        return last == self + method.getParameterCount()
                && types[last] == JoinPoint.class
                && Arrays.equals(types, self, last, method.getParameterTypes(), 0, method.getParameterCount());
    }
}
