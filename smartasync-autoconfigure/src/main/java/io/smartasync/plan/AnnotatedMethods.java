package io.smartasync.plan;

import io.smartasync.SmartAsync;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import org.springframework.core.DecoratingProxy;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.util.ConcurrentReferenceHashMap;
import org.springframework.util.ReflectionUtils;

/**
 * Which methods of a bean are {@code @SmartAsync}: those that carry it, override or implement one that does, and all of
 * a class that carries it, inherits it, or implements an interface that does.
 */
public final class AnnotatedMethods {

    /** Asked for several times at startup; held softly, as Spring's own caches of annotations are. */
    private static final Map<Class<?>, Set<Method>> METHODS = new ConcurrentReferenceHashMap<>();

    private AnnotatedMethods() {}

    /**
     * All {@code @SmartAsync} methods of a bean of {@code beanClass}, its most specific ones. The framework's own beans have
     * none: the application's start-up time is not spent on them.
     */
    public static Set<Method> of(Class<?> beanClass) {
        if (isOfFramework(beanClass.getName()) || !AnnotationUtils.isCandidateClass(beanClass, SmartAsync.class)) {
            return Set.of();
        }
        Set<Method> methods = METHODS.get(beanClass);
        if (methods == null) {
            methods = Collections.unmodifiableSet(MethodIntrospector.selectMethods(
                    beanClass, (ReflectionUtils.MethodFilter) method -> isAnnotated(method, beanClass)));
            METHODS.put(beanClass, methods);
        }
        return methods;
    }

    /** Spring's samples are applications, and many an application has begun as one. */
    private static boolean isOfFramework(String className) {
        return className.startsWith("org.springframework.") && !className.contains(".samples.");
    }

    /** Whether a call of {@code method}, the most specific one, on a bean of {@code beanClass} is intercepted. */
    public static boolean isAnnotated(Method method, Class<?> beanClass) {
        return method.isAnnotationPresent(SmartAsync.class) // as most are, and soon told
                || onMethod(method).isPresent()
                || (isCoveredByType(method, beanClass) && onType(beanClass).isPresent());
    }

    static MergedAnnotation<SmartAsync> onMethod(Method method) {
        return MergedAnnotations.from(method, SearchStrategy.TYPE_HIERARCHY).get(SmartAsync.class);
    }

    static MergedAnnotation<SmartAsync> onType(Class<?> beanClass) {
        return MergedAnnotations.from(beanClass, SearchStrategy.TYPE_HIERARCHY).get(SmartAsync.class);
    }

    /**
     * An annotation on the type says nothing of its private helpers, of {@code toString} and the like, of final methods
     * that it inherits and can do nothing about, nor of what Spring's own proxies (a repository's) offer besides.
     */
    private static boolean isCoveredByType(Method method, Class<?> beanClass) {
        int modifiers = method.getModifiers();
        return !Modifier.isPrivate(modifiers)
                && !Modifier.isStatic(modifiers)
                && !(Modifier.isFinal(modifiers) && method.getDeclaringClass() != beanClass)
                && !ReflectionUtils.isObjectMethod(method)
                && !isOfProxies(method.getDeclaringClass());
    }

    private static boolean isOfProxies(Class<?> type) {
        return type == DecoratingProxy.class || type.getName().startsWith("org.springframework.aop.");
    }
}
