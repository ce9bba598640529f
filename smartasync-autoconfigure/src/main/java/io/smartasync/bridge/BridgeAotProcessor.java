package io.smartasync.bridge;

import java.util.ArrayList;
import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.ExecutableMode;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.beans.factory.aot.BeanRegistrationAotContribution;
import org.springframework.beans.factory.aot.BeanRegistrationAotProcessor;
import org.springframework.beans.factory.support.RegisteredBean;

/** Tells ahead-of-time processing what a bridge needs: its proxy, its methods and those of its target. */
final class BridgeAotProcessor implements BeanRegistrationAotProcessor {

    @Override
    public @Nullable BeanRegistrationAotContribution processAheadOfTime(RegisteredBean bean) {
        Class<?> bridge = BridgeRegistrar.bridge(bean.getMergedBeanDefinition());
        return bridge == null ? null : (generation, code) -> registerHints(bridge, generation.getRuntimeHints());
    }

    private static void registerHints(Class<?> bridge, RuntimeHints hints) {
        hints.proxies().registerJdkProxy(bridge);
        hints.reflection().registerType(bridge, MemberCategory.INVOKE_PUBLIC_METHODS);
        BridgeMatcher.match(bridge, new ArrayList<>())
                .forEach(match -> hints.reflection().registerMethod(match.target(), ExecutableMode.INVOKE));
    }
}
