package io.smartasync.aop;

import io.smartasync.SmartAsyncConfigurationException.Problem;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.List;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.framework.ProxyProcessorSupport;
import org.springframework.util.ClassUtils;

/** Which classes of beans with {@code @SmartAsync} methods Spring can't put a proxy before. */
public final class ProxyChecks {

    private ProxyChecks() {}

    /**
     * What is wrong with a class.
     *
     * @param classProxies whether proxies are subclasses even of classes that have interfaces
     */
    public static List<Problem> of(Class<?> beanClass, boolean classProxies) {
        boolean isFinal = Modifier.isFinal(beanClass.getModifiers());
        boolean isSealed =
                beanClass.isSealed() && !Modifier.isAbstract(beanClass.getModifiers()); // else no bean's own class
        if (!(isFinal || isSealed)
                || !MethodRegistration.needsProxy(beanClass)
                || Proxy.isProxyClass(beanClass)
                || ClassUtils.isLambdaClass(beanClass)) {
            return List.of();
        }
        boolean hasInterface = new Interfaces().suffice(beanClass);
        if (hasInterface && !classProxies) {
            return List.of();
        }
        return List.of(new Problem(
                "@SmartAsync class " + beanClass.getName(),
                "it is " + (isFinal ? "final" : "sealed")
                        + (hasInterface ? "" : " and has no interface for a proxy")
                        + ", so no proxy can be put before it",
                (beanClass.isRecord() || beanClass.isEnum()
                                ? "Make it a class, or "
                                : "Remove '" + (isFinal ? "final" : "sealed") + "', or ")
                        + (hasInterface ? "" : "let it implement an interface and ")
                        + "set spring.aop.proxy-target-class=false."));
    }

    /** As Spring finds out whether they are enough for a proxy: those of callbacks, markers and sealed ones are not. */
    @SuppressWarnings("serial") // never written
    private static final class Interfaces extends ProxyProcessorSupport {

        boolean suffice(Class<?> beanClass) {
            ProxyFactory proxy = new ProxyFactory();
            evaluateProxyInterfaces(beanClass, proxy);
            return !proxy.isProxyTargetClass();
        }

        @Override
        protected boolean isInternalLanguageInterface(Class<?> type) {
            return type.isSealed() || super.isInternalLanguageInterface(type);
        }
    }
}
