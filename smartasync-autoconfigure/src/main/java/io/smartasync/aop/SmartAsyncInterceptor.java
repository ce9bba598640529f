package io.smartasync.aop;

import io.smartasync.execution.BoundMethod;
import io.smartasync.execution.MethodRegistry;
import io.smartasync.execution.SmartAsyncEngine;
import java.util.Objects;
import java.util.function.Supplier;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

/** Hands each call to the engine: one look-up, one call. */
public final class SmartAsyncInterceptor implements MethodInterceptor {

    private final Supplier<MethodRegistry> methods;
    private final Supplier<SmartAsyncEngine> engine;

    /**
     * Makes the interceptor.
     *
     * @param methods looked up at the first call, since Spring makes advice before most other beans
     * @param engine looked up at the first call
     */
    public SmartAsyncInterceptor(Supplier<MethodRegistry> methods, Supplier<SmartAsyncEngine> engine) {
        this.methods = methods;
        this.engine = engine;
    }

    @Override
    public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
        Class<?> beanClass = Objects.requireNonNull(invocation.getThis()).getClass();
        BoundMethod method = methods.get().get(beanClass, invocation.getMethod());
        return engine.get().invoke(method, PastWeaving.of(method, ProxyInvocations.BODY), invocation);
    }
}
