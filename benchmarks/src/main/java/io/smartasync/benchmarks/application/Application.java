package io.smartasync.benchmarks.application;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** All that Boot configures, and a meter registry in memory. In a package of its own, where no scan finds a bridge. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
public class Application {

    @Bean
    SimpleMeterRegistry meters() {
        return new SimpleMeterRegistry();
    }
}
