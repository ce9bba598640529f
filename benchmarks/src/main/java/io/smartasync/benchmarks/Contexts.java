package io.smartasync.benchmarks;

import io.micrometer.context.ContextRegistry;
import io.micrometer.context.integration.Slf4jThreadLocalAccessor;
import io.smartasync.benchmarks.application.Application;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** Starts the applications that are measured. */
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
}
