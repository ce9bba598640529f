package io.smartasync.aop;

import org.aopalliance.intercept.MethodInterceptor;
import org.aspectj.lang.ProceedingJoinPoint;
import org.aspectj.lang.annotation.Around;
import org.aspectj.lang.annotation.Aspect;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;

/**
 * Says which calls are intercepted, and hands them to {@link SmartAsyncInterceptor}. Where a proxy can be changed,
 * {@link ProxyAdvice} puts that in its place.
 *
 * <p>The pointcut is matched once, when a proxy is made; {@code @annotation(..)} and {@code @within(..)} would be matched
 * again at every call.
 */
@Aspect
public class SmartAsyncAspect implements Ordered {

    /**
     * Methods of classes that carry the annotation themselves, but for those of final ones, which have no proxy if they are
     * woven. All else is left to {@link MergedAnnotationAdvisor}: AspectJ would read the class file of each bean for it.
     * The name is looked at first, so that the framework's beans cost no more than that; Spring's samples, which have such
     * names too, are left to the advisor. {@code within(is(FinalType))} would be true of a class that is nested in a final
     * one.
     */
    static final String POINTCUT = "!within(org.springframework..*)"
            + " && execution(@io.smartasync.SmartAsync * (!is(FinalType) && !is(InterfaceType)).*(..))";

    private final MethodInterceptor interceptor;
    private final int order;

    /**
     * Makes the aspect.
     *
     * @param interceptor gets the calls
     * @param order where it stands among the advice of a method
     */
    public SmartAsyncAspect(MethodInterceptor interceptor, int order) {
        this.interceptor = interceptor;
        this.order = order;
    }

    /** Runs one call. */
    @Around(POINTCUT)
    public @Nullable Object run(ProceedingJoinPoint joinPoint) throws Throwable {
        return interceptor.invoke(SpringInternals.invocation(joinPoint));
    }

    @Override
    public int getOrder() {
        return order;
    }
}
