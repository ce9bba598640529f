package io.smartasync.autoconfigure;

import io.smartasync.bridge.BridgeRegistrar;
import io.smartasync.bridge.Bridges;
import io.smartasync.execution.MethodRegistry;
import io.smartasync.execution.SmartAsyncEngine;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.config.AutowireCapableBeanFactory;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.boot.autoconfigure.AutoConfigurationPackages;
import org.springframework.boot.context.TypeExcludeFilter;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.ImportBeanDefinitionRegistrar;
import org.springframework.core.env.Environment;
import org.springframework.core.io.ResourceLoader;
import org.springframework.core.type.AnnotationMetadata;

/** Finds the bridges in the packages of the application and makes them. */
@Configuration(proxyBeanMethods = false)
@Import(BridgeConfiguration.Scan.class)
class BridgeConfiguration {

    @Bean
    static Bridges smartAsyncBridges(
            SmartAsyncEngine engine, MethodRegistry methods, AutowireCapableBeanFactory beans, StartupCheck check) {
        return new Bridges(engine, methods, beans, check::withAllElse);
    }

    /**
     * The packages are those of {@code @SpringBootApplication}, as for Spring Data's repositories, and so are the types left
     * out: those that are nested in other tests.
     */
    static final class Scan implements ImportBeanDefinitionRegistrar {

        private final ListableBeanFactory beans;
        private final Environment environment;
        private final ResourceLoader resources;

        Scan(BeanFactory beans, Environment environment, ResourceLoader resources) {
            this.beans = (ListableBeanFactory) beans;
            this.environment = environment;
            this.resources = resources;
        }

        @Override
        public void registerBeanDefinitions(AnnotationMetadata metadata, BeanDefinitionRegistry registry) {
            if (AutoConfigurationPackages.has(beans)) {
                BridgeRegistrar.scan(
                        AutoConfigurationPackages.get(beans), excluded(), registry, environment, resources);
            }
        }

        /** Boot's filter of that type would ask for all of them itself, and make factory beans to know their types. */
        private List<TypeExcludeFilter> excluded() {
            return Stream.of(beans.getBeanNamesForType(TypeExcludeFilter.class, false, false))
                    .map(name -> beans.getBean(name, TypeExcludeFilter.class))
                    .toList();
        }
    }
}
