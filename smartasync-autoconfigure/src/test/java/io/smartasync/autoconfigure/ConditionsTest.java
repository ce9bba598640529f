package io.smartasync.autoconfigure;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smartasync.SmartAsync;
import io.smartasync.metrics.SmartAsyncMetrics;
import io.smartasync.support.Calls;
import io.smartasync.support.TestContext;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.aop.support.AopUtils;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.autoconfigure.task.TaskExecutionAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What is there by default, and what can be switched off. */
@Timeout(30)
class ConditionsTest {

    private final ApplicationContextRunner application = TestContext.with(Quotes.class);

    private final ApplicationContextRunner withoutMeterRegistry = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    AopAutoConfiguration.class,
                    TaskExecutionAutoConfiguration.class,
                    SmartAsyncAutoConfiguration.class,
                    SmartAsyncMetricsAutoConfiguration.class))
            .withBean(Quotes.class);

    @SmartAsync
    static class Quotes {
        public String find() {
            return "found";
        }

        public CompletableFuture<String> findLater() {
            return CompletableFuture.completedFuture("found");
        }
    }

    @Test
    void allIsOnByDefault() {
        application.run(context -> {
            Calls calls = TestContext.calls(context);
            Quotes quotes = context.getBean(Quotes.class);

            assertThat(quotes.find()).isEqualTo("found");
            assertThat(quotes.findLater().get(10, TimeUnit.SECONDS)).isEqualTo("found");

            assertThat(calls.by("method")).containsOnly(entry("find", 1L), entry("findLater", 1L));
        });
    }

    @Test
    void switchedOffItLeavesTheApplicationAsItIs() {
        application.withPropertyValues("smartasync.enabled=false").run(context -> {
            assertThat(AopUtils.isAopProxy(context.getBean(Quotes.class))).isFalse();
            assertThat(context.getBeanDefinitionNames())
                    .noneMatch(name -> name.toLowerCase().startsWith("smartasync"));
            assertThat(context.getBean(Quotes.class).find()).isEqualTo("found");
        });
    }

    @Test
    void switchedOffItRefusesNothing() {
        application
                .withPropertyValues("smartasync.enabled=false", "smartasync.routes.servlet.io=nowhere")
                .run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    void withoutAspectJItLeavesTheApplicationAsItIs() {
        application.withClassLoader(new FilteredClassLoader("org.aspectj")).run(context -> assertThat(
                        AopUtils.isAopProxy(context.getBean(Quotes.class)))
                .isFalse());
    }

    @Test
    void withoutAMeterRegistryCallsAreRunAndNotCounted() {
        withoutMeterRegistry.run(context -> {
            assertThat(context).doesNotHaveBean(SmartAsyncMetrics.class);
            assertThat(context.getBean(Quotes.class).find()).isEqualTo("found");
            assertThat(context.getBean(Quotes.class).findLater().get(10, TimeUnit.SECONDS))
                    .isEqualTo("found");
        });
    }

    @Test
    void withSeveralMeterRegistriesOfEqualRankCallsAreNotCounted() {
        application
                .withBean("second", MeterRegistry.class, SimpleMeterRegistry::new)
                .run(context -> {
                    assertThat(context).hasNotFailed().doesNotHaveBean(SmartAsyncMetrics.class);
                    assertThat(context.getBean(Quotes.class).find()).isEqualTo("found");
                });
    }

    /** A pool that the registry needs, say. */
    @Test
    void aCallThatTheMeterRegistryMakesWhileItIsMadeIsNotCounted() {
        withoutMeterRegistry.withUserConfiguration(AskingRegistry.class).run(context -> {
            Calls calls = TestContext.calls(context);
            context.getBean(Quotes.class).find();
            assertThat(calls.by("method")).containsOnly(entry("find", 1L));
        });
    }

    @Configuration(proxyBeanMethods = false)
    static class AskingRegistry {
        @Bean
        MeterRegistry registry(Quotes quotes) {
            assertThat(quotes.find()).isEqualTo("found");
            return new SimpleMeterRegistry();
        }
    }

    @Test
    void metersCanBeSwitchedOff() {
        application.withPropertyValues("smartasync.metrics.enabled=false").run(context -> {
            context.getBean(Quotes.class).find();

            assertThat(context.getBean(MeterRegistry.class).getMeters())
                    .extracting(meter -> meter.getId().getName())
                    .noneMatch(name -> name.startsWith("smartasync."));
        });
    }

    @Test
    void bucketsAreThoseOfTheDesignByDefault() {
        application.run(context -> {
            context.getBean(Quotes.class).find();

            assertThat(bucketsInMillis(context.getBean(MeterRegistry.class)))
                    .containsExactly(1, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000);
        });
    }

    @Test
    void bucketsCanBeChosen() {
        application.withPropertyValues("smartasync.metrics.slo=2ms,3s").run(context -> {
            context.getBean(Quotes.class).find();

            assertThat(bucketsInMillis(context.getBean(MeterRegistry.class))).containsExactly(2, 3_000);
        });
    }

    private static double[] bucketsInMillis(MeterRegistry registry) {
        Timer timer = registry.get("smartasync.invocations").timer();
        return Arrays.stream(timer.takeSnapshot().histogramCounts())
                .mapToDouble(bucket -> bucket.bucket(TimeUnit.MILLISECONDS))
                .toArray();
    }

    @Test
    void rulesFromTheFileBeatTheAnnotation() {
        application
                .withPropertyValues(
                        "smartasync.rules[0].method=Other#*",
                        "smartasync.rules[0].executor=io",
                        "smartasync.rules[1].method=Quotes#find",
                        "smartasync.rules[1].executor=cpu",
                        "smartasync.rules[2].method=Quotes#*",
                        "smartasync.rules[2].workload=non-blocking")
                .run(context -> {
                    Calls calls = TestContext.calls(context);
                    Quotes quotes = context.getBean(Quotes.class);

                    quotes.find();
                    quotes.findLater().get(10, TimeUnit.SECONDS);

                    assertThat(calls.by("executor")).containsOnly(entry("cpu", 1L), entry("none", 1L));
                    assertThat(calls.by("path")).containsOnly(entry("await", 1L), entry("pass-through", 1L));
                });
    }

    @Test
    void routesFromTheFileChooseForTheCaller() {
        application.withPropertyValues("smartasync.routes.platform.io=cpu").run(context -> {
            Calls calls = TestContext.calls(context);

            context.getBean(Quotes.class).findLater().get(10, TimeUnit.SECONDS);

            assertThat(calls.by("executor")).containsExactly(entry("cpu", 1L));
        });
    }
}
