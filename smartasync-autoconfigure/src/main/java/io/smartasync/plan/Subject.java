package io.smartasync.plan;

import io.smartasync.Caller;
import io.smartasync.ExecutionPath;
import io.smartasync.Route;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;
import org.springframework.core.BridgeMethodResolver;
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
     * A method of a bean, called as it is. A proxy as target (a repository, an HTTP client), or a lambda, has no name and no
     * annotation of its own. It goes by the interface of it that declares the method or inherits it.
     *
     * @param beanClass the class of the bean behind the proxy; a subclass that Spring made of it counts as the bean's own
     * @param invoked the method as it was called, perhaps an interface's
     */
    public static Subject of(Class<?> beanClass, Method invoked) {
        Class<?> own = ClassUtils.getUserClass(beanClass);
        boolean nameless = Proxy.isProxyClass(own) || ClassUtils.isLambdaClass(own);
        Method declared = nameless ? ClassUtils.getInterfaceMethodIfPossible(invoked, own) : invoked;
        Class<?> type = nameless ? interfaceWith(declared, own) : own;
        Method method = BridgeMethodResolver.getMostSpecificMethod(declared, type);
        return new Subject(
                type, method.getName(), method, method, Shape.returnType(method, type), Shape.of(method, type));
    }

    private static Class<?> interfaceWith(Method method, Class<?> beanClass) {
        for (Class<?> type : beanClass.getInterfaces()) {
            if (method.getDeclaringClass().isAssignableFrom(type)) {
                return type;
            }
        }
        return method.getDeclaringClass();
    }

    /** The same method, called as {@code other} of {@code bridge}. */
    public Subject calledAs(Class<?> bridge, Method other) {
        return new Subject(type, name, method, other, Shape.returnType(other, bridge), result);
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

    /** Such as {@code com.acme.JdbcUsers#find}. */
    public String qualifiedName() {
        return type.getName() + "#" + name;
    }

    /** Such as {@code JdbcUsers#find}. */
    @Override
    public String toString() {
        return className() + "#" + name;
    }
}
