package io.smartasync.autoconfigure;

import io.smartasync.actuate.CallStatistics;
import io.smartasync.actuate.SmartAsyncDashboard;
import io.smartasync.actuate.SmartAsyncEndpoint;
import io.smartasync.actuate.Thresholds;
import io.smartasync.autoconfigure.SmartAsyncProperties.Findings;
import io.smartasync.execution.ExecutorDirectory;
import io.smartasync.execution.MethodRegistry;
import io.smartasync.execution.SmartAsyncEngine;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;

/** The endpoint {@code smartasync}, and what is counted for it, where the application exposes it. */
@AutoConfiguration(after = SmartAsyncAutoConfiguration.class)
@ConditionalOnClass(ConditionalOnAvailableEndpoint.class)
@ConditionalOnBean(SmartAsyncEngine.class)
@ConditionalOnAvailableEndpoint(SmartAsyncEndpoint.class)
public final class SmartAsyncEndpointAutoConfiguration {

    @Bean
    CallStatistics smartAsyncCallStatistics() {
        return new CallStatistics();
    }

    @Bean
    SmartAsyncEndpoint smartAsyncEndpoint(
            MethodRegistry methods,
            CallStatistics statistics,
            SmartAsyncProperties properties,
            ExecutorDirectory executors) {
        Findings findings = properties.findings();
        return new SmartAsyncEndpoint(
                methods,
                statistics,
                executors::own,
                new Thresholds(
                        findings.minimumSamples(),
                        findings.slow(),
                        findings.eventLoopHeld(),
                        findings.concurrentCallers()));
    }

    @Bean
    SmartAsyncDashboard smartAsyncDashboard(SmartAsyncEndpoint endpoint) {
        return new SmartAsyncDashboard(endpoint);
    }
}
