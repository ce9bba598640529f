package io.smartasync.aop;

import io.smartasync.execution.BoundMethod;
import io.smartasync.execution.MethodRegistry;
import io.smartasync.execution.SmartAsyncEngine;
import java.util.function.Supplier;
import org.aopalliance.intercept.MethodInvocation;
import org.aspectj.lang.ProceedingJoinPoint;
import org.aspectj.lang.annotation.Around;
import org.aspectj.lang.annotation.Aspect;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;

/**
 * Hands each call of an annotated method to the engine.
 *
 * <p>The pointcut is matched once, when a proxy is made; {@code @annotation(..)} and {@code @within(..)} would be matched
 * again at every call.
 */
@Aspect
public class SmartAsyncAspect implements Ordered {

    /**
     * Methods and types that carry the annotation themselves; not {@code toString} and the like, nor final types, which have
     * no proxy if they are woven. Composed annotations are left to {@link InheritedAnnotationAdvisor}: matching those here
     * would cost every class of the application time at startup.
     */
    static final String POINTCUT = "(execution(@io.smartasync.SmartAsync * *(..))"
            + " || within(@io.smartasync.SmartAsync *))"
            + " && !execution(* java.lang.Object.*(..)) && !within(is(FinalType))";

    private final Supplier<MethodRegistry> methods;
    private final Supplier<SmartAsyncEngine> engine;
    private final int order;

    /**
     * Makes the aspect.
     *
     * @param methods looked up at the first call, since Spring makes aspects before most other beans
     * @param engine looked up at the first call
     * @param order where it stands among the advice of a method
     */
    public SmartAsyncAspect(Supplier<MethodRegistry> methods, Supplier<SmartAsyncEngine> engine, int order) {
        this.methods = methods;
        this.engine = engine;
        this.order = order;
    }

    /** Runs one call. */
    @Around(POINTCUT)
    public @Nullable Object run(ProceedingJoinPoint joinPoint) throws Throwable {
        MethodInvocation invocation = SpringInternals.invocation(joinPoint);
        BoundMethod method = methods.get().get(joinPoint.getTarget().getClass(), invocation.getMethod());
        return engine.get().invoke(method, PastWeaving.of(method, ProxyInvocations.BODY), invocation);
    }

    @Override
    public int getOrder() {
        return order;
    }
}
