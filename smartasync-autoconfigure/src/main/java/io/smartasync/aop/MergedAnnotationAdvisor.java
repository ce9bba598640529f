package io.smartasync.aop;

import io.smartasync.SmartAsync;
import io.smartasync.plan.AnnotatedMethods;
import io.smartasync.plan.WovenMethods;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import org.springframework.aop.Pointcut;
import org.springframework.aop.support.AbstractBeanFactoryPointcutAdvisor;
import org.springframework.aop.support.AopUtils;
import org.springframework.aop.support.StaticMethodMatcherPointcut;
import org.springframework.util.ClassUtils;

/**
 * Finds what no pointcut expression can, or not fast: {@code @SmartAsync} on a type, on an overridden method, in a
 * composed annotation, in a final class, or in one of Spring's samples. Leaves to {@link SmartAsyncAspect} what that sees, so
 * that each call is intercepted once, and leaves out final classes that are woven, which can't have a proxy and need none.
 */
public final class MergedAnnotationAdvisor extends AbstractBeanFactoryPointcutAdvisor {

    private static final long serialVersionUID = 1L;

    private final transient Pointcut pointcut = new NotSeenByAspect();

    /** Refers to the interceptor by its name, so that it is made when a bean needs it. */
    public MergedAnnotationAdvisor(String interceptorBean, int order) {
        setAdviceBeanName(interceptorBean);
        setOrder(order);
    }

    @Override
    public Pointcut getPointcut() {
        return pointcut;
    }

    private static final class NotSeenByAspect extends StaticMethodMatcherPointcut {

        NotSeenByAspect() {
            setClassFilter(
                    type -> !AnnotatedMethods.of(ClassUtils.getUserClass(type)).isEmpty());
        }

        @Override
        public boolean matches(Method method, Class<?> targetClass) {
            if (method.getDeclaringClass() == Object.class) {
                return false; // asked of every bean, a dozen times
            }
            Class<?> beanClass = ClassUtils.getUserClass(targetClass);
            Method called = AopUtils.getMostSpecificMethod(method, beanClass);
            return !isSeenByAspect(called)
                    && AnnotatedMethods.isAnnotated(called, beanClass)
                    && !(Modifier.isFinal(beanClass.getModifiers()) && WovenMethods.contains(called));
        }

        /** What {@link SmartAsyncAspect#POINTCUT} says. */
        private static boolean isSeenByAspect(Method called) {
            Class<?> type = called.getDeclaringClass();
            return called.isAnnotationPresent(SmartAsync.class)
                    && !type.getName().startsWith("org.springframework.")
                    && !type.isInterface()
                    && !Modifier.isFinal(type.getModifiers());
        }
    }
}
