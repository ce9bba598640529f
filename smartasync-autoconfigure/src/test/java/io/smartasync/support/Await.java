package io.smartasync.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.smartasync.execution.SmartAsyncTaskExecutor;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.awaitility.core.ConditionFactory;
import org.springframework.test.util.ReflectionTestUtils;

/** Waits that end: a test that waits in vain fails within the time that it has, and says for what it waited. */
public final class Await {

    private Await() {}

    /** Until nothing runs or waits there and each permit has come back, once. */
    public static void idle(SmartAsyncTaskExecutor executor) {
        patiently().untilAsserted(() -> {
            assertThat(executor.queued())
                    .as("tasks that wait in %s", executor.name())
                    .isZero();
            assertThat(executor.active())
                    .as("permits that are out in %s", executor.name())
                    .isZero();
            Object permits = ReflectionTestUtils.getField(executor, "permits");
            assertThat(ReflectionTestUtils.<Boolean>invokeMethod(permits, "isIdleBut", 0))
                    .as("permits of %s that came back once, and no more", executor.name())
                    .isTrue();
        });
    }

    /** Until it is so. */
    public static void until(String what, Callable<Boolean> condition) {
        patiently().alias(what).until(condition);
    }

    private static ConditionFactory patiently() {
        return await().pollInSameThread()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(1))
                .atMost(Duration.ofSeconds(10));
    }
}
