package io.smartasync.aop;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.springframework.aop.Advisor;
import org.springframework.aop.PointcutAdvisor;
import org.springframework.aop.aspectj.AbstractAspectJAdvice;
import org.springframework.aop.aspectj.AspectJExpressionPointcut;
import org.springframework.aop.aspectj.AspectJPointcutAdvisor;
import org.springframework.aop.aspectj.AspectJPrecedenceInformation;
import org.springframework.aop.aspectj.InstantiationModelAwarePointcutAdvisor;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.AdvisedSupport;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.aop.interceptor.ExposeInvocationInterceptor;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.cglib.proxy.Callback;
import org.springframework.cglib.proxy.Dispatcher;
import org.springframework.cglib.proxy.Factory;

/** The advice of one proxy: its order, and which of it belongs to which method. */
final class ProxyAdvice {

    private static final String RESILIENCE = "org.springframework.resilience.";

    private ProxyAdvice() {}

    /** The proxies of {@code bean} that have advice of ours, the innermost first: a second creator of proxies wraps the first's. */
    static List<Advised> proxies(Object bean) {
        List<Advised> proxies = new ArrayList<>();
        for (Object next = bean; next instanceof Advised proxy; next = AopProxyUtils.getSingletonTarget(proxy)) {
            if (Stream.of(proxy.getAdvisors()).anyMatch(ProxyAdvice::isSmartAsync)) {
                proxies.add(0, proxy);
            }
        }
        return proxies;
    }

    /** Leaves each advice of ours to the innermost of {@code proxies}, so that each call is intercepted once. */
    static void removeRepeated(List<Advised> proxies) {
        Set<Boolean> seen = new HashSet<>(); // that of the aspect, and that of the advisor
        for (Advised proxy : proxies) {
            for (Advisor advisor : proxy.getAdvisors()) {
                if (isSmartAsync(advisor)
                        && !seen.add(advisor instanceof MergedAnnotationAdvisor)
                        && !proxy.isFrozen()) {
                    proxy.removeAdvisor(advisor);
                }
            }
        }
    }

    /**
     * Puts {@code interceptor} where the aspect's advice stands: Spring calls that by reflection, with a join point and an
     * array for each call, to the same effect. Where no other aspect is left, nobody asks for the exposed invocation.
     */
    static void shorten(Advised proxy, SmartAsyncInterceptor interceptor) {
        if (proxy.isFrozen()) {
            return;
        }
        boolean otherAspects = false;
        for (Advisor advisor : proxy.getAdvisors()) {
            if (advisor instanceof InstantiationModelAwarePointcutAdvisor aspect && isSmartAsync(aspect)) {
                proxy.replaceAdvisor(aspect, new DefaultPointcutAdvisor(aspect.getPointcut(), interceptor));
            } else {
                otherAspects |= isAspect(advisor);
            }
        }
        if (!otherAspects) {
            proxy.removeAdvisor(ExposeInvocationInterceptor.ADVISOR);
        }
    }

    /** What Spring exposes the invocation for. */
    private static boolean isAspect(Advisor advisor) {
        return advisor instanceof InstantiationModelAwarePointcutAdvisor
                || advisor instanceof AspectJPointcutAdvisor
                || (advisor instanceof PointcutAdvisor matching
                        && matching.getPointcut() instanceof AspectJExpressionPointcut);
    }

    /**
     * Puts Spring's own {@code @Retryable} and {@code @ConcurrencyLimit} inside {@code @SmartAsync}, where the body runs.
     * Their post-processors put them before all other advice, whatever its order: there a retry would never see a future
     * fail, and a limit would block an event loop.
     */
    static void order(Advised proxy) {
        List<Advisor> advisors = List.of(proxy.getAdvisors());
        int ours = advisors.size() - 1;
        while (ours >= 0 && !isSmartAsync(advisors.get(ours))) {
            ours--;
        }
        if (ours < 0 || proxy.isFrozen()) {
            return;
        }
        for (Advisor advisor : advisors.subList(0, ours)) {
            if (advisor.getAdvice().getClass().getName().startsWith(RESILIENCE)) {
                proxy.removeAdvisor(advisor);
                proxy.addAdvisor(ours, advisor); // the place after ours, which has moved up by one
            }
        }
    }

    /**
     * Matches all pointcuts with {@code methods} now. Spring does so with the first call where it did not have to generate
     * the proxy's class (ahead of time, or for an earlier context); then AspectJ reads class files on the thread of that
     * call, which may be an event loop, and where that fails the pointcut silently does not match.
     */
    static void match(Object proxy, Set<Method> methods) {
        if (!(proxy instanceof Factory generated)) {
            return; // nothing gives access to the advice of a JDK proxy
        }
        for (Callback callback : generated.getCallbacks()) {
            if (callback instanceof Dispatcher dispatcher && advised(dispatcher) instanceof AdvisedSupport advised) {
                for (Method method : methods) {
                    advised.getInterceptorsAndDynamicInterceptionAdvice(method, advised.getTargetClass());
                }
            }
        }
    }

    private static Object advised(Dispatcher dispatcher) {
        try {
            return dispatcher.loadObject();
        } catch (Exception ex) {
            throw new IllegalStateException(ex);
        }
    }

    private static boolean isSmartAsync(Advisor advisor) {
        // No other advisor is asked for its advice, which may be a bean that nobody has needed yet
        return advisor instanceof MergedAnnotationAdvisor
                || (advisor instanceof DefaultPointcutAdvisor direct
                        && direct.getAdvice() instanceof SmartAsyncInterceptor)
                || (advisor instanceof AspectJPrecedenceInformation
                        && advisor.getAdvice() instanceof AbstractAspectJAdvice aspectj
                        && aspectj.getAspectJAdviceMethod().getDeclaringClass() == SmartAsyncAspect.class);
    }
}
