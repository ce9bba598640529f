package io.smartasync.aop;

import io.smartasync.execution.BoundMethod;
import io.smartasync.execution.MethodRegistry;
import io.smartasync.execution.SmartAsyncEngine;
import java.util.Objects;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

/** What {@link SmartAsyncAspect} does, for the methods that {@link InheritedAnnotationAdvisor} finds. */
public final class SmartAsyncInterceptor implements MethodInterceptor {

    private final MethodRegistry methods;
    private final SmartAsyncEngine engine;

    /** Hands calls to {@code engine}. */
    public SmartAsyncInterceptor(MethodRegistry methods, SmartAsyncEngine engine) {
        this.methods = methods;
        this.engine = engine;
    }

    @Override
    public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
        Class<?> beanClass = Objects.requireNonNull(invocation.getThis()).getClass();
        BoundMethod method = methods.get(beanClass, invocation.getMethod());
        return engine.invoke(method, PastWeaving.of(method, ProxyInvocations.BODY), invocation);
    }
}
