package io.smartasync.aop;

import io.smartasync.SmartAsync;
import io.smartasync.plan.AnnotatedMethods;
import java.lang.reflect.Method;
import org.springframework.aop.Pointcut;
import org.springframework.aop.aspectj.AspectJExpressionPointcut;
import org.springframework.aop.support.AbstractBeanFactoryPointcutAdvisor;
import org.springframework.aop.support.AopUtils;
import org.springframework.aop.support.StaticMethodMatcherPointcut;
import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.util.ClassUtils;

/**
 * Finds what no pointcut expression can: {@code @SmartAsync} on an interface, on an overridden method, or further up in a
 * composed annotation. Leaves to {@link SmartAsyncAspect} what that sees, so that each call is intercepted once.
 */
public final class InheritedAnnotationAdvisor extends AbstractBeanFactoryPointcutAdvisor {

    private static final long serialVersionUID = 1L;

    private final transient Pointcut pointcut = new NotSeenByAspect();

    /** Refers to the interceptor by its name, so that it is made when a bean needs it. */
    public InheritedAnnotationAdvisor(String interceptorBean, int order) {
        setAdviceBeanName(interceptorBean);
        setOrder(order);
    }

    @Override
    public Pointcut getPointcut() {
        return pointcut;
    }

    private static final class NotSeenByAspect extends StaticMethodMatcherPointcut {

        private final AspectJExpressionPointcut aspect = new AspectJExpressionPointcut();

        NotSeenByAspect() {
            aspect.setExpression(SmartAsyncAspect.POINTCUT);
            setClassFilter(type -> AnnotationUtils.isCandidateClass(type, SmartAsync.class));
        }

        @Override
        public boolean matches(Method method, Class<?> targetClass) {
            Class<?> beanClass = ClassUtils.getUserClass(targetClass);
            return AnnotatedMethods.isAnnotated(AopUtils.getMostSpecificMethod(method, beanClass), beanClass)
                    && !aspect.matches(method, targetClass);
        }
    }
}
