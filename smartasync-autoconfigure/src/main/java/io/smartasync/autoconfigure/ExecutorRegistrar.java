package io.smartasync.autoconfigure;

import io.smartasync.execution.ContextCarrier;
import io.smartasync.execution.ExecutorDirectory;
import io.smartasync.execution.SmartAsyncTaskExecutor;
import io.smartasync.execution.WaitGraph;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.BeanDefinitionRegistryPostProcessor;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ImportBeanDefinitionRegistrar;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotationMetadata;

/**
 * Registers a bean for each executor. None is a default candidate: whoever asks for an {@code Executor} without a name, and
 * Boot when it decides whether to make {@code applicationTaskExecutor}, sees none of them.
 */
final class ExecutorRegistrar implements ImportBeanDefinitionRegistrar {

    static final String FACTORY_BEAN = "smartAsyncExecutorFactory";
    static final String FACTORY_METHOD = "create";

    private final Environment environment;

    ExecutorRegistrar(Environment environment) {
        this.environment = environment;
    }

    @Override
    public void registerBeanDefinitions(AnnotationMetadata metadata, BeanDefinitionRegistry registry) {
        register(environment, registry);
    }

    /** The names of all executors, {@code io} and {@code cpu} among them, configured or not. */
    static Set<String> names(Environment environment) {
        Set<String> names = new LinkedHashSet<>(List.of(PropertiesMapper.IO, PropertiesMapper.CPU));
        Binder.get(environment)
                .bind("smartasync.executors", Bindable.mapOf(String.class, Object.class))
                .map(Map::keySet)
                .ifBound(names::addAll);
        return names;
    }

    private static void register(Environment environment, BeanDefinitionRegistry registry) {
        Set<String> names = names(environment);
        names.removeIf(name -> registry.containsBeanDefinition(ExecutorDirectory.beanName(name)));
        for (String name : names) {
            RootBeanDefinition definition = new RootBeanDefinition(SmartAsyncTaskExecutor.class);
            definition.setFactoryBeanName(FACTORY_BEAN);
            definition.setFactoryMethodName(FACTORY_METHOD);
            definition.getConstructorArgumentValues().addIndexedArgumentValue(0, name);
            definition.setDefaultCandidate(false);
            registry.registerBeanDefinition(ExecutorDirectory.beanName(name), definition);
        }
    }

    /**
     * Registers what the properties have added since the application was processed ahead of time, after which no registrar is
     * asked again. It comes too late for conditions to see its beans, and so does not replace the registrar.
     */
    static final class Added implements BeanDefinitionRegistryPostProcessor {

        private final Environment environment;

        Added(Environment environment) {
            this.environment = environment;
        }

        @Override
        public void postProcessBeanDefinitionRegistry(BeanDefinitionRegistry registry) {
            register(environment, registry);
        }
    }

    /** Makes the executors when they are first needed. */
    static final class Factory {

        private final PropertiesMapper properties;
        private final StartupCheck check;
        private final ContextCarrier context;
        private final @Nullable ClassLoader classLoader;
        private final WaitGraph waits = new WaitGraph();

        Factory(
                PropertiesMapper properties,
                StartupCheck check,
                ContextCarrier context,
                @Nullable ClassLoader classLoader) {
            this.properties = properties;
            this.check = check;
            this.context = context;
            this.classLoader = classLoader;
        }

        SmartAsyncTaskExecutor create(String name) {
            check.checkProperties();
            return new SmartAsyncTaskExecutor(properties.executor(name), waits, context, classLoader);
        }
    }
}
