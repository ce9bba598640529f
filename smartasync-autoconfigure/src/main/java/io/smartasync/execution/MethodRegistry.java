package io.smartasync.execution;

import io.smartasync.SmartAsyncListener;
import io.smartasync.Workload;
import io.smartasync.plan.AnnotatedMethods;
import io.smartasync.plan.Planner;
import io.smartasync.plan.Subject;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.core.BridgeMethodResolver;
import org.springframework.util.ClassUtils;

/**
 * The bound methods of all beans, by bean class and method: the one look-up of a call. Filled at registration; a call
 * that comes before (from an initializer) binds its method itself. Thread-safe.
 */
public final class MethodRegistry {

    private final Planner planner;
    private final ExecutorDirectory executors;
    private final Listeners listeners;
    private final Map<Class<?>, Map<Method, BoundMethod>> methods = new ConcurrentHashMap<>();

    /**
     * Makes an empty registry.
     *
     * @param listeners looked up at the first call
     */
    public MethodRegistry(Planner planner, ExecutorDirectory executors, Supplier<List<SmartAsyncListener>> listeners) {
        this.planner = planner;
        this.executors = executors;
        this.listeners = new Listeners(listeners);
    }

    /** Binds all {@code @SmartAsync} methods of beans of a class. */
    public void register(Class<?> beanClass) {
        for (Method method : AnnotatedMethods.of(ClassUtils.getUserClass(beanClass))) {
            get(beanClass, method);
        }
    }

    /**
     * The method that runs when {@code invoked} is called on a bean.
     *
     * @param beanClass the class of the bean behind the proxy
     * @param invoked the method as it was called, perhaps an interface's
     */
    public BoundMethod get(Class<?> beanClass, Method invoked) {
        Map<Method, BoundMethod> ofClass = methods.get(beanClass);
        BoundMethod bound = ofClass == null ? null : ofClass.get(invoked);
        return bound != null ? bound : bind(beanClass, invoked);
    }

    /** Binds a method for a bridge. */
    public BoundMethod bind(Subject subject) {
        return new BoundMethod(planner.plan(subject), executors, listeners);
    }

    /** Binds a piece of code that says itself how it wants to be run; what is {@code null} is left to rules and routes. */
    public BoundMethod bind(
            Subject subject, @Nullable String executor, @Nullable Workload workload, @Nullable Duration timeout) {
        return new BoundMethod(planner.plan(subject, executor, workload, timeout), executors, listeners);
    }

    private BoundMethod bind(Class<?> beanClass, Method invoked) {
        Class<?> userClass = ClassUtils.getUserClass(beanClass);
        // A proxy as target (a repository, an HTTP client) has no name and no annotation of its own: its interface has
        boolean proxy = Proxy.isProxyClass(userClass);
        Method method = proxy ? invoked : BridgeMethodResolver.getMostSpecificMethod(invoked, userClass);
        Class<?> named = proxy ? invoked.getDeclaringClass() : userClass;
        Map<Method, BoundMethod> ofClass = methods.computeIfAbsent(beanClass, key -> new ConcurrentHashMap<>());
        BoundMethod bound = ofClass.computeIfAbsent(
                method, key -> new BoundMethod(planner.plan(Subject.of(named, method)), executors, listeners));
        ofClass.put(invoked, bound);
        return bound;
    }
}
