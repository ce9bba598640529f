package io.smartasync.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.smartasync.SmartAsync;
import io.smartasync.support.TestContext;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** A hundred bodies that block for 100 ms: how long they take together is the subject. */
@Timeout(60)
class ConcurrencyTest {

    private static final int CALLS = 100;
    private static final Duration BODY = Duration.ofMillis(100);

    @Test
    void aLimitOfTenTakesTenRounds() {
        application().run(context -> assertThat(timeOf(context.getBean(Bean.class)::onTen))
                .isBetween(BODY.multipliedBy(10), BODY.multipliedBy(20)));
    }

    @Test
    @EnabledForJreRange(
            min = JRE.JAVA_24,
            disabledReason = "before Java 24 the default executor is a pool of 64 threads")
    void theDefaultTakesOneRoundOnVirtualThreads() {
        application().run(context -> {
            Bean bean = context.getBean(Bean.class);
            Duration best = Stream.generate(() -> timeOf(bean::onDefault))
                    .limit(5) // a busy machine may spoil some
                    .min(Duration::compareTo)
                    .orElseThrow();
            assertThat(best).isBetween(BODY, Duration.ofMillis(150));
        });
    }

    @Test
    void theDefaultTakesFarLessThanALimitOfTen() {
        application().run(context -> {
            Bean bean = context.getBean(Bean.class);
            assertThat(timeOf(bean::onDefault)).isLessThan(timeOf(bean::onTen).dividedBy(2));
        });
    }

    private static ApplicationContextRunner application() {
        return TestContext.with(Bean.class).withPropertyValues("smartasync.executors.ten.concurrency-limit=10");
    }

    private static Duration timeOf(Supplier<CompletableFuture<Void>> call) {
        long start = System.nanoTime();
        CompletableFuture.allOf(
                        IntStream.range(0, CALLS).mapToObj(i -> call.get()).toArray(CompletableFuture[]::new))
                .join();
        return Duration.ofNanos(System.nanoTime() - start);
    }

    static class Bean {

        @SmartAsync
        public CompletableFuture<Void> onDefault() {
            return block();
        }

        @SmartAsync("ten")
        public CompletableFuture<Void> onTen() {
            return block();
        }

        private static CompletableFuture<Void> block() {
            try {
                Thread.sleep(BODY.toMillis());
            } catch (InterruptedException ex) {
                return CompletableFuture.failedFuture(ex);
            }
            return CompletableFuture.completedFuture(null);
        }
    }
}
