package io.smartasync.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.smartasync.Caller;
import io.smartasync.plan.ExecutorRoute;
import io.smartasync.support.TestContext;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** What {@code application.yml} can have wrong, and what its author is told. */
@Timeout(30)
class PropertyMistakesTest {

    @ParameterizedTest
    @CsvSource({
        "platform.io", "platform.cpu", "servlet.io", "servlet.cpu",
        "virtual.io", "virtual.cpu", "event-loop.io", "event-loop.cpu"
    })
    void aRouteToAnUnknownExecutorIsRefusedByItsProperty(String route) {
        FailureAnalysis refusal = refusalOf("smartasync.routes." + route + "=nowhere");

        assertThat(refusal.getDescription())
                .startsWith("SmartAsync can't start:")
                .contains("smartasync.routes." + route + "\n", "no executor named 'nowhere'");
        assertThat(refusal.getAction())
                .contains("smartasync.routes." + route + "\n", "smartasync.executors.nowhere")
                .as("what exists, the host's own executor among it")
                .contains("applicationTaskExecutor, cpu, io");
    }

    @Test
    void aRuleWithAnUnknownExecutorIsRefusedByItsProperty() {
        FailureAnalysis refusal =
                refusalOf("smartasync.rules[0].method=Quotes#find*", "smartasync.rules[0].executor=nowhere");

        assertThat(refusal.getDescription()).contains("smartasync.rules[0].executor\n", "no executor named 'nowhere'");
        assertThat(refusal.getAction()).contains("applicationTaskExecutor, cpu, io");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Quotes.find", "Quotes", "#find", "Quotes#", "Quotes#find#all"})
    void aRuleThatNamesNoMethodsIsRefusedWithTheFormToWrite(String pattern) {
        FailureAnalysis refusal = refusalOf("smartasync.rules[0].method=" + pattern);

        assertThat(refusal.getDescription()).contains("smartasync.rules[0].method\n", "'" + pattern + "'");
        assertThat(refusal.getAction()).contains("[package.]Class#method");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "smartasync.metrics.slo=1ms,0ms",
                "smartasync.findings.slow=0s",
                "smartasync.findings.event-loop-held=-1ms",
                "smartasync.findings.concurrent-callers=0",
                "smartasync.findings.minimum-samples=-1"
            })
    void whatIsNotPositiveIsRefusedByItsProperty(String property) {
        assertThat(refusalOf(property).getDescription())
                .contains(property.substring(0, property.indexOf('=')) + "\n", "is not positive");
    }

    @Test
    void aRuleWithoutAMethodIsRefused() {
        assertThat(refusalOf("smartasync.rules[0].executor=io").getDescription())
                .contains("smartasync.rules[0].method\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0s", "-1s"})
    void aTimeoutThatIsNotPositiveIsRefused(String timeout) {
        FailureAnalysis refusal = refusalOf(
                "smartasync.default-timeout=" + timeout,
                "smartasync.rules[0].method=Quotes#find*",
                "smartasync.rules[0].timeout=" + timeout);

        assertThat(refusal.getDescription())
                .contains("for 2 reasons", "smartasync.default-timeout\n", "smartasync.rules[0].timeout\n")
                .contains("is not positive")
                .doesNotContain("PT");
        assertThat(refusal.getAction()).contains("2s");
    }

    @ParameterizedTest
    @CsvSource({
        "concurrency-limit, 0, 1 or more",
        "concurrency-limit, -1, 1 or more",
        "queue-capacity, -1, 0 to reject",
        "keep-alive, -1s, 60s"
    })
    void aLimitThatCantWorkIsRefusedWithTheLeastThatWould(String property, String value, String cure) {
        FailureAnalysis refusal = refusalOf("smartasync.executors.reports." + property + "=" + value);

        assertThat(refusal.getDescription()).contains("smartasync.executors.reports." + property + "\n");
        assertThat(refusal.getAction()).contains(cure);
    }

    @Test
    void aLimitOfAnExecutorThatExistsAnywayIsCheckedToo() {
        assertThat(refusalOf("smartasync.executors.io.concurrency-limit=0").getDescription())
                .contains("smartasync.executors.io.concurrency-limit\n");
    }

    @Test
    @EnabledForJreRange(max = JRE.JAVA_20)
    void virtualThreadsAreRefusedOnAJavaThatHasNone() {
        FailureAnalysis refusal = refusalOf("smartasync.executors.reports.threads=virtual");

        assertThat(refusal.getDescription())
                .contains("smartasync.executors.reports.threads\n", "virtual threads need Java 21, this is Java 17");
        assertThat(refusal.getAction()).contains("'auto' or 'platform'");
    }

    @Test
    @EnabledForJreRange(min = JRE.JAVA_21)
    void virtualThreadsAreNotRefusedOnAJavaThatHasThem() {
        TestContext.with()
                .withPropertyValues("smartasync.executors.reports.threads=virtual")
                .run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    void aBeanThatTakesTheNameOfAnExecutorsBeanIsRefused() {
        FailureAnalysis refusal =
                Refusal.of(TestContext.with().withBean("smartasync-io", Executor.class, () -> Runnable::run));

        assertThat(refusal.getDescription())
                .contains("Bean 'smartasync-io'\n", "takes the name of the bean for smartasync.executors.io");
        assertThat(refusal.getAction()).contains("Rename it", "smartasync.routes");
    }

    @Test
    void anEmptyRouteIsUnset() {
        TestContext.with()
                .withPropertyValues("smartasync.routes.servlet.io=", "smartasync.routes.event-loop.cpu= ")
                .run(context -> {
                    PropertiesMapper properties = context.getBean(PropertiesMapper.class);
                    assertThat(properties.plans().routes())
                            .containsEntry(Caller.SERVLET, new ExecutorRoute("io", "cpu"))
                            .containsEntry(Caller.EVENT_LOOP, new ExecutorRoute("io", "cpu"));
                });
    }

    /** Names keep their case; the executor would be another one. */
    @ParameterizedTest
    @CsvSource({"IO, io", "Cpu, cpu"})
    void anExecutorThatIsAlmostNamedAsOneThatExistsAnywayIsRefused(String name, String meant) {
        FailureAnalysis refusal = refusalOf("smartasync.executors." + name + ".concurrency-limit=3");

        assertThat(refusal.getDescription()).contains("smartasync.executors." + name + "\n", "'" + meant + "'");
        assertThat(refusal.getAction()).contains("smartasync.executors." + meant);
    }

    /** Without the brackets the key would be {@code my}. */
    @Test
    void anUnknownExecutorWithADotInItsNameIsRefusedWithTheKeyToWrite() {
        assertThat(refusalOf("smartasync.routes.servlet.io=my.pool").getAction())
                .contains("smartasync.executors.[my.pool], in YAML in quotes");
        TestContext.with()
                .withPropertyValues(
                        "smartasync.routes.servlet.io=my.pool", "smartasync.executors.[my.pool].concurrency-limit=3")
                .run(context -> assertThat(context).hasBean("smartasync-my.pool"));
    }

    private static FailureAnalysis refusalOf(String... properties) {
        return Refusal.of(TestContext.with().withPropertyValues(properties));
    }
}
