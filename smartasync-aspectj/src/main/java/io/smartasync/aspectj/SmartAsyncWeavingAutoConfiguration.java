package io.smartasync.aspectj;

import io.smartasync.aspectj.SmartAsyncWeaving.Application;
import io.smartasync.autoconfigure.SmartAsyncAutoConfiguration;
import io.smartasync.execution.MethodRegistry;
import io.smartasync.execution.SmartAsyncEngine;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.context.annotation.Bean;
import org.springframework.util.function.SingletonSupplier;

/** Connects woven code with the application, from before its first bean to its end. */
@AutoConfiguration(after = SmartAsyncAutoConfiguration.class)
@ConditionalOnBean(SmartAsyncEngine.class)
public final class SmartAsyncWeavingAutoConfiguration {

    @Bean
    static Connection smartAsyncWeavingConnection() {
        return new Connection();
    }

    static final class Connection implements BeanFactoryPostProcessor, DisposableBean {

        private @Nullable Application application;

        @Override
        public void postProcessBeanFactory(ConfigurableListableBeanFactory beans) {
            application = new Application(
                    SingletonSupplier.of(() -> beans.getBean(MethodRegistry.class)),
                    SingletonSupplier.of(() -> beans.getBean(SmartAsyncEngine.class)));
            SmartAsyncWeaving.aspectOf().connect(application);
        }

        @Override
        public void destroy() {
            if (application != null) {
                SmartAsyncWeaving.aspectOf().disconnect(application);
            }
        }
    }
}
