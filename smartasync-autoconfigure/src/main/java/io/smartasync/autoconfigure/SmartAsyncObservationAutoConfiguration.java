package io.smartasync.autoconfigure;

import io.micrometer.observation.ObservationRegistry;
import io.smartasync.CallObserver;
import io.smartasync.SmartAsyncConfigurationException;
import io.smartasync.SmartAsyncConfigurationException.Problem;
import io.smartasync.execution.SmartAsyncEngine;
import io.smartasync.metrics.CallObservations;
import java.util.List;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/** Makes each call an observation, where the application asks for it. */
@AutoConfiguration(
        after = SmartAsyncAutoConfiguration.class,
        // Boot 4, and where it was up to 3.5
        afterName = {
            "org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration",
            "org.springframework.boot.actuate.autoconfigure.observation.ObservationAutoConfiguration"
        })
@ConditionalOnClass(ObservationRegistry.class)
@ConditionalOnBean(SmartAsyncEngine.class)
@ConditionalOnBooleanProperty("smartasync.observations.enabled")
public final class SmartAsyncObservationAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean(CallObserver.class)
    CallObservations smartAsyncCallObservations(ObjectProvider<ObservationRegistry> registry) {
        return new CallObservations(registry.getIfAvailable(() -> {
            throw new SmartAsyncConfigurationException(List.of(new Problem(
                    "smartasync.observations.enabled",
                    "there is no ObservationRegistry to observe calls with",
                    "Add spring-boot-starter-actuator, or a bean of that type.")));
        }));
    }
}
