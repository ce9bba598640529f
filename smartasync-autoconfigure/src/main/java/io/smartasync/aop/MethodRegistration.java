package io.smartasync.aop;

import io.smartasync.execution.MethodRegistry;
import io.smartasync.plan.AnnotatedMethods;
import io.smartasync.plan.WovenMethods;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.springframework.aop.SpringProxy;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.util.ClassUtils;

/**
 * Plans the methods of each bean when the bean is made, so that mistakes are found at startup and no call plans anything.
 * They are checked before the proxy is made, which would fail for a final class, and bound after it, when the products of
 * factory beans come by too and all other post-processors have added their advice.
 */
public final class MethodRegistration implements BeanPostProcessor {

    private final Supplier<MethodRegistry> methods;
    private final Supplier<? extends Checks> checks;
    private final Supplier<SmartAsyncInterceptor> interceptor;
    private final Set<Class<?>> checked = ConcurrentHashMap.newKeySet();
    private final Set<Class<?>> registered = ConcurrentHashMap.newKeySet();

    /** What refuses methods that can't work. */
    public interface Checks {

        /** Throws if the methods of a bean can't work. */
        void check(Class<?> beanClass);

        /** A bean with such methods came by without our advice. Its proxy may have been handed out before it was finished. */
        void notIntercepted(String beanName, Class<?> beanClass);
    }

    /**
     * Makes the post-processor.
     *
     * @param methods where methods are bound; looked up with the first bean
     * @param checks looked up with the first bean
     * @param interceptor put into proxies; looked up with the first
     */
    public MethodRegistration(
            Supplier<MethodRegistry> methods,
            Supplier<? extends Checks> checks,
            Supplier<SmartAsyncInterceptor> interceptor) {
        this.methods = methods;
        this.checks = checks;
        this.interceptor = interceptor;
    }

    @Override
    public Object postProcessBeforeInitialization(Object bean, String beanName) {
        Class<?> beanClass = ClassUtils.getUserClass(bean);
        if (!annotated(bean, beanClass).isEmpty() && checked.add(beanClass)) {
            checks.get().check(beanClass);
        }
        return bean;
    }

    @Override
    public Object postProcessAfterInitialization(Object bean, String beanName) {
        List<Advised> proxies = ProxyAdvice.proxies(bean);
        Class<?> beanClass = AopUtils.getTargetClass(proxies.isEmpty() ? bean : proxies.get(0));
        Set<Method> own = annotated(bean, beanClass);
        if (own.isEmpty()) {
            return bean;
        }
        if (registered.add(beanClass)) {
            methods.get().register(beanClass);
        }
        ProxyAdvice.removeRepeated(proxies);
        for (Advised proxy : proxies) {
            ProxyAdvice.shorten(proxy, interceptor.get());
            ProxyAdvice.order(proxy);
            ProxyAdvice.match(proxy, own);
        }
        // What another post-processor has put around the bean, perhaps around a proxy with our advice, tells nothing
        boolean asItWasMade = checked.contains(ClassUtils.getUserClass(bean));
        if (asItWasMade && !isIntercepted(bean) && needsProxy(beanClass)) {
            checks.get().notIntercepted(beanName, beanClass);
        }
        return bean;
    }

    /** Whether a bean has methods that nothing else intercepts. */
    public static boolean needsProxy(Class<?> beanClass) {
        return !AnnotatedMethods.of(beanClass).stream().allMatch(WovenMethods::contains);
    }

    /** Whether the calls of others on {@code bean} are intercepted, as far as its proxy tells. */
    public static boolean isIntercepted(Object bean) {
        return bean instanceof SpringProxy
                && (!(bean instanceof Advised) || !ProxyAdvice.proxies(bean).isEmpty());
    }

    private static Set<Method> annotated(Object bean, Class<?> beanClass) {
        return bean instanceof AopInfrastructureBean ? Set.of() : AnnotatedMethods.of(beanClass);
    }
}
