package io.smartasync.autoconfigure;

import io.smartasync.execution.MethodRegistry;
import io.smartasync.execution.ReactorSmartAsyncTemplate;
import io.smartasync.execution.SmartAsyncEngine;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import reactor.core.publisher.Flux;

/** What there is only for Reactor. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass(Flux.class)
class ReactorConfiguration {

    @Bean
    static ReactorSmartAsyncTemplate reactorSmartAsyncTemplate(
            SmartAsyncEngine engine, MethodRegistry methods, StartupCheck check) {
        check.checkProperties();
        return new ReactorSmartAsyncTemplate(engine, methods);
    }
}
