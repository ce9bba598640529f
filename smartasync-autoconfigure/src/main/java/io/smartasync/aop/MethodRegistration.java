package io.smartasync.aop;

import io.smartasync.execution.MethodRegistry;
import io.smartasync.plan.AnnotatedMethods;
import java.lang.reflect.Method;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.util.ClassUtils;

/**
 * Plans the methods of each bean when the bean is made, so that mistakes are found at startup and no call plans anything.
 * Checked before the proxy is made (which a final class would fail); bound after it, when also what a factory bean made
 * has come by, and when all other post-processors have put their advice before it.
 */
public final class MethodRegistration implements BeanPostProcessor {

    private final Supplier<MethodRegistry> methods;
    private final Consumer<Class<?>> check;
    private final Supplier<SmartAsyncInterceptor> interceptor;
    private final Set<Class<?>> checked = ConcurrentHashMap.newKeySet();
    private final Set<Class<?>> registered = ConcurrentHashMap.newKeySet();

    /**
     * Makes the post-processor.
     *
     * @param methods where methods are bound; looked up with the first bean
     * @param check throws if the methods of a class can't work
     * @param interceptor put into proxies; looked up with the first
     */
    public MethodRegistration(
            Supplier<MethodRegistry> methods, Consumer<Class<?>> check, Supplier<SmartAsyncInterceptor> interceptor) {
        this.methods = methods;
        this.check = check;
        this.interceptor = interceptor;
    }

    @Override
    public Object postProcessBeforeInitialization(Object bean, String beanName) {
        Class<?> beanClass = ClassUtils.getUserClass(bean);
        if (!annotated(bean, beanClass).isEmpty() && checked.add(beanClass)) {
            check.accept(beanClass);
        }
        return bean;
    }

    @Override
    public Object postProcessAfterInitialization(Object bean, String beanName) {
        Class<?> beanClass = AopUtils.getTargetClass(bean);
        Set<Method> own = annotated(bean, beanClass);
        if (own.isEmpty()) {
            return bean;
        }
        if (registered.add(beanClass)) {
            methods.get().register(beanClass);
        }
        if (bean instanceof Advised proxy) {
            ProxyAdvice.shorten(proxy, interceptor.get());
            ProxyAdvice.order(proxy);
            ProxyAdvice.match(proxy, own);
        }
        return bean;
    }

    private static Set<Method> annotated(Object bean, Class<?> beanClass) {
        return bean instanceof AopInfrastructureBean ? Set.of() : AnnotatedMethods.of(beanClass);
    }
}
