package io.smartasync.sample;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.task.AsyncTaskExecutor;
import org.springframework.web.reactive.config.BlockingExecutionConfigurer;
import org.springframework.web.reactive.config.WebFluxConfigurer;

/** On Netty, handlers that return a plain value leave the event loop: they may wait. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
class ReactiveServerConfiguration implements WebFluxConfigurer {

    private final AsyncTaskExecutor io;

    ReactiveServerConfiguration(@Qualifier("smartasync-io") AsyncTaskExecutor io) {
        this.io = io;
    }

    @Override
    public void configureBlockingExecution(BlockingExecutionConfigurer configurer) {
        configurer.setExecutor(io);
    }
}
