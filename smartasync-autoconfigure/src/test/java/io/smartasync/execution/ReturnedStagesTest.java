package io.smartasync.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.smartasync.SmartAsync;
import io.smartasync.Workload;
import io.smartasync.support.Await;
import io.smartasync.support.Calls;
import io.smartasync.support.TestContext;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Mono;

/** What a body may return besides a plain future, and what comes of it when the call is ended from outside. */
@Timeout(30)
class ReturnedStagesTest {

    @Test
    void aMinimalStageThatComesAfterTheTimeoutLeavesNoPermitBehind() {
        run((bean, one, calls) -> {
            CompletableFuture<String> call = bean.lateMinimal().toCompletableFuture();
            assertThatExceptionOfType(ExecutionException.class)
                    .isThrownBy(() -> call.get(10, TimeUnit.SECONDS))
                    .withCauseInstanceOf(TimeoutException.class);
            bean.release().countDown();
            Await.idle(one);
        });
    }

    @Test
    void aMinimalStageThatStaysPendingTimesOutAndCanBeCancelled() {
        run((bean, one, calls) -> {
            assertThatExceptionOfType(ExecutionException.class)
                    .isThrownBy(
                            () -> bean.pendingMinimal().toCompletableFuture().get(10, TimeUnit.SECONDS))
                    .withCauseInstanceOf(TimeoutException.class);
            CompletableFuture<String> other = bean.otherMinimal().toCompletableFuture();
            bean.begun().await();
            assertThat(other.cancel(true)).isTrue();
            assertThat(other).isCancelled();
            assertThat(calls.by("outcome")).isEqualTo(Map.of("TIMEOUT", 1L, "CANCELLED", 1L));
        });
    }

    @Test
    void aPlainFutureIsCancelledWithTheCall() {
        run((bean, one, calls) -> {
            Future<String> call = bean.plain();
            bean.begun().await();
            assertThat(call.cancel(true)).isTrue();
            Await.idle(one);
            assertThat(bean.never()).isCancelled();
        });
    }

    @Test
    void whoCompletesTheCallLaterStopsItsBody() {
        run((bean, one, calls) -> {
            CompletableFuture<String> call = bean.waiting();
            bean.begun().await();
            call.completeAsync(() -> "other");
            assertThat(call.get(10, TimeUnit.SECONDS)).isEqualTo("other");
            Await.idle(one);
            assertThat(calls.by("outcome")).isEqualTo(Map.of("SUCCESS", 1L));
        });
    }

    @Test
    void anErrorIsMadeOncePerSubscription() {
        run((bean, one, calls) -> {
            assertThatThrownBy(() -> bean.failing().toFuture().get(10, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(IllegalStateException.class);
            assertThat(bean.errors()).hasValue(1);
        });
    }

    /** What the body throws is no word about the thread that waits. */
    @Test
    void interruptsAndCancellationsOfTheBodyArriveAsTheyAreAndLeaveTheCallerAlone() {
        run((bean, one, calls) -> {
            InterruptedException interrupted = new InterruptedException("in the body");
            assertThatThrownBy(() -> bean.throwing(interrupted)).isSameAs(interrupted);
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
            CancellationException cancelled = new CancellationException("in the body");
            assertThatThrownBy(() -> bean.throwing(cancelled)).isSameAs(cancelled);
        });
    }

    @Test
    void whatIsCancelledBeforeItComesToTheExecutorNeverWaitsThere() {
        run((bean, one, calls) -> {
            CompletableFuture<String> running = bean.waiting();
            bean.begun().await();
            bean.failing().subscribe(new BaseSubscriber<>() {
                @Override
                protected void hookOnSubscribe(Subscription subscription) {
                    subscription.cancel();
                }
            });
            assertThat(one.queued()).isZero();
            running.cancel(true);
            Await.idle(one);
            assertThat(bean.errors()).hasValue(0);
        });
    }

    private interface Scenario {
        void run(Bean bean, SmartAsyncTaskExecutor one, Calls calls) throws Exception;
    }

    private static void run(Scenario scenario) {
        TestContext.with(Bean.class)
                .withPropertyValues(
                        "smartasync.executors.one.threads=platform",
                        "smartasync.executors.one.concurrency-limit=1",
                        "smartasync.executors.other.concurrency-limit=1",
                        // What stays pending for ever keeps its permit
                        "smartasync.executors.one.shutdown.await-termination-period=0s",
                        "smartasync.executors.other.shutdown.await-termination-period=0s")
                .run(context -> scenario.run(
                        context.getBean(Bean.class),
                        context.getBean("smartasync-one", SmartAsyncTaskExecutor.class),
                        TestContext.calls(context)));
    }

    static class Bean {

        private final CountDownLatch begun = new CountDownLatch(1);
        private final CountDownLatch release = new CountDownLatch(1);
        private final FutureTask<String> never = new FutureTask<>(() -> "never");
        private final AtomicInteger errors = new AtomicInteger();

        // The fields of a proxy are empty
        CountDownLatch begun() {
            return begun;
        }

        CountDownLatch release() {
            return release;
        }

        FutureTask<String> never() {
            return never;
        }

        AtomicInteger errors() {
            return errors;
        }

        @SmartAsync(executor = "one", timeout = "20ms", interruptible = false)
        CompletionStage<String> lateMinimal() throws InterruptedException {
            release.await();
            return CompletableFuture.completedStage("late");
        }

        @SmartAsync(executor = "one", timeout = "20ms")
        CompletionStage<String> pendingMinimal() {
            return new CompletableFuture<String>().minimalCompletionStage();
        }

        @SmartAsync("other")
        CompletionStage<String> otherMinimal() {
            begun.countDown();
            return new CompletableFuture<String>().minimalCompletionStage();
        }

        @SmartAsync("one")
        Future<String> plain() {
            begun.countDown();
            return never;
        }

        @SmartAsync("one")
        CompletableFuture<String> waiting() throws InterruptedException {
            begun.countDown();
            new CountDownLatch(1).await();
            return CompletableFuture.completedFuture("never");
        }

        @SmartAsync(executor = "one", workload = Workload.IO)
        Mono<String> failing() {
            return Mono.error(() -> {
                errors.incrementAndGet();
                return new IllegalStateException("made");
            });
        }

        @SmartAsync("one")
        String throwing(Exception error) throws Exception {
            throw error;
        }
    }
}
