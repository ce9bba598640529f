package io.smartasync.autoconfigure;

import io.smartasync.CallObserver;
import io.smartasync.CallerDetector;
import io.smartasync.SmartAsyncListener;
import io.smartasync.aop.MergedAnnotationAdvisor;
import io.smartasync.aop.MethodRegistration;
import io.smartasync.aop.SmartAsyncAspect;
import io.smartasync.aop.SmartAsyncInterceptor;
import io.smartasync.caller.CallerDetection;
import io.smartasync.execution.ContextCarrier;
import io.smartasync.execution.ContextPropagation;
import io.smartasync.execution.ExecutorDirectory;
import io.smartasync.execution.ExecutorLifecycle;
import io.smartasync.execution.ExecutorOpening;
import io.smartasync.execution.MethodRegistry;
import io.smartasync.execution.SmartAsyncEngine;
import io.smartasync.execution.SmartAsyncTemplate;
import io.smartasync.execution.Timeouts;
import io.smartasync.plan.Planner;
import org.aspectj.lang.annotation.Aspect;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.interceptor.AsyncUncaughtExceptionHandler;
import org.springframework.aop.interceptor.SimpleAsyncUncaughtExceptionHandler;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.task.TaskExecutionAutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.context.annotation.Role;
import org.springframework.core.env.Environment;
import org.springframework.scheduling.annotation.AsyncConfigurer;
import org.springframework.util.ClassUtils;
import org.springframework.util.function.SingletonSupplier;

/** Makes {@code @SmartAsync} work. */
@AutoConfiguration(after = {AopAutoConfiguration.class, TaskExecutionAutoConfiguration.class})
@ConditionalOnClass(Aspect.class)
@ConditionalOnBooleanProperty(name = "smartasync.enabled", matchIfMissing = true)
@EnableConfigurationProperties(SmartAsyncProperties.class)
@ImportRuntimeHints(SmartAsyncRuntimeHints.class)
@Import({ExecutorRegistrar.class, BridgeConfiguration.class, ReactorConfiguration.class, WebFluxConfiguration.class})
public final class SmartAsyncAutoConfiguration {

    private static final String INTERCEPTOR = "smartAsyncInterceptor";

    @Bean
    static PropertiesMapper smartAsyncPropertiesMapper(SmartAsyncProperties properties, Environment environment) {
        return new PropertiesMapper(properties, environment);
    }

    @Bean
    static ExecutorDirectory smartAsyncExecutorDirectory(
            PropertiesMapper properties,
            ConfigurableListableBeanFactory beans,
            ObjectProvider<CallerDetection> callers) {
        return new ExecutorDirectory(properties.executorNames(), beans, callers::getObject);
    }

    @Bean(ExecutorRegistrar.FACTORY_BEAN)
    static ExecutorRegistrar.Factory smartAsyncExecutorFactory(
            PropertiesMapper properties,
            StartupCheck check,
            ContextCarrier context,
            ConfigurableListableBeanFactory beans) {
        return new ExecutorRegistrar.Factory(properties, check, context, beans.getBeanClassLoader());
    }

    @Bean
    static ExecutorRegistrar.Added smartAsyncAddedExecutors(Environment environment) {
        return new ExecutorRegistrar.Added(environment);
    }

    @Bean
    static Planner smartAsyncPlanner(
            PropertiesMapper properties, ExecutorDirectory executors, ConfigurableListableBeanFactory beans) {
        return new Planner(
                properties.plans(), executors, text -> text == null ? null : beans.resolveEmbeddedValue(text));
    }

    @Bean
    static StartupCheck smartAsyncStartupCheck(
            SmartAsyncProperties properties,
            PropertiesMapper mapper,
            ExecutorDirectory executors,
            Planner planner,
            Environment environment,
            ConfigurableListableBeanFactory beans) {
        boolean classProxies = environment.getProperty("spring.aop.proxy-target-class", Boolean.class, true);
        return new StartupCheck(mapper.problems(executors), planner, executors, properties, classProxies, beans);
    }

    @Bean
    static MethodRegistry smartAsyncMethodRegistry(
            Planner planner,
            ExecutorDirectory executors,
            ObjectProvider<SmartAsyncListener> listeners,
            ObjectProvider<CallObserver> observer) {
        return new MethodRegistry(
                planner, executors, () -> listeners.orderedStream().toList(), observer::getIfAvailable);
    }

    @Bean
    static CallerDetection smartAsyncCallerDetection(
            SmartAsyncProperties properties,
            ObjectProvider<CallerDetector> detectors,
            ConfigurableListableBeanFactory beans) {
        return new CallerDetection(
                detectors.orderedStream().toList(),
                properties.eventLoop().threadNamePatterns(),
                beans.getBeanClassLoader());
    }

    @Bean
    static Timeouts smartAsyncTimeouts(ContextCarrier context, ConfigurableListableBeanFactory beans) {
        return new Timeouts(context, beans.getBeanClassLoader());
    }

    @Bean
    static ContextCarrier smartAsyncContextCarrier(
            SmartAsyncProperties properties, ConfigurableListableBeanFactory beans) {
        ClassLoader classLoader = beans.getBeanClassLoader();
        return properties.contextPropagation().enabled()
                        && ClassUtils.isPresent("io.micrometer.context.ContextSnapshotFactory", classLoader)
                ? new ContextPropagation(classLoader)
                : ContextCarrier.NONE;
    }

    @Bean
    static ExecutorLifecycle smartAsyncExecutorLifecycle(ExecutorDirectory executors) {
        return new ExecutorLifecycle(executors::own);
    }

    @Bean
    static ExecutorOpening smartAsyncExecutorOpening(ExecutorDirectory executors) {
        return new ExecutorOpening(executors::own);
    }

    @Bean
    static SmartAsyncEngine smartAsyncEngine(
            CallerDetection callers,
            Timeouts timeouts,
            ContextCarrier context,
            ObjectProvider<AsyncConfigurer> asyncConfigurer) {
        return new SmartAsyncEngine(callers, timeouts, context, () -> backgroundErrors(asyncConfigurer.getIfUnique()));
    }

    @Bean
    static SmartAsyncTemplate smartAsyncTemplate(SmartAsyncEngine engine, MethodRegistry methods, StartupCheck check) {
        check.checkProperties();
        return new SmartAsyncTemplate(engine, methods);
    }

    /** The application's handler for {@code @Async void} serves {@code background} methods too. */
    private static AsyncUncaughtExceptionHandler backgroundErrors(@Nullable AsyncConfigurer configurer) {
        AsyncUncaughtExceptionHandler handler =
                configurer == null ? null : configurer.getAsyncUncaughtExceptionHandler();
        return handler == null ? new SimpleAsyncUncaughtExceptionHandler() : handler;
    }

    @Bean
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    static SmartAsyncAspect smartAsyncAspect(SmartAsyncInterceptor interceptor, Environment environment) {
        return new SmartAsyncAspect(interceptor, order(environment));
    }

    @Bean
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    static MergedAnnotationAdvisor smartAsyncMergedAnnotationAdvisor(Environment environment) {
        return new MergedAnnotationAdvisor(INTERCEPTOR, order(environment));
    }

    @Bean(INTERCEPTOR)
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    static SmartAsyncInterceptor smartAsyncInterceptor(
            ObjectProvider<MethodRegistry> methods, ObjectProvider<SmartAsyncEngine> engine) {
        return new SmartAsyncInterceptor(
                SingletonSupplier.of(methods::getObject), SingletonSupplier.of(engine::getObject));
    }

    @Bean
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    static MethodRegistration smartAsyncMethodRegistration(
            ObjectProvider<MethodRegistry> methods,
            ObjectProvider<StartupCheck> check,
            ObjectProvider<SmartAsyncInterceptor> interceptor) {
        return new MethodRegistration(
                SingletonSupplier.of(methods::getObject),
                SingletonSupplier.of(check::getObject),
                SingletonSupplier.of(interceptor::getObject));
    }

    /** Read from the environment, since advisors are made before property classes can be bound without harm. */
    private static int order(Environment environment) {
        return Binder.get(environment).bind("smartasync.order", Integer.class).orElse(1000);
    }
}
