package io.smartasync.aop;

import java.util.List;
import org.springframework.aop.Advisor;
import org.springframework.aop.aspectj.AbstractAspectJAdvice;
import org.springframework.aop.aspectj.AspectJPrecedenceInformation;
import org.springframework.aop.framework.Advised;

/**
 * Puts Spring's own {@code @Retryable} and {@code @ConcurrencyLimit} inside {@code @SmartAsync}, where the body runs. Their
 * post-processors put them before all other advice, whatever its order: there a retry would never see a future fail,
 * and a limit would block an event loop.
 */
final class AdviceOrder {

    private static final String RESILIENCE = "org.springframework.resilience.";

    private AdviceOrder() {}

    static void correct(Advised proxy) {
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

    private static boolean isSmartAsync(Advisor advisor) {
        // Others than aspects are not asked for their advice, which may be a bean that nobody has needed yet
        return advisor instanceof InheritedAnnotationAdvisor
                || (advisor instanceof AspectJPrecedenceInformation
                        && advisor.getAdvice() instanceof AbstractAspectJAdvice aspectj
                        && aspectj.getAspectJAdviceMethod().getDeclaringClass() == SmartAsyncAspect.class);
    }
}
