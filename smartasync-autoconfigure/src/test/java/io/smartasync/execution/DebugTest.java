package io.smartasync.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.smartasync.SmartAsync;
import io.smartasync.plan.Wish;
import io.smartasync.support.TestContext;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.LoggerFactory;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** One line for each call of what is debugged, and none for the rest. */
@Timeout(30)
@ExtendWith(OutputCaptureExtension.class)
class DebugTest {

    @Test
    void eachCallOfADebuggedMethodIsOneLineThatSaysWhoDecided(CapturedOutput output) {
        TestContext.with(Bean.class)
                .withPropertyValues("smartasync.rules[0].method=Bean#ruled", "smartasync.rules[0].executor=cpu")
                .run(context -> {
                    Bean bean = context.getBean(Bean.class);
                    bean.ruled().get(10, TimeUnit.SECONDS);
                    catchThrowable(bean::failing);
                    bean.silent();
                });
        assertThat(output.getOut().lines().filter(line -> line.contains("call=Bean#")))
                .hasSize(2)
                .anySatisfy(line -> assertThat(line)
                        .containsPattern(
                                "call=Bean#ruled caller=platform shape=FUTURE workload=IO workloadBy=\"default\""
                                        + " path=offload executor=cpu executorBy=\"smartasync.rules\\[0]\" waitMicros=\\d+"
                                        + " runMicros=\\d+ outcome=SUCCESS endedOn=\"smartasync-cpu-1\""))
                .anySatisfy(line -> assertThat(line)
                        .containsPattern("call=Bean#failing caller=platform shape=BLOCKING .* path=direct executor=none"
                                + " waitMicros=0 .* outcome=ERROR error=\"java.lang.IllegalStateException: planned\""));
    }

    @Test
    void aCallThatNeverStartedHasWaitedOnly(CapturedOutput output) {
        TestContext.with(Bean.class)
                .withPropertyValues(
                        "smartasync.executors.io.threads=platform", "smartasync.executors.io.concurrency-limit=1")
                .run(context -> {
                    Bean bean = context.getBean(Bean.class);
                    CountDownLatch gate = new CountDownLatch(1);
                    CompletableFuture<String> running = bean.blocked(gate);
                    CompletableFuture<String> waiting = bean.ruled();
                    waiting.cancel(true);
                    gate.countDown();
                    running.get(10, TimeUnit.SECONDS);
                });
        assertThat(output.getOut().lines().filter(line -> line.contains("call=Bean#ruled")))
                .singleElement()
                .asString()
                .contains("runMicros=0 outcome=CANCELLED");
    }

    /** A call under way keeps the route that it took, of which the new plan knows nothing. */
    @Test
    void aCallOfAMethodThatWasTunedMeanwhileSaysNothingOfWhoDecided(CapturedOutput output) {
        TestContext.with(Bean.class).run(context -> {
            CountDownLatch gate = new CountDownLatch(1);
            CompletableFuture<String> running = context.getBean(Bean.class).blocked(gate);
            context.getBean(MethodRegistry.class)
                    .all()
                    .forEach(method -> method.tune(new Wish("cpu", null, null, true)));
            gate.countDown();
            running.get(10, TimeUnit.SECONDS);
        });
        assertThat(output.getOut().lines().filter(line -> line.contains("call=Bean#blocked")))
                .singleElement()
                .asString()
                .contains(" path=offload executor=io waitMicros=")
                .doesNotContain("By=");
    }

    @Test
    void thePropertyDebugsAllMethods(CapturedOutput output) {
        TestContext.with(Bean.class)
                .withPropertyValues("smartasync.debug=true")
                .run(context -> context.getBean(Bean.class).silent());
        assertThat(output).contains("call=Bean#silent");
    }

    @Test
    void aRuleDebugsTheMethodsThatItMatchesOrSilencesThem(CapturedOutput output) {
        TestContext.with(Bean.class)
                .withPropertyValues(
                        "smartasync.rules[0].method=Bean#silent",
                        "smartasync.rules[0].debug=true",
                        "smartasync.rules[1].method=Bean#failing",
                        "smartasync.rules[1].debug=false")
                .run(context -> {
                    context.getBean(Bean.class).silent();
                    catchThrowable(context.getBean(Bean.class)::failing);
                });
        assertThat(output).contains("call=Bean#silent").doesNotContain("call=Bean#failing");
    }

    @Test
    void aMessageOfSeveralLinesStaysOnItsOwn(CapturedOutput output) {
        TestContext.with(Bean.class)
                .run(context -> catchThrowable(() -> context.getBean(Bean.class).failing("a\n\"b\" outcome=SUCCESS")));
        assertThat(output.getOut().lines().filter(line -> line.contains("outcome=")))
                .singleElement()
                .asString()
                .contains(
                        "outcome=ERROR error=\"java.lang.IllegalStateException: a\\n\\\"b\\\" outcome=SUCCESS\" endedOn");
    }

    @Test
    void anErrorThatCantBeDescribedEndsItsCallAllTheSame(CapturedOutput output) {
        TestContext.with(Bean.class).run(context -> {
            RuntimeException indescribable = new RuntimeException() {
                @Override
                public String getMessage() {
                    throw new IllegalStateException("no message");
                }
            };
            assertThat(context.getBean(Bean.class)
                            .later(indescribable)
                            .handle((value, error) -> error)
                            .get(10, TimeUnit.SECONDS))
                    .isSameAs(indescribable);
        });
        assertThat(output).contains("A call of Bean#later can't be logged");
    }

    @Test
    void aLogThatFailsKeepsNoCallFromEnding() {
        Logger log = (Logger) LoggerFactory.getLogger("io.smartasync");
        AppenderBase<ILoggingEvent> full = new AppenderBase<>() {
            @Override
            public void doAppend(ILoggingEvent event) {
                throw new IllegalStateException("no space left");
            }

            @Override
            protected void append(ILoggingEvent event) {}
        };
        TestContext.with(Bean.class).run(context -> {
            log.addAppender(full);
            try {
                assertThat(context.getBean(Bean.class).ruled().get(10, TimeUnit.SECONDS))
                        .isEmpty();
            } finally {
                log.detachAppender(full);
            }
        });
    }

    static class Bean {

        @SmartAsync(debug = true)
        public void failing(String message) {
            throw new IllegalStateException(message);
        }

        @SmartAsync(debug = true)
        public CompletableFuture<String> later(RuntimeException failure) {
            throw failure;
        }

        @SmartAsync(debug = true)
        public CompletableFuture<String> ruled() {
            return CompletableFuture.completedFuture("");
        }

        @SmartAsync(debug = true)
        public void failing() {
            throw new IllegalStateException("planned");
        }

        @SmartAsync
        public CompletableFuture<String> blocked(CountDownLatch gate) throws InterruptedException {
            gate.await();
            return CompletableFuture.completedFuture("");
        }

        @SmartAsync
        public void silent() {}
    }
}
