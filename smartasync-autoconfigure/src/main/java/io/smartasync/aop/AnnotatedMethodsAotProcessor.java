package io.smartasync.aop;

import io.smartasync.plan.AnnotatedMethods;
import java.lang.reflect.Method;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.ExecutableMode;
import org.springframework.aot.hint.ReflectionHints;
import org.springframework.beans.factory.aot.BeanRegistrationAotContribution;
import org.springframework.beans.factory.aot.BeanRegistrationAotProcessor;
import org.springframework.beans.factory.support.RegisteredBean;
import org.springframework.util.ClassUtils;

/**
 * Tells ahead-of-time processing which methods of a bean are looked for and called by reflection: also those that carry no
 * annotation themselves, which {@code @Reflective} does not find.
 */
final class AnnotatedMethodsAotProcessor implements BeanRegistrationAotProcessor {

    @Override
    public @Nullable BeanRegistrationAotContribution processAheadOfTime(RegisteredBean bean) {
        Class<?> beanClass = ClassUtils.getUserClass(bean.getBeanClass());
        Set<Method> methods = AnnotatedMethods.of(beanClass);
        return methods.isEmpty()
                ? null
                : (generation, code) -> registerHints(
                        methods, beanClass, generation.getRuntimeHints().reflection());
    }

    private static void registerHints(Set<Method> methods, Class<?> beanClass, ReflectionHints hints) {
        for (Method method : methods) {
            hints.registerMethod(method, ExecutableMode.INVOKE);
            // What a JDK proxy is called by
            hints.registerMethod(ClassUtils.getInterfaceMethodIfPossible(method, beanClass), ExecutableMode.INVOKE);
        }
    }
}
