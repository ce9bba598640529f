package io.smartasync.autoconfigure;

import io.smartasync.Caller;
import io.smartasync.ExecutionPath;
import io.smartasync.Workload;
import io.smartasync.execution.BoundMethod;
import io.smartasync.execution.ExecutorDirectory;
import io.smartasync.execution.MethodRegistry;
import io.smartasync.plan.AnnotatedMethods;
import io.smartasync.plan.Plan;
import io.smartasync.plan.Shape;
import java.lang.reflect.Method;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.task.AsyncTaskExecutor;
import org.springframework.core.task.support.TaskExecutorAdapter;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.reactive.config.BlockingExecutionConfigurer;
import org.springframework.web.reactive.config.WebFluxConfigurer;

/** Lets WebFlux run handler methods with a blocking signature where they may block. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass(WebFluxConfigurer.class)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
@ConditionalOnBooleanProperty(name = "smartasync.event-loop.offload-blocking-handlers", matchIfMissing = true)
class WebFluxConfiguration {

    /** The first of all, so that what Boot or the application sets wins. */
    @Bean
    @Order(Ordered.HIGHEST_PRECEDENCE)
    static WebFluxConfigurer smartAsyncBlockingHandlers(
            PropertiesMapper properties, ExecutorDirectory executors, ObjectProvider<MethodRegistry> methods) {
        String name = properties.route(Caller.EVENT_LOOP).io();
        return new WebFluxConfigurer() {

            @Override
            public void configureBlockingExecution(BlockingExecutionConfigurer configurer) {
                Executor executor = executors.executor(name);
                configurer
                        .setExecutor(
                                executor instanceof AsyncTaskExecutor async ? async : new TaskExecutorAdapter(executor))
                        .setControllerMethodPredicate(new BlockingHandlers(methods)::mayBlock);
            }
        };
    }

    /** Which handler methods may block; found once for each method of each controller, which may inherit it. */
    private static final class BlockingHandlers {

        private final ObjectProvider<MethodRegistry> methods;
        private final Map<Handler, BooleanSupplier> known = new ConcurrentHashMap<>();

        private record Handler(Class<?> beanClass, Method method) {}

        BlockingHandlers(ObjectProvider<MethodRegistry> methods) {
            this.methods = methods;
        }

        boolean mayBlock(HandlerMethod handler) {
            Handler key = new Handler(handler.getBeanType(), handler.getMethod());
            BooleanSupplier mayBlock = known.get(key);
            if (mayBlock == null) {
                // Bound outside the map's lock, since it may have to wait for the bean of an executor
                mayBlock = blocking(key);
                known.put(key, mayBlock);
            }
            return mayBlock.getAsBoolean();
        }

        private BooleanSupplier blocking(Handler handler) {
            if (AnnotatedMethods.isAnnotated(handler.method, handler.beanClass)) {
                BoundMethod method = methods.getObject().get(handler.beanClass, handler.method);
                return () -> mayBlock(method.plan()); // which may be tuned
            }
            boolean blocking = Shape.of(handler.method, handler.beanClass) == Shape.BLOCKING;
            return () -> blocking;
        }

        /** Whether a body would block the event loop that calls it, or would be refused there. */
        private static boolean mayBlock(Plan plan) {
            ExecutionPath path = plan.route(Caller.EVENT_LOOP).path();
            return path == ExecutionPath.REJECT
                    || (path == ExecutionPath.DIRECT && plan.settings().workload() != Workload.NON_BLOCKING);
        }
    }
}
