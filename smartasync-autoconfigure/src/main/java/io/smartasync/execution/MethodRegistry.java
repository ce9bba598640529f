package io.smartasync.execution;

import io.smartasync.CallObserver;
import io.smartasync.SmartAsyncConfigurationException;
import io.smartasync.SmartAsyncListener;
import io.smartasync.plan.AnnotatedMethods;
import io.smartasync.plan.Planner;
import io.smartasync.plan.Subject;
import io.smartasync.plan.Wish;
import java.lang.reflect.Method;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
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

    /** Of bridges and operations, as long as these hold them. */
    private final Set<BoundMethod> others = Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

    /** By the qualified names of methods and pieces of code; few, since each is tuned by hand. */
    private final Map<String, Wish> tuned = new ConcurrentHashMap<>();

    /**
     * Makes an empty registry.
     *
     * @param listeners looked up at the first call
     * @param observer looked up at the first call
     */
    public MethodRegistry(
            Planner planner,
            ExecutorDirectory executors,
            Supplier<List<SmartAsyncListener>> listeners,
            Supplier<@Nullable CallObserver> observer) {
        this.planner = planner;
        this.executors = executors;
        this.listeners = new Listeners(listeners, observer);
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
        return bind(subject, Wish.NONE);
    }

    /** Binds a piece of code that says itself how it wants to be run. */
    BoundMethod bind(Subject subject, Wish operation) {
        BoundMethod bound = make(subject, operation);
        others.add(bound);
        return bound;
    }

    private BoundMethod make(Subject subject, Wish operation) {
        BoundMethod bound = new BoundMethod(tuning -> planner.plan(subject, operation, tuning), executors, listeners);
        Wish wish = tuned.get(subject.qualifiedName());
        if (wish != null) {
            bound.tune(wish);
        }
        return bound;
    }

    /** Tunes a method, and what is bound under its name later: a piece of code is bound once more for each timeout. */
    public void tune(BoundMethod method, Wish wish) {
        method.tune(wish);
        tuned.put(method.plan().subject().qualifiedName(), wish);
    }

    /** Throws if there is no executor of that name which could run a piece of code. */
    void requireExecutor(String name) {
        if (!executors.contains(name)) {
            throw new SmartAsyncConfigurationException(List.of(executors.unknown("SmartAsyncOperations", name)));
        }
        executors.get(name);
    }

    /** All that is bound: methods, bridges, and the operations that somebody used. */
    public List<BoundMethod> all() {
        return Stream.concat(
                        methods.values().stream()
                                .flatMap(ofClass -> ofClass.values().stream())
                                .distinct(),
                        List.copyOf(others).stream())
                .toList();
    }

    private BoundMethod bind(Class<?> beanClass, Method invoked) {
        Subject subject = Subject.of(beanClass, invoked);
        Map<Method, BoundMethod> ofClass = methods.computeIfAbsent(beanClass, key -> new ConcurrentHashMap<>());
        BoundMethod bound = ofClass.get(subject.method());
        if (bound == null) { // bound outside the map's lock, since it may have to wait for the bean of an executor
            BoundMethod made = make(subject, Wish.NONE);
            BoundMethod other = ofClass.putIfAbsent(subject.method(), made);
            bound = other == null ? made : other;
        }
        ofClass.put(invoked, bound);
        return bound;
    }
}
