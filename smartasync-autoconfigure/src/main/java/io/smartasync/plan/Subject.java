package io.smartasync.plan;

import io.smartasync.Caller;
import io.smartasync.ExecutionPath;
import io.smartasync.Route;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;
import org.springframework.util.ClassUtils;

/**
 * What is planned: a method of a bean, called as it is or through a bridge, or a piece of code with a name.
 *
 * @param type the bean's own class, whose name rules and meters know
 * @param name the name of the method or piece of code, which rules and meters know
 * @param method what says, by annotations, how it wants to be run
 * @param called what the caller calls: the same method, a bridge's, or an operation
 * @param returned what that returns, with the type variables of a generic superclass resolved
 * @param result what the body gives, which a bridge may hand to its caller in another shape
 */
public record Subject(Class<?> type, String name, Method method, Method called, Class<?> returned, Shape result) {

    /**
     * The class or interface that a method of a bean is known by. A proxy as target (a repository, an HTTP client), or a
     * lambda, has no name and no annotation of its own. It goes by the interface of it that declares the method or inherits it.
     */
    public static Class<?> typeOf(Class<?> beanClass, Method method) {
        if (!Proxy.isProxyClass(beanClass) && !ClassUtils.isLambdaClass(beanClass)) {
            return beanClass;
        }
        for (Class<?> type : beanClass.getInterfaces()) {
            if (method.getDeclaringClass().isAssignableFrom(type)) {
                return type;
            }
        }
        return method.getDeclaringClass();
    }

    /** A method of a bean, called as it is. */
    public static Subject of(Class<?> beanClass, Method method) {
        return bridged(beanClass, method, beanClass, method);
    }

    /** A method of a bean, called as {@code called} of {@code bridge}. */
    public static Subject bridged(Class<?> beanClass, Method method, Class<?> bridge, Method called) {
        return new Subject(
                beanClass,
                method.getName(),
                method,
                called,
                Shape.returnType(called, bridge),
                Shape.of(method, beanClass));
    }

    /** What the caller gets. */
    public Shape shape() {
        return Shape.of(returned);
    }

    /** Whether it is a suspending function of Kotlin. */
    public boolean isSuspending() {
        return Suspending.is(method);
    }

    /** Whether it is called as what it is, and not through a bridge or an operation. */
    boolean isCalledAsIs() {
        return called.equals(method) && result == shape();
    }

    Route route(Caller caller, ExecutionPath path, @Nullable String executor) {
        return new Route(className(), name, caller, path, executor);
    }

    /** The simple name of the class, the value of the meter tag {@code class}. */
    public String className() {
        String simple = type.getSimpleName();
        return simple.isEmpty() ? ClassUtils.getShortName(type) : simple; // an anonymous class has no simple name
    }

    /** Such as {@code JdbcUsers#find}. */
    @Override
    public String toString() {
        return className() + "#" + name;
    }
}
