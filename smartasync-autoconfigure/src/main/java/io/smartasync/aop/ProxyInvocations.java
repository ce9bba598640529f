package io.smartasync.aop;

import io.smartasync.execution.Body;
import io.smartasync.execution.KotlinCoroutines;
import java.util.concurrent.Executor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.ProxyMethodInvocation;
import org.springframework.aop.interceptor.ExposeInvocationInterceptor;

/** How a proxied call goes on, here or on another thread. */
final class ProxyInvocations {

    static final Body<MethodInvocation> BODY = new Body<>() {

        @Override
        public @Nullable Object proceed(MethodInvocation invocation) throws Throwable {
            return invocation.proceed();
        }

        @Override
        public Detached detach(MethodInvocation invocation) {
            return ProxyInvocations.detach(invocation);
        }
    };

    private ProxyInvocations() {}

    /**
     * Keeps the place in the chain of interceptors and goes on from there with a clone each time. The invocation is
     * exposed on the new thread too, since advice of other aspects further in asks for it.
     */
    static Body.Detached detach(MethodInvocation invocation) {
        ProxyMethodInvocation here = (ProxyMethodInvocation) invocation;
        return new Body.Detached() {

            @Override
            public @Nullable Object proceed() throws Throwable {
                return ExposeInvocationInterceptor.INSTANCE.invoke(here.invocableClone());
            }

            @Override
            public @Nullable Object proceed(Executor steps) throws Throwable {
                return ExposeInvocationInterceptor.INSTANCE.invoke(
                        here.invocableClone(KotlinCoroutines.runningOn(steps, here.getArguments())));
            }
        };
    }
}
