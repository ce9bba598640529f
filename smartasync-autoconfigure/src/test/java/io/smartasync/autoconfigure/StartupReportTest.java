package io.smartasync.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.smartasync.SmartAsync;
import io.smartasync.SmartAsyncConfigurationException;
import io.smartasync.Workload;
import io.smartasync.support.TestContext;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.support.GenericBeanDefinition;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.support.GenericApplicationContext;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** What an application says when it starts, or does not. */
@Timeout(30)
@ExtendWith(OutputCaptureExtension.class)
class StartupReportTest {

    @Test
    void theReportIsPrintedByARealApplication(CapturedOutput output) {
        assertThatThrownBy(() -> run("--smartasync.routes.event-loop.io=nowhere"))
                .hasRootCauseInstanceOf(SmartAsyncConfigurationException.class)
                .rootCause()
                .hasMessageContaining("there is no executor named 'nowhere'. Configure smartasync.executors.nowhere");

        assertThat(output).contains("APPLICATION FAILED TO START");
        assertThat(output.getAll().split("APPLICATION FAILED TO START")[1])
                .containsOnlyOnce("Configure smartasync.executors.nowhere")
                .contains("smartasync.routes.event-loop.io", "there is no executor named 'nowhere'")
                .contains("Action:", "applicationTaskExecutor, cpu, io");
    }

    @Test
    void aValueThatCantBeParsedIsReportedByItsProperty(CapturedOutput output) {
        assertThatThrownBy(() -> run("--smartasync.default-timeout=soon")).isNotNull();

        assertThat(output).contains("APPLICATION FAILED TO START", "smartasync.default-timeout", "\"soon\"");
    }

    @Test
    void aRealApplicationWithoutAnyPropertyStartsWithoutAWarning(CapturedOutput output) {
        run().close();

        assertThat(output)
                .contains("Started")
                .doesNotContain(" WARN ", " ERROR ")
                .as("what a bean post-processor made too early")
                .doesNotContain("not eligible for getting processed");
    }

    @Test
    void allMistakesAreReportedAtOnce() {
        FailureAnalysis refusal = Refusal.of(TestContext.with()
                .withUserConfiguration(SeveralMistakes.class)
                .withPropertyValues(
                        "smartasync.routes.servlet.io=nowhere", "smartasync.executors.io.concurrency-limit=0"));

        assertThat(refusal.getDescription())
                .contains("for 4 reasons")
                .containsOnlyOnce("smartasync.routes.servlet.io\n")
                .containsOnlyOnce("smartasync.executors.io.concurrency-limit\n")
                .containsOnlyOnce("Eager.find\n")
                .containsOnlyOnce("Late.find\n");
    }

    @Configuration(proxyBeanMethods = false)
    static class SeveralMistakes {
        @Bean
        Eager eager() {
            return new Eager();
        }

        @Bean
        @Lazy
        Late late() {
            return new Late();
        }
    }

    static class Eager {
        @SmartAsync
        public final void find() {}
    }

    static class Late {
        @SmartAsync(timeout = "soon")
        public void find() {}
    }

    @Test
    void theMistakeOfALazyBeanIsReportedAtStartup() {
        FailureAnalysis refusal = Refusal.of(TestContext.with().withUserConfiguration(OnlyLateMistake.class));

        assertThat(refusal.getDescription()).contains("Late.find\n", "'soon' is not a timeout");
    }

    @Configuration(proxyBeanMethods = false)
    static class OnlyLateMistake {
        @Bean
        @Lazy
        Late late() {
            return new Late();
        }
    }

    @Test
    void aRuleThatMatchesNothingIsWarnedOf(CapturedOutput output) {
        quotes().withPropertyValues("smartasync.rules[0].method=Quote#find*", "smartasync.rules[0].executor=io")
                .run(context -> assertThat(context).hasNotFailed());

        assertThat(output)
                .containsOnlyOnce("The rule for \"Quote#find*\" in smartasync.rules applies to no @SmartAsync method");
    }

    @Test
    void aRuleThatRepeatsAnEarlierOneIsWarnedOf(CapturedOutput output) {
        quotes().withPropertyValues(
                        "smartasync.rules[0].method=Quotes#find*",
                        "smartasync.rules[0].executor=io",
                        "smartasync.rules[1].method=Quotes#find*",
                        "smartasync.rules[1].executor=io")
                .run(context -> assertThat(context).hasNotFailed());

        assertThat(output).containsOnlyOnce("applies to no @SmartAsync method");
    }

    @Test
    void aRuleThatMatchesIsNotWarnedOf(CapturedOutput output) {
        quotes().withPropertyValues("smartasync.rules[0].method=Quotes#find*")
                .run(context -> assertThat(context).hasNotFailed());

        assertThat(output).doesNotContain("smartasync.rules");
    }

    @Test
    void aRuleThatMatchesALazyBeanIsNotWarnedOf(CapturedOutput output) {
        TestContext.with()
                .withBean(Quotes.class, Quotes::new, definition -> definition.setLazyInit(true))
                .withPropertyValues("smartasync.rules[0].method=Quotes#find*")
                .run(context -> assertThat(context).hasNotFailed());

        assertThat(output).doesNotContain("smartasync.rules");
    }

    @Test
    void anExecutorBeanOfTheNameOfOneOfOursIsWarnedOf(CapturedOutput output) {
        quotes().withBean("cpu", Executor.class, () -> Runnable::run)
                .withBean("pool", Executor.class, () -> Runnable::run)
                .withBean("io", String.class, () -> "no executor")
                .run(context -> assertThat(context).hasNotFailed());

        assertThat(output)
                .containsOnlyOnce("Executor bean 'cpu' runs nothing for SmartAsync")
                .doesNotContain("Executor bean 'pool'", "Executor bean 'io'");
    }

    /** Operators run where the elements come from, and not where somebody subscribes. */
    @Test
    void aMethodThatMayBlockAndIsGivenAPublisherIsWarnedOf(CapturedOutput output) {
        TestContext.with()
                .withBean(Uploads.class)
                .withBean("other", Uploads.class)
                .run(context -> assertThat(context).hasNotFailed());

        assertThat(output)
                .containsOnlyOnce(
                        "Uploads.save may block (workload = IO), but what it does with the elements of the Mono")
                .contains("call the method with flatMap")
                .doesNotContain("Uploads.pass", "Uploads.relay", "Uploads.one", "Uploads.count");
    }

    @SmartAsync
    static class Uploads {
        @SmartAsync(workload = Workload.IO)
        public Mono<String> save(String name, Mono<String> content) {
            return content;
        }

        public Mono<String> pass(Mono<String> content) {
            return content;
        }

        @SmartAsync(workload = Workload.NON_BLOCKING)
        public Flux<String> relay(Flux<String> content) {
            return content;
        }

        @SmartAsync(workload = Workload.IO)
        public Mono<String> one(String content) {
            return Mono.just(content);
        }

        /** Waits for the elements, wherever they come from. */
        public long count(Flux<String> content) {
            return content.toStream().count();
        }
    }

    /** Its class may be missing. */
    @Test
    void anAbstractDefinitionIsNotLookedAtSinceItIsNoBean() {
        GenericBeanDefinition missing = new GenericBeanDefinition();
        missing.setBeanClassName("org.example.Missing");
        missing.setAbstract(true);
        quotes().withInitializer(
                        context -> ((GenericApplicationContext) context).registerBeanDefinition("missing", missing))
                .run(context -> assertThat(context).hasNotFailed());
    }

    /** Which are planned when they are first used. */
    @Test
    void aRuleForOperationsIsNotWarnedOf(CapturedOutput output) {
        quotes().withPropertyValues(
                        "smartasync.rules[0].method=SmartAsyncOperations#load",
                        "smartasync.rules[1].method=io.smartasync.SmartAsync*#find")
                .run(context -> assertThat(context).hasNotFailed());

        assertThat(output).doesNotContain("smartasync.rules");
    }

    @Test
    void aRuleForAMethodWithoutAnnotationIsWarnedOf(CapturedOutput output) {
        quotes().withPropertyValues("smartasync.rules[0].method=Quotes#plain")
                .run(context -> assertThat(context).hasNotFailed());

        assertThat(output)
                .contains("The rule for \"Quotes#plain\" in smartasync.rules applies to no @SmartAsync method");
    }

    private static ApplicationContextRunner quotes() {
        return TestContext.with(Quotes.class);
    }

    static class Quotes {
        @SmartAsync
        public String findAll() {
            return "";
        }

        public String plain() {
            return "";
        }
    }

    private static ConfigurableApplicationContext run(String... arguments) {
        SpringApplication application = new SpringApplication(Application.class);
        application.setWebApplicationType(WebApplicationType.NONE);
        return application.run(arguments);
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {
        @Bean
        Quotes quotes() {
            return new Quotes();
        }
    }
}
