package io.smartasync.aop;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import org.aopalliance.intercept.MethodInvocation;
import org.aspectj.lang.ProceedingJoinPoint;
import org.springframework.aop.ProxyMethodInvocation;
import org.springframework.aop.aspectj.MethodInvocationProceedingJoinPoint;
import org.springframework.aop.framework.ReflectiveMethodInvocation;

/** What Spring knows of an invocation and keeps in private fields. */
final class SpringInternals {

    private static final VarHandle INVOCATION =
            field(MethodInvocationProceedingJoinPoint.class, "methodInvocation", ProxyMethodInvocation.class);
    private static final VarHandle CHAIN =
            field(ReflectiveMethodInvocation.class, "interceptorsAndDynamicMethodMatchers", List.class);
    private static final VarHandle PLACE =
            field(ReflectiveMethodInvocation.class, "currentInterceptorIndex", int.class);

    private SpringInternals() {}

    /**
     * The invocation behind a join point. The one that is exposed on the thread is not always it: where advice further out
     * went on with a clone, it still stands at that advice, and going on from there would intercept the call again.
     * Besides, {@code ProceedingJoinPoint.proceed()} makes a clone at each call.
     */
    static MethodInvocation invocation(ProceedingJoinPoint joinPoint) {
        return (ProxyMethodInvocation) INVOCATION.get((MethodInvocationProceedingJoinPoint) joinPoint);
    }

    /**
     * Whether no advice follows, only the method itself. Such an invocation may go on any number of times, on any thread:
     * its place in the chain changes no more, and nobody asks which invocation the thread is in.
     */
    static boolean isInnermost(MethodInvocation invocation) {
        return invocation instanceof ReflectiveMethodInvocation here
                && (int) PLACE.get(here) == ((List<?>) CHAIN.get(here)).size() - 1;
    }

    private static VarHandle field(Class<?> owner, String name, Class<?> type) {
        try {
            return MethodHandles.privateLookupIn(owner, MethodHandles.lookup()).findVarHandle(owner, name, type);
        } catch (ReflectiveOperationException ex) {
            throw new IllegalStateException(
                    "SmartAsync can't read " + owner.getName() + "." + name + " of this Spring version", ex);
        }
    }
}
