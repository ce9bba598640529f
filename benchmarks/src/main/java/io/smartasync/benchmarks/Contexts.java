package io.smartasync.benchmarks;

import io.micrometer.context.ContextRegistry;
import io.micrometer.context.integration.Slf4jThreadLocalAccessor;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The applications that are measured: all that Boot configures, and a meter registry in memory. */
final class Contexts {

    private Contexts() {}

    static ConfigurableApplicationContext start(WebApplicationType type, Class<?>[] beans, String... properties) {
        return new SpringApplicationBuilder(Application.class)
                .sources(beans)
                .web(type)
                .properties("spring.main.banner-mode=off", "logging.level.root=warn", "server.port=0")
                .properties(properties)
                .run();
    }

    static ConfigurableApplicationContext start(Class<?> beans, String... properties) {
        return start(WebApplicationType.NONE, new Class<?>[] {beans}, properties);
    }

    /** As an application does for {@code ContextPropagatingTaskDecorator}; SmartAsync takes the MDC along by itself. */
    static void propagateMdc() {
        ContextRegistry.getInstance().registerThreadLocalAccessor(new Slf4jThreadLocalAccessor());
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        @Bean
        SimpleMeterRegistry meters() {
            return new SimpleMeterRegistry();
        }
    }
}
