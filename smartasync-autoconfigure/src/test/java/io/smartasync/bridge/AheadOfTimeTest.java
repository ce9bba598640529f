package io.smartasync.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smartasync.SmartAsync;
import io.smartasync.SmartAsyncBridge;
import io.smartasync.autoconfigure.SmartAsyncAutoConfiguration;
import io.smartasync.autoconfigure.SmartAsyncMetricsAutoConfiguration;
import io.smartasync.support.Calls;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.aot.test.generate.TestGenerationContext;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.autoconfigure.task.TaskExecutionAutoConfiguration;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.aot.ApplicationContextAotGenerator;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.test.tools.CompileWithForkedClassLoader;
import org.springframework.core.test.tools.TestCompiler;
import reactor.core.publisher.Mono;

/** An application that was processed ahead of time, on a plain JVM. */
@Timeout(60)
class AheadOfTimeTest {

    private static final String[] PROPERTIES = {
        "smartasync.executors.reports.threads=platform", "smartasync.executors.reports.concurrency-limit=1"
    };

    @Test
    @CompileWithForkedClassLoader
    void itRunsFromTheGeneratedCode() {
        TestGenerationContext generation = new TestGenerationContext();
        String initializer = process(generation);
        generation.writeGeneratedContent();
        TestCompiler.forSystem().with(generation).compile(compiled -> {
            try (GenericApplicationContext application = new GenericApplicationContext()) {
                TestPropertyValues.of(PROPERTIES).applyTo(application);
                @SuppressWarnings("unchecked")
                ApplicationContextInitializer<GenericApplicationContext> generated =
                        compiled.getInstance(ApplicationContextInitializer.class, initializer);
                generated.initialize(application);
                application.refresh();
                Calls calls = Calls.countedFromNowOn(application.getBean(SimpleMeterRegistry.class));
                assertThat(application.getBean(Quotes.class).find("tea").get(10, TimeUnit.SECONDS))
                        .startsWith("tea on smartasync-reports-");
                assertThat(application
                                .getBean(ReactiveQuotes.class)
                                .find("rum")
                                .toFuture()
                                .get(10, TimeUnit.SECONDS))
                        .startsWith("rum on smartasync-reports-");
                assertThat(calls.by("executor")).isEqualTo(Map.of("reports", 2L));
            } catch (Exception ex) {
                throw new IllegalStateException(ex);
            }
        });
    }

    @Test
    void theHintsNameWhatIsReflective() throws Exception {
        TestGenerationContext generation = new TestGenerationContext();
        process(generation);
        RuntimeHints hints = generation.getRuntimeHints();
        assertThat(RuntimeHintsPredicates.proxies().forInterfaces(ReactiveQuotes.class))
                .accepts(hints);
        assertThat(RuntimeHintsPredicates.reflection().onMethodInvocation(Quotes.class, "find"))
                .accepts(hints);
        assertThat(RuntimeHintsPredicates.reflection().onMethodInvocation(ReactiveQuotes.class, "find"))
                .accepts(hints);
    }

    private static String process(TestGenerationContext generation) {
        try (AnnotationConfigApplicationContext source = new AnnotationConfigApplicationContext()) {
            TestPropertyValues.of(PROPERTIES).applyTo(source);
            source.register(Application.class);
            return new ApplicationContextAotGenerator()
                    .processAheadOfTime(source, generation)
                    .canonicalName();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({
        AopAutoConfiguration.class,
        TaskExecutionAutoConfiguration.class,
        SmartAsyncAutoConfiguration.class,
        SmartAsyncMetricsAutoConfiguration.class
    })
    @ImportSmartAsyncBridges(ReactiveQuotes.class)
    public static class Application {

        @Bean
        public SimpleMeterRegistry meters() {
            return new SimpleMeterRegistry();
        }

        @Bean
        public Quotes quotes() {
            return new Quotes();
        }
    }

    public static class Quotes {

        @SmartAsync("reports")
        public CompletableFuture<String> find(String symbol) {
            return CompletableFuture.completedFuture(
                    symbol + " on " + Thread.currentThread().getName());
        }
    }

    @SmartAsyncBridge(Quotes.class)
    interface ReactiveQuotes {

        Mono<String> find(String symbol);
    }
}
