package io.smartasync.bridge;

import io.smartasync.SmartAsyncBridge;
import io.smartasync.SmartAsyncConfigurationException;
import io.smartasync.SmartAsyncConfigurationException.Problem;
import io.smartasync.bridge.BridgeHandler.Bridged;
import io.smartasync.bridge.BridgeMatcher.Match;
import io.smartasync.execution.BoundMethod;
import io.smartasync.execution.MethodRegistry;
import io.smartasync.execution.SmartAsyncEngine;
import io.smartasync.plan.AnnotatedMethods;
import io.smartasync.plan.Subject;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.aop.scope.ScopedObject;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.beans.factory.NoUniqueBeanDefinitionException;
import org.springframework.beans.factory.config.AutowireCapableBeanFactory;
import org.springframework.beans.factory.config.DependencyDescriptor;
import org.springframework.core.MethodParameter;
import org.springframework.core.ResolvableType;
import org.springframework.util.ClassUtils;

/** Makes the bridges of an application. */
public final class Bridges {

    private final SmartAsyncEngine engine;
    private final MethodRegistry methods;
    private final AutowireCapableBeanFactory beans;
    private final Function<List<Problem>, SmartAsyncConfigurationException> withAllElse;

    /**
     * Makes bridges.
     *
     * @param beans has their targets
     * @param withAllElse asked when a bridge can't work, for all else that can't
     */
    public Bridges(
            SmartAsyncEngine engine,
            MethodRegistry methods,
            AutowireCapableBeanFactory beans,
            Function<List<Problem>, SmartAsyncConfigurationException> withAllElse) {
        this.engine = engine;
        this.methods = methods;
        this.beans = beans;
        this.withAllElse = withAllElse;
    }

    /**
     * Makes a bridge.
     *
     * @throws SmartAsyncConfigurationException if a method of it matches none of its target, or there is not one target
     */
    public <T> T create(Class<T> bridge) {
        try {
            return make(bridge);
        } catch (SmartAsyncConfigurationException ex) {
            throw withAllElse.apply(ex.problems());
        }
    }

    private <T> T make(Class<T> bridge) {
        List<Problem> problems = new ArrayList<>();
        List<Match> matches = BridgeMatcher.match(bridge, problems);
        if (!problems.isEmpty()) {
            throw new SmartAsyncConfigurationException(problems);
        }
        Object target = target(bridge);
        Map<Method, Bridged> bridged = bind(bridge, matches, target);
        String name = bridge.getSimpleName() + " over "
                + AopProxyUtils.ultimateTargetClass(target).getSimpleName();
        return bridge.cast(Proxy.newProxyInstance(
                bridge.getClassLoader(),
                new Class<?>[] {bridge},
                new BridgeHandler(
                        bridge,
                        name,
                        engine,
                        target instanceof ScopedObject scoped
                                ? inScope(bridge, scoped, matches, bridged)
                                : bridged::get)));
    }

    private Object target(Class<?> bridge) {
        TargetOf target = new TargetOf(bridge);
        try {
            return Objects.requireNonNull(beans.resolveDependency(target, null));
        } catch (NoSuchBeanDefinitionException ex) {
            if (ex.getBeanType() != target.getDependencyType()) {
                throw ex; // the target needs it
            }
            String type = target.getDependencyType().getName();
            throw new SmartAsyncConfigurationException(List.of(
                    ex instanceof NoUniqueBeanDefinitionException several
                            ? new Problem(
                                    BridgeMatcher.describe(bridge),
                                    "several beans are of its target type, " + type + ": "
                                            + several.getBeanNamesFound(),
                                    "Name one by a @Qualifier on the bridge, or mark one with @Primary.")
                            : new Problem(
                                    BridgeMatcher.describe(bridge),
                                    "no bean is of its target type, " + type,
                                    "Declare a bean of that type, with the qualifier of the bridge if it has one.")));
        }
    }

    /** The target as Spring would inject it: where {@link SmartAsyncBridge#value} names it, qualified by the bridge. */
    private static final class TargetOf extends DependencyDescriptor {

        private static final Method VALUE = ClassUtils.getMethod(SmartAsyncBridge.class, "value");

        private final Class<?> bridge;

        TargetOf(Class<?> bridge) {
            super(new MethodParameter(VALUE, -1), true);
            this.bridge = bridge;
        }

        @Override
        public Class<?> getDependencyType() {
            return BridgeMatcher.targetType(bridge);
        }

        @Override
        public ResolvableType getResolvableType() {
            return ResolvableType.forClass(getDependencyType());
        }

        @Override
        public Annotation[] getAnnotations() {
            return bridge.getAnnotations();
        }

        /** A bridge that is {@code @Lazy} needs the target's class nevertheless. */
        @Override
        public boolean supportsLazyResolution() {
            return false;
        }
    }

    /**
     * Calls the bean of the caller's scope, as a call of the target itself does. Which class it has may be seen only then: its
     * definition may name an interface.
     */
    private Function<Method, @Nullable Bridged> inScope(
            Class<?> bridge, ScopedObject scoped, List<Match> matches, Map<Method, Bridged> bridged) {
        Map<Class<?>, Map<Method, Bridged>> ofClasses = new ConcurrentHashMap<>();
        ofClasses.put(AopProxyUtils.ultimateTargetClass(scoped), bridged);
        return called -> {
            if (!bridged.containsKey(called)) {
                return null;
            }
            Object bean = scoped.getTargetObject();
            Class<?> beanClass = AopProxyUtils.ultimateTargetClass(bean);
            Map<Method, Bridged> known = ofClasses.get(beanClass);
            if (known == null) { // bound outside the map's lock, since it may have to wait for the bean of an executor
                known = bind(bridge, matches, bean);
                ofClasses.put(beanClass, known);
            }
            return Objects.requireNonNull(known.get(called)).over(bean);
        };
    }

    private Map<Method, Bridged> bind(Class<?> bridge, List<Match> matches, Object target) {
        Map<Method, Bridged> bridged = new HashMap<>();
        for (Match match : matches) {
            bridged.put(match.called(), bind(bridge, match, target));
        }
        return bridged;
    }

    private Bridged bind(Class<?> bridge, Match match, Object target) {
        Class<?> beanClass = beanClass(target, BridgeMatcher.targetType(bridge));
        Subject subject = Subject.of(beanClass, match.target());
        BoundMethod intercepted = AnnotatedMethods.isAnnotated(subject.method(), subject.type())
                ? methods.get(beanClass, subject.method())
                : null;
        return new Bridged(
                methods.bind(subject.calledAs(bridge, match.called())),
                new BridgeBody(target, match.target(), match.conversion(), intercepted));
    }

    /**
     * The class of the bean behind the proxies of Spring's that intercept it, as what they call sees it. A repository is such
     * a proxy itself, over a class of the library's that is not of its type.
     */
    private static Class<?> beanClass(Object target, Class<?> type) {
        Object bean = target;
        for (Object next = bean; next != null; next = AopProxyUtils.getSingletonTarget(bean)) {
            if (!type.isInstance(next)) {
                return bean.getClass();
            }
            bean = next;
        }
        return AopUtils.getTargetClass(bean);
    }
}
