package io.smartasync.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.smartasync.SmartAsync;
import io.smartasync.support.TestContext;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** A hundred bodies that block: how many of them run at once is the subject. */
@Timeout(60)
class ConcurrencyTest {

    private static final int CALLS = 100;

    @Test
    void aLimitOfTenIsReachedAndKept() {
        application().run(context -> {
            Bean bean = context.getBean(Bean.class);
            AtomicInteger running = new AtomicInteger();
            AtomicInteger most = new AtomicInteger();
            CyclicBarrier tenAtOnce = new CyclicBarrier(10);
            all(
                    CALLS,
                    () -> bean.onTen(() -> {
                        most.accumulateAndGet(running.incrementAndGet(), Math::max);
                        tenAtOnce.await(10, TimeUnit.SECONDS);
                        return running.decrementAndGet();
                    }));
            assertThat(most).hasValue(10);
        });
    }

    @Test
    void theDefaultRunsAllOfThemAtOnceOnVirtualThreadsAndSixtyFourOnAPool() {
        application().run(context -> {
            Bean bean = context.getBean(Bean.class);
            int atOnce = Runtime.version().feature() >= 24 ? CALLS : 64;
            CountDownLatch together = new CountDownLatch(atOnce);
            all(
                    atOnce,
                    () -> bean.onDefault(() -> {
                        together.countDown();
                        assertThat(together.await(10, TimeUnit.SECONDS))
                                .as("all at once")
                                .isTrue();
                        return 0;
                    }));
        });
    }

    private static ApplicationContextRunner application() {
        return TestContext.with(Bean.class).withPropertyValues("smartasync.executors.ten.concurrency-limit=10");
    }

    private static void all(int count, Callable<CompletableFuture<Integer>> call) throws Exception {
        List<CompletableFuture<Integer>> calls = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            calls.add(call.call());
        }
        for (CompletableFuture<Integer> made : calls) {
            made.get(20, TimeUnit.SECONDS);
        }
    }

    static class Bean {

        @SmartAsync
        public CompletableFuture<Integer> onDefault(Callable<Integer> body) throws Exception {
            return CompletableFuture.completedFuture(body.call());
        }

        @SmartAsync("ten")
        public CompletableFuture<Integer> onTen(Callable<Integer> body) throws Exception {
            return CompletableFuture.completedFuture(body.call());
        }
    }
}
