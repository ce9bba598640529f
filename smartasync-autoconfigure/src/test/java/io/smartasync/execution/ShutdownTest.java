package io.smartasync.execution;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import io.smartasync.SmartAsync;
import io.smartasync.support.Calls;
import io.smartasync.support.TestContext;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.task.TaskRejectedException;

/** What becomes of work in flight when the application stops. */
@Timeout(30)
class ShutdownTest {

    @Test
    void workInFlightFinishesWithTheCallsThatItNeedsWhileNewCallsFailAtOnce() {
        TestContext.with(Bean.class).run(context -> {
            Bean bean = context.getBean(Bean.class);
            Calls calls = TestContext.calls(context);
            CountDownLatch started = new CountDownLatch(1);
            CountDownLatch release = new CountDownLatch(1);
            CompletableFuture<String> inFlight = bean.work(started, release);
            started.await();

            CompletableFuture<Void> closing = CompletableFuture.runAsync(
                    context.getSourceApplicationContext()::close, task -> new Thread(task).start());
            CompletableFuture<String> late = bean.nothing();
            while (!late.isCompletedExceptionally()) {
                late = bean.nothing();
            }
            assertThat(late.handle((value, ex) -> ex).join())
                    .isInstanceOf(TaskRejectedException.class)
                    .hasMessageContaining("smartasync.executors.io is shut down");
            assertThat(closing).isNotDone();
            release.countDown();

            closing.get(10, TimeUnit.SECONDS);
            assertThat(inFlight.get(1, TimeUnit.SECONDS)).isEqualTo("done with nothing");
            assertThat(calls.by("outcome")).containsKeys("SUCCESS", "REJECTED").doesNotContainKey("ERROR");
            assertNoThreadIsLeft();
        });
    }

    @Test
    void afterTheAwaitPeriodRunningBodiesAreInterruptedAndWaitingOnesRefused() {
        TestContext.with(Bean.class)
                .withPropertyValues(
                        "smartasync.executors.io.concurrency-limit=1",
                        "smartasync.executors.io.shutdown.await-termination-period=100ms")
                .run(context -> {
                    Bean bean = context.getBean(Bean.class);
                    Calls calls = TestContext.calls(context);
                    CountDownLatch started = new CountDownLatch(1);
                    CompletableFuture<String> running = bean.work(started, new CountDownLatch(1));
                    started.await();
                    CompletableFuture<String> waiting = bean.nothing();

                    context.getSourceApplicationContext().close();

                    assertThat(running.handle((value, ex) -> ex).get(10, TimeUnit.SECONDS))
                            .isInstanceOf(InterruptedException.class);
                    assertThat(waiting.handle((value, ex) -> ex).get(10, TimeUnit.SECONDS))
                            .isInstanceOf(TaskRejectedException.class);
                    assertThat(calls.by("outcome")).containsOnly(entry("ERROR", 1L), entry("REJECTED", 1L));
                    assertNoThreadIsLeft();
                });
    }

    @Test
    void twoApplicationsInOneJvmDoNotTouchEachOther() {
        TestContext.with(Bean.class).run(first -> TestContext.with(Bean.class).run(second -> {
            first.getSourceApplicationContext().close();
            assertThat(second.getBean(Bean.class).nothing().get(10, TimeUnit.SECONDS))
                    .isEqualTo("nothing");
        }));
    }

    @Test
    void anApplicationThatIsStartedAgainTakesCallsAgain() {
        TestContext.with(Bean.class).run(context -> {
            ConfigurableApplicationContext application = context.getSourceApplicationContext();
            application.stop();
            application.start();
            assertThat(context.getBean(Bean.class).nothing().get(10, TimeUnit.SECONDS))
                    .isEqualTo("nothing");
        });
    }

    private static void assertNoThreadIsLeft() throws InterruptedException {
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().startsWith("smartasync-")) {
                thread.join(1_000);
                assertThat(thread.isAlive()).as(thread.getName()).isFalse();
            }
        }
    }

    @SmartAsync
    static class Bean {

        private final Bean self;

        Bean(@Lazy Bean self) {
            this.self = self;
        }

        /** Needs another call after it was released. */
        public CompletableFuture<String> work(CountDownLatch started, CountDownLatch release)
                throws InterruptedException {
            started.countDown();
            release.await();
            return CompletableFuture.completedFuture(
                    "done with " + self.nothing().join());
        }

        public CompletableFuture<String> nothing() {
            return CompletableFuture.completedFuture("nothing");
        }
    }
}
