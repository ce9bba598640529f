package io.smartasync.aop;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.aopalliance.intercept.MethodInvocation;
import org.aspectj.lang.ProceedingJoinPoint;
import org.springframework.aop.ProxyMethodInvocation;
import org.springframework.aop.aspectj.MethodInvocationProceedingJoinPoint;

/**
 * Finds the invocation behind a join point, which Spring keeps in a private field. The one that is exposed on the thread
 * is not always it: where advice further out went on with a clone, it still stands at that advice, and going on from there
 * would intercept the call again. Besides, {@code ProceedingJoinPoint.proceed()} makes a clone at each call.
 */
final class JoinPoints {

    private static final VarHandle INVOCATION = invocation();

    private JoinPoints() {}

    static MethodInvocation invocation(ProceedingJoinPoint joinPoint) {
        return (ProxyMethodInvocation) INVOCATION.get((MethodInvocationProceedingJoinPoint) joinPoint);
    }

    private static VarHandle invocation() {
        Class<?> type = MethodInvocationProceedingJoinPoint.class;
        try {
            return MethodHandles.privateLookupIn(type, MethodHandles.lookup())
                    .findVarHandle(type, "methodInvocation", ProxyMethodInvocation.class);
        } catch (ReflectiveOperationException ex) {
            throw new IllegalStateException("SmartAsync does not know how this Spring keeps invocations", ex);
        }
    }
}
