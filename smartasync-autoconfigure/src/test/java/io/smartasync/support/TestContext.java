package io.smartasync.support;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smartasync.autoconfigure.SmartAsyncAutoConfiguration;
import io.smartasync.autoconfigure.SmartAsyncMetricsAutoConfiguration;
import java.util.Arrays;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.autoconfigure.task.TaskExecutionAutoConfiguration;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** An application without a server: the auto-configuration, a meter registry and some beans. */
public final class TestContext {

    private TestContext() {}

    /** A runner for an application with these beans. */
    public static ApplicationContextRunner with(Class<?>... beans) {
        ApplicationContextRunner runner = new ApplicationContextRunner()
                .withConfiguration(autoConfigurations())
                .withBean(SimpleMeterRegistry.class);
        return Arrays.stream(beans).reduce(runner, ApplicationContextRunner::withBean, (first, second) -> second);
    }

    /** Ours, and those of Boot that they stand beside. */
    public static AutoConfigurations autoConfigurations() {
        return AutoConfigurations.of(
                AopAutoConfiguration.class,
                TaskExecutionAutoConfiguration.class,
                SmartAsyncAutoConfiguration.class,
                SmartAsyncMetricsAutoConfiguration.class);
    }

    /** What the application counts from now on. */
    public static Calls calls(AssertableApplicationContext context) {
        return Calls.countedFromNowOn(context.getBean(SimpleMeterRegistry.class));
    }
}
