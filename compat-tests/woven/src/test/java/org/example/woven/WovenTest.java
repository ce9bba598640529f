package org.example.woven;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smartasync.BlockingCallOnEventLoopException;
import io.smartasync.SmartAsyncConfigurationException;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.aop.support.AopUtils;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Each call is intercepted once, whether a proxy sees it, AspectJ, or both. */
@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class WovenTest {

    private static final String IO = "smartasync-io-";

    private ConfigurableApplicationContext context;
    private Ledger ledger;

    @BeforeEach
    void start() {
        context = run();
        ledger = context.getBean(Ledger.class);
    }

    @AfterEach
    void stop() {
        context.close();
    }

    private static ConfigurableApplicationContext run(String... arguments) {
        SpringApplication application = new SpringApplication(WovenApplication.class);
        application.setWebApplicationType(WebApplicationType.NONE);
        return application.run(arguments);
    }

    @Test
    void aCallThroughAProxyIsInterceptedOnce() {
        assertThat(AopUtils.isAopProxy(ledger)).isTrue();

        assertThat(ledger.find("a")).startsWith(IO);

        assertThat(calls()).containsExactly(Map.entry("Ledger.find await", 1L));
    }

    @Test
    void aCallOnThisIsIntercepted() {
        assertThat(ledger.findByThis()).startsWith(IO);
        assertThat(ledger.findLater()).startsWith(IO);

        assertThat(calls()).containsExactly(Map.entry("Ledger.find await", 2L));
    }

    @Test
    void aCallOnThisIsRefusedOnAnEventLoop() {
        assertThatThrownBy(() -> onEventLoop(ledger::findByThis)).isInstanceOf(BlockingCallOnEventLoopException.class);

        assertThat(calls()).containsExactly(Map.entry("Ledger.find reject", 1L));
    }

    @Test
    void privateAndStaticMethodsAreIntercepted() {
        assertThat(ledger.callHidden().join()).startsWith(IO).endsWith(" 1 2.0");
        assertThat(Ledger.ofNobody().join()).startsWith(IO);

        assertThat(calls())
                .containsOnly(Map.entry("Ledger.hidden offload", 1L), Map.entry("Ledger.ofNobody offload", 1L));
    }

    @Test
    void aPublisherIsInterceptedAtEachSubscription() {
        assertThat(ledger.twice().block()).matches(IO + ".*," + IO + ".*");

        assertThat(calls()).containsExactly(Map.entry("Ledger.entries offload", 2L));
    }

    @Test
    void aRecordThatIsABeanIsIntercepted() {
        Board board = context.getBean(Board.class);
        assertThat(AopUtils.isAopProxy(board)).isFalse();

        assertThat(board.show().join()).startsWith(IO);

        assertThat(calls()).containsExactly(Map.entry("Board.show offload", 1L));
    }

    @Test
    void aRecordThatIsNoBeanIsPlannedAtItsFirstCall() {
        assertThat(new Money(1).convert().join()).startsWith(IO);
        assertThat(new Money(2).convert().join()).startsWith(IO);

        assertThat(calls()).containsExactly(Map.entry("Money.convert offload", 2L));
        assertThatThrownBy(() -> new Money(1).mistaken())
                .isInstanceOf(SmartAsyncConfigurationException.class)
                .hasMessageContaining("nowhere");
    }

    @Test
    void aRetryBehindTheProxyIsPartOfTheCall() {
        assertThat(ledger.stubborn()).isEqualTo(Ledger.thread());

        assertThat(ledger.attempts()).isEqualTo(2);
        assertThat(calls()).containsExactly(Map.entry("Ledger.stubborn direct", 1L));
    }

    @Test
    void aMethodThatCallsItselfIsInterceptedEachTime() {
        assertThat(ledger.depth(3)).isEqualTo(3);

        assertThat(calls()).containsExactly(Map.entry("Ledger.depth direct", 4L));
    }

    @Test
    void aMethodThatCallsWhatItOverridesIsInterceptedOnce() {
        assertThat(context.getBean(Savings.class).balance()).isEqualTo("savings: 0");

        assertThat(calls()).containsExactly(Map.entry("Savings.balance direct", 1L));
    }

    @Test
    void aTypesAnnotationCoversItsMethodsButNoPrivateHelpers() {
        assertThat(context.getBean(Savings.class).statement()).isEqualTo("savings: 0");

        assertThat(calls())
                .containsOnly(Map.entry("Savings.statement direct", 1L), Map.entry("Savings.balance direct", 1L));
    }

    @Test
    void aBridgeReachesTheBodyWithOneInterception() {
        assertThat(context.getBean(FutureLedger.class).find("a").join()).startsWith(IO);

        assertThat(calls()).containsExactly(Map.entry("Ledger.find offload", 1L));
    }

    @Test
    void whereAResultWasForgottenIsSaid(CapturedOutput output) {
        ledger.forget();

        while (!output.getOut().contains("was forgotten")) {
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
            System.gc();
            ledger.remember();
        }
        assertThat(output).contains("The result of Ledger#forgotten, called at org.example.woven.Ledger.forget(");
    }

    @Test
    void wovenSelfInvocationsAreNotReported(CapturedOutput output) {
        run("--smartasync.self-invocation=fail").close();

        assertThat(output).contains("Started").doesNotContain("StartupCheck");
    }

    @Test
    void withoutAnApplicationBodiesRunAsWritten() {
        Ledger plain = new Ledger();
        context.close();

        assertThat(plain.findByThis()).isEqualTo(Ledger.thread());
    }

    @Test
    void afterASecondApplicationTheFirstOneServesAgain() {
        try (ConfigurableApplicationContext second = run("--smartasync.executors.io.thread-name-prefix=second-")) {
            assertThat(new Money(1).convert().join()).startsWith("second-");
        }

        assertThat(new Money(1).convert().join()).startsWith(IO);
    }

    @Test
    void withSmartAsyncOffBodiesRunAsWritten() {
        context.close();
        context = run("--smartasync.enabled=false");

        assertThat(context.getBean(Ledger.class).findByThis()).isEqualTo(Ledger.thread());
    }

    private static <T> T onEventLoop(Callable<T> work) {
        return Mono.fromCallable(work).subscribeOn(Schedulers.parallel()).block();
    }

    /** Such as {@code Ledger.find await}. */
    private Map<String, Long> calls() {
        Map<String, Long> calls = new TreeMap<>();
        context.getBean(SimpleMeterRegistry.class)
                .find("smartasync.invocations")
                .timers()
                .forEach(timer -> calls.merge(
                        timer.getId().getTag("class") + "." + timer.getId().getTag("method") + " "
                                + timer.getId().getTag("path"),
                        timer.count(),
                        Long::sum));
        return calls;
    }
}
