package io.smartasync.autoconfigure;

import io.micrometer.core.instrument.MeterRegistry;
import io.smartasync.execution.ExecutorDirectory;
import io.smartasync.execution.SmartAsyncEngine;
import io.smartasync.metrics.ExecutorMetrics;
import io.smartasync.metrics.SmartAsyncMetrics;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.context.annotation.Bean;

/** Records calls and executors on the application's meter registry. */
@AutoConfiguration(
        after = SmartAsyncAutoConfiguration.class,
        // Boot 4, and where it was up to 3.5
        afterName = {
            "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration",
            "org.springframework.boot.actuate.autoconfigure.metrics.CompositeMeterRegistryAutoConfiguration"
        })
@ConditionalOnClass(MeterRegistry.class)
@ConditionalOnBean(SmartAsyncEngine.class)
@ConditionalOnSingleCandidate(MeterRegistry.class)
@ConditionalOnBooleanProperty(name = "smartasync.metrics.enabled", matchIfMissing = true)
public final class SmartAsyncMetricsAutoConfiguration {

    @Bean
    SmartAsyncMetrics smartAsyncMetrics(MeterRegistry registry, SmartAsyncProperties properties) {
        return new SmartAsyncMetrics(registry, properties.metrics().slo());
    }

    @Bean
    SmartInitializingSingleton smartAsyncExecutorMetrics(MeterRegistry registry, ExecutorDirectory executors) {
        return () -> executors.own().forEach(executor -> new ExecutorMetrics(
                        executor, ExecutorDirectory.beanName(executor.name()))
                .bindTo(registry));
    }
}
