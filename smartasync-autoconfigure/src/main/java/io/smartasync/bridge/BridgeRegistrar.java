package io.smartasync.bridge;

import io.smartasync.SmartAsyncBridge;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.annotation.AnnotatedBeanDefinition;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.config.ConstructorArgumentValues.ValueHolder;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.context.annotation.ClassPathScanningCandidateComponentProvider;
import org.springframework.context.annotation.ImportBeanDefinitionRegistrar;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Primary;
import org.springframework.core.ResolvableType;
import org.springframework.core.env.Environment;
import org.springframework.core.io.ResourceLoader;
import org.springframework.core.type.AnnotationMetadata;
import org.springframework.core.type.filter.AnnotationTypeFilter;
import org.springframework.core.type.filter.TypeFilter;
import org.springframework.util.ClassUtils;

/** Registers a bean for each bridge, once, however it was found. */
public final class BridgeRegistrar {

    private BridgeRegistrar() {}

    /** Registers the bridges of some packages, but for those that one of {@code excluded} matches. */
    public static void scan(
            Collection<String> packages,
            Collection<? extends TypeFilter> excluded,
            BeanDefinitionRegistry registry,
            Environment environment,
            ResourceLoader resources) {
        Scanner scanner = new Scanner(registry, environment, resources);
        excluded.forEach(scanner::addExcludeFilter);
        for (String basePackage : packages) {
            for (BeanDefinition found : scanner.findCandidateComponents(basePackage)) {
                register(
                        ClassUtils.resolveClassName(
                                Objects.requireNonNull(found.getBeanClassName()), resources.getClassLoader()),
                        registry);
            }
        }
    }

    /** Finds interfaces too, and knows the conditions that stand on them. */
    private static final class Scanner extends ClassPathScanningCandidateComponentProvider {

        private final BeanDefinitionRegistry registry;

        Scanner(BeanDefinitionRegistry registry, Environment environment, ResourceLoader resources) {
            super(false, environment);
            this.registry = registry;
            setResourceLoader(resources);
            addIncludeFilter(new AnnotationTypeFilter(SmartAsyncBridge.class, false, false));
        }

        /** Whether all conditions on it are met; what is not a bridge is accepted, and refused later. */
        boolean accepts(Class<?> type) {
            try {
                return !type.isAnnotationPresent(SmartAsyncBridge.class)
                        || isCandidateComponent(getMetadataReaderFactory().getMetadataReader(type.getName()));
            } catch (IOException ex) {
                throw new UncheckedIOException("Can't read " + type, ex);
            }
        }

        @Override
        protected boolean isCandidateComponent(AnnotatedBeanDefinition definition) {
            return definition.getMetadata().isIndependent(); // interfaces above all
        }

        @Override
        protected BeanDefinitionRegistry getRegistry() {
            return registry; // for conditions that ask for beans
        }
    }

    private static void register(Class<?> bridge, BeanDefinitionRegistry registry) {
        String name = bridge.getName();
        if (!registry.containsBeanDefinition(name)) {
            RootBeanDefinition definition = new RootBeanDefinition(BridgeFactoryBean.class);
            definition.setTargetType(ResolvableType.forClassWithGenerics(BridgeFactoryBean.class, bridge));
            definition.setAttribute(FactoryBean.OBJECT_TYPE_ATTRIBUTE, bridge);
            definition.setAutowireMode(AbstractBeanDefinition.AUTOWIRE_CONSTRUCTOR);
            definition.getConstructorArgumentValues().addIndexedArgumentValue(0, bridge);
            definition.setPrimary(bridge.isAnnotationPresent(Primary.class));
            Lazy lazy = bridge.getAnnotation(Lazy.class);
            if (lazy != null) { // else spring.main.lazy-initialization decides
                definition.setLazyInit(lazy.value());
            }
            registry.registerBeanDefinition(name, definition);
        }
    }

    /** The bridges that were registered, by the names of their beans. */
    public static Map<String, Class<?>> registered(ConfigurableListableBeanFactory beans) {
        Map<String, Class<?>> bridges = new LinkedHashMap<>();
        for (String name : beans.getBeanDefinitionNames()) {
            Class<?> bridge = bridge(beans.getBeanDefinition(name));
            if (bridge != null) {
                bridges.put(name, bridge);
            }
        }
        return bridges;
    }

    /** The bridge that {@code definition} is for, by the argument: ahead-of-time processing keeps no attributes. */
    static @Nullable Class<?> bridge(BeanDefinition definition) {
        ValueHolder argument = BridgeFactoryBean.class.getName().equals(definition.getBeanClassName())
                ? definition.getConstructorArgumentValues().getIndexedArgumentValue(0, Class.class)
                : null;
        return argument == null ? null : (Class<?>) argument.getValue();
    }

    /** Registers what {@link ImportSmartAsyncBridges} names. */
    static final class Imported implements ImportBeanDefinitionRegistrar {

        private final Environment environment;
        private final ResourceLoader resources;

        Imported(Environment environment, ResourceLoader resources) {
            this.environment = environment;
            this.resources = resources;
        }

        @Override
        public void registerBeanDefinitions(AnnotationMetadata metadata, BeanDefinitionRegistry registry) {
            Scanner scanner = new Scanner(registry, environment, resources);
            metadata.getAnnotations().stream(ImportSmartAsyncBridges.class)
                    .flatMap(imported -> Stream.of(imported.getClassArray("value")))
                    .filter(scanner::accepts)
                    .forEach(bridge -> register(bridge, registry));
        }
    }
}
