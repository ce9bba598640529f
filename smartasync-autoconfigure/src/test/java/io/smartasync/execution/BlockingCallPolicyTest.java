package io.smartasync.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import io.smartasync.BlockingCallOnEventLoopException;
import io.smartasync.SmartAsync;
import io.smartasync.SmartAsyncBridge;
import io.smartasync.bridge.ImportSmartAsyncBridges;
import io.smartasync.support.CallerThread;
import io.smartasync.support.Calls;
import io.smartasync.support.TestContext;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Configuration;

/** Where the application wants blocking bodies on its event loops. */
@Timeout(30)
@ExtendWith(OutputCaptureExtension.class)
class BlockingCallPolicyTest {

    @ParameterizedTest
    @CsvSource({"warn, 1", "allow, 0"})
    void theBodyRunsOnTheLoopAndEachMethodIsWarnedOfAtMostOnce(String policy, int warnings, CapturedOutput output) {
        TestContext.with(Bean.class)
                .withPropertyValues("smartasync.event-loop.on-blocking-call=" + policy)
                .run(context -> {
                    Bean bean = context.getBean(Bean.class);
                    Calls calls = TestContext.calls(context);
                    for (int i = 0; i < 2; i++) {
                        assertThat(CallerThread.REACTOR_LOOP.run(null, bean::inPlace))
                                .startsWith("test-loop");
                        assertThat(CallerThread.REACTOR_LOOP.run(null, bean::elsewhere))
                                .startsWith("test-loop");
                    }
                    assertThat(calls.by("caller")).containsOnly(entry("event-loop", 4L));
                    assertThat(calls.by("path")).containsOnly(entry("direct", 4L));
                    assertThat(calls.by("executor")).containsOnly(entry("none", 4L));
                });
        for (String method : new String[] {"Bean#inPlace", "Bean#elsewhere"}) {
            assertThat(output.getOut().lines())
                    .filteredOn(line -> line.contains(method + " may block and runs on the event loop thread"))
                    .hasSize(warnings);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"warn", "allow"})
    void aBridgeThatWouldWaitIsRefusedAllTheSame(String policy) {
        TestContext.with(Later.class)
                .withUserConfiguration(Bridged.class)
                .withPropertyValues("smartasync.event-loop.on-blocking-call=" + policy)
                .run(context -> {
                    Now bridge = context.getBean(Now.class);
                    assertThat(bridge.find()).isEqualTo("found");
                    assertThatThrownBy(() -> CallerThread.REACTOR_LOOP.run(null, bridge::find))
                            .hasCauseInstanceOf(BlockingCallOnEventLoopException.class);
                });
    }

    @SmartAsync
    static class Bean {

        public String inPlace() {
            return Thread.currentThread().getName();
        }

        @SmartAsync("io")
        public String elsewhere() {
            return Thread.currentThread().getName();
        }
    }

    static class Later {

        public CompletableFuture<String> find() {
            return CompletableFuture.completedFuture("found");
        }
    }

    @SmartAsyncBridge(Later.class)
    interface Now {

        String find();
    }

    @Configuration(proxyBeanMethods = false)
    @ImportSmartAsyncBridges(Now.class)
    static class Bridged {}
}
