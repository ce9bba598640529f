package io.smartasync.bridge;

import io.smartasync.SmartAsyncConfigurationException;
import io.smartasync.SmartAsyncConfigurationException.Problem;
import io.smartasync.bridge.BridgeHandler.Bridged;
import io.smartasync.bridge.BridgeMatcher.Match;
import io.smartasync.execution.BoundMethod;
import io.smartasync.execution.MethodRegistry;
import io.smartasync.execution.SmartAsyncEngine;
import io.smartasync.plan.AnnotatedMethods;
import io.smartasync.plan.Subject;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.annotation.BeanFactoryAnnotationUtils;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.core.BridgeMethodResolver;

/** Makes the bridges of an application. */
public final class Bridges {

    private final SmartAsyncEngine engine;
    private final MethodRegistry methods;
    private final BeanFactory beans;

    /** Makes bridges over the beans of {@code beans}. */
    public Bridges(SmartAsyncEngine engine, MethodRegistry methods, BeanFactory beans) {
        this.engine = engine;
        this.methods = methods;
        this.beans = beans;
    }

    /**
     * Makes a bridge.
     *
     * @throws SmartAsyncConfigurationException if a method of it matches none of its target
     */
    public <T> T create(Class<T> bridge) {
        List<Problem> problems = new ArrayList<>();
        List<Match> matches = BridgeMatcher.match(bridge, problems);
        if (!problems.isEmpty()) {
            throw new SmartAsyncConfigurationException(problems);
        }
        Object target = target(bridge);
        Map<Method, Bridged> bridged = new HashMap<>();
        for (Match match : matches) {
            bridged.put(match.called(), bind(match, target));
        }
        String name = bridge.getSimpleName() + " over "
                + AopProxyUtils.ultimateTargetClass(target).getSimpleName();
        return bridge.cast(Proxy.newProxyInstance(
                bridge.getClassLoader(), new Class<?>[] {bridge}, new BridgeHandler(name, engine, bridged)));
    }

    private Object target(Class<?> bridge) {
        Class<?> type = BridgeMatcher.targetType(bridge);
        Qualifier qualifier = bridge.getAnnotation(Qualifier.class);
        return qualifier == null
                ? beans.getBean(type)
                : BeanFactoryAnnotationUtils.qualifiedBeanOfType(beans, type, qualifier.value());
    }

    private Bridged bind(Match match, Object target) {
        Class<?> beanClass = AopProxyUtils.ultimateTargetClass(target);
        Class<?> named = Subject.typeOf(beanClass, match.target());
        Method method = BridgeMethodResolver.getMostSpecificMethod(match.target(), named);
        BoundMethod intercepted = AnnotatedMethods.isAnnotated(method, named) ? methods.get(beanClass, method) : null;
        return new Bridged(
                methods.bind(Subject.bridged(named, method, match.called())),
                new BridgeBody(target, match.target(), match.conversion(), intercepted));
    }
}
