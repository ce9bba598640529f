package io.smartasync.aop;

import io.smartasync.execution.Body;
import io.smartasync.execution.KotlinCoroutines;
import java.util.concurrent.Executor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.ProxyMethodInvocation;
import org.springframework.aop.interceptor.ExposeInvocationInterceptor;

/**
 * How a proxied call goes on, here or on another thread. There the invocation is exposed too, since advice of other aspects
 * further in asks for it.
 */
final class ProxyInvocations implements Body<MethodInvocation> {

    static final Body<MethodInvocation> BODY = new ProxyInvocations();

    private ProxyInvocations() {}

    @Override
    public @Nullable Object proceed(MethodInvocation invocation) throws Throwable {
        return invocation.proceed();
    }

    @Override
    public @Nullable Object proceedElsewhere(MethodInvocation invocation) throws Throwable {
        return SpringInternals.isInnermost(invocation)
                ? invocation.proceed()
                : ExposeInvocationInterceptor.INSTANCE.invoke(invocation);
    }

    /** Keeps the place in the chain of interceptors and goes on from there with a clone each time, if advice follows. */
    @Override
    public @Nullable Object proceedAgain(MethodInvocation invocation) throws Throwable {
        return SpringInternals.isInnermost(invocation)
                ? invocation.proceed()
                : ExposeInvocationInterceptor.INSTANCE.invoke(((ProxyMethodInvocation) invocation).invocableClone());
    }

    @Override
    public @Nullable Object proceedIn(Executor steps, MethodInvocation invocation) throws Throwable {
        ProxyMethodInvocation here = (ProxyMethodInvocation) invocation;
        return proceedElsewhere(here.invocableClone(KotlinCoroutines.runningOn(steps, here.getArguments())));
    }

    @Override
    public @Nullable Object[] arguments(MethodInvocation invocation) {
        return invocation.getArguments();
    }
}
