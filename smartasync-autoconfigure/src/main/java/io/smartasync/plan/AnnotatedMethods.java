package io.smartasync.plan;

import io.smartasync.SmartAsync;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.springframework.core.BridgeMethodResolver;
import org.springframework.core.DecoratingProxy;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.util.ClassUtils;
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
            methods = select(beanClass);
            METHODS.put(beanClass, methods);
        }
        return methods;
    }

    /** A class that needs another one, which is not there, is refused by Spring when a bean is made of it, if ever. */
    private static Set<Method> select(Class<?> beanClass) {
        try {
            return Collections.unmodifiableSet(MethodIntrospector.selectMethods(
                    beanClass, (ReflectionUtils.MethodFilter) method -> isAnnotated(method, beanClass)));
        } catch (IllegalStateException ex) {
            if (ex.getCause() instanceof LinkageError) {
                return Set.of();
            }
            throw ex;
        }
    }

    /** Whether it is one of Spring's classes. Its samples are applications, and many an application has begun as one. */
    public static boolean isOfFramework(String className) {
        return className.startsWith("org.springframework.") && !className.contains(".samples.");
    }

    /** Whether a call of {@code method}, the most specific one, on a bean of {@code beanClass} is intercepted. */
    public static boolean isAnnotated(Method method, Class<?> beanClass) {
        return method.isAnnotationPresent(SmartAsync.class) // most are, and this is told at once
                || onMethod(method, beanClass).isPresent()
                || (isCoveredByType(method, beanClass) && onType(beanClass).isPresent());
    }

    /** On the method itself, on one that it overrides, or on one of an interface that it implements for {@code beanClass}. */
    public static MergedAnnotation<SmartAsync> onMethod(Method method, Class<?> beanClass) {
        MergedAnnotation<SmartAsync> found = inHierarchy(method);
        return found.isPresent()
                ? found
                : implementedBy(method, beanClass)
                        .map(AnnotatedMethods::inHierarchy)
                        .filter(MergedAnnotation::isPresent)
                        .findFirst()
                        .orElse(found);
    }

    private static MergedAnnotation<SmartAsync> inHierarchy(AnnotatedElement element) {
        return MergedAnnotations.from(element, SearchStrategy.TYPE_HIERARCHY).get(SmartAsync.class);
    }

    /** An inherited method may implement an interface that its own class knows nothing of. */
    private static Stream<Method> implementedBy(Method method, Class<?> beanClass) {
        return method.getDeclaringClass() == beanClass
                ? Stream.empty()
                : ClassUtils.getAllInterfacesForClassAsSet(beanClass).stream()
                        .filter(type -> AnnotationUtils.isCandidateClass(type, SmartAsync.class))
                        .flatMap(type -> Stream.of(type.getMethods()))
                        .filter(declared -> declared.getName().equals(method.getName())
                                && declared.getParameterCount() == method.getParameterCount()
                                && method.equals(BridgeMethodResolver.getMostSpecificMethod(declared, beanClass)));
    }

    static MergedAnnotation<SmartAsync> onType(Class<?> beanClass) {
        return inHierarchy(beanClass);
    }

    /**
     * An annotation on the type says nothing of its private helpers, of {@code toString} and the like, of methods that it
     * inherits, but that no proxy can override, nor of what Spring's own proxies (a repository's) offer besides.
     */
    private static boolean isCoveredByType(Method given, Class<?> beanClass) {
        // The compiler's second signature of a final method is not final itself
        Method method = BridgeMethodResolver.findBridgedMethod(given);
        int modifiers = method.getModifiers();
        return !Modifier.isPrivate(modifiers)
                && !Modifier.isStatic(modifiers)
                && !isInheritedAsItIs(method, beanClass)
                && !ReflectionUtils.isObjectMethod(method)
                && !isOfProxies(method.getDeclaringClass());
    }

    /** The class of the bean has no say in it, unless it implements an annotated interface with it. */
    private static boolean isInheritedAsItIs(Method method, Class<?> beanClass) {
        Class<?> owner = method.getDeclaringClass();
        int modifiers = method.getModifiers();
        boolean isHidden = !Modifier.isPublic(modifiers)
                && !Modifier.isProtected(modifiers)
                && !owner.getPackageName().equals(beanClass.getPackageName());
        return owner != beanClass
                && (isHidden || Modifier.isFinal(modifiers))
                && implementedBy(method, beanClass).noneMatch(declared -> onType(declared.getDeclaringClass())
                        .isPresent());
    }

    private static boolean isOfProxies(Class<?> type) {
        return type == DecoratingProxy.class || type.getName().startsWith("org.springframework.aop.");
    }
}
