package io.smartasync.aop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.smartasync.BlockingCallOnEventLoopException;
import io.smartasync.SmartAsync;
import io.smartasync.Workload;
import io.smartasync.support.CallerThread;
import io.smartasync.support.Calls;
import io.smartasync.support.TestContext;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;
import org.springframework.resilience.annotation.ConcurrencyLimit;
import org.springframework.resilience.annotation.EnableResilientMethods;
import org.springframework.resilience.annotation.Retryable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** Spring's {@code @Retryable} and {@code @ConcurrencyLimit} work where the body runs; one call is counted once. */
@Timeout(30)
class ResilienceTest {

    @Test
    void aBodyThatThrowsIsRetriedOnItsOwnThreadWithinOneCall() {
        application().run(context -> {
            Calls calls = TestContext.calls(context);
            Flaky flaky = context.getBean(Flaky.class);
            assertThat(flaky.future().get(10, TimeUnit.SECONDS)).isEqualTo(3);
            assertThat(flaky.threads()).hasSize(3).allMatch(thread -> thread.startsWith("smartasync-io-"));
            assertThat(calls.by("outcome")).isEqualTo(Map.of("SUCCESS", 1L));
        });
    }

    @Test
    void aMonoIsRetriedWithinOneSubscription() {
        application().run(context -> {
            Calls calls = TestContext.calls(context);
            Flaky flaky = context.getBean(Flaky.class);
            assertThat(flaky.mono().toFuture().get(10, TimeUnit.SECONDS)).isEqualTo(3);
            assertThat(calls.by("outcome")).isEqualTo(Map.of("SUCCESS", 1L));
        });
    }

    @Test
    void aPlainValueIsRetriedOnTheCallersThreadWithinOneCall() {
        application().run(context -> {
            Calls calls = TestContext.calls(context);
            assertThat(context.getBean(Flaky.class).value()).isEqualTo(3);
            assertThat(calls.by("path")).isEqualTo(Map.of("direct", 1L));
        });
    }

    @Test
    void anAnnotationOnAnInterfaceIsOutsideOfRetriesToo() {
        application().run(context -> {
            Calls calls = TestContext.calls(context);
            assertThat(context.getBean(Contract.class).byContract().get(10, TimeUnit.SECONDS))
                    .isEqualTo(3);
            assertThat(calls.by("outcome")).isEqualTo(Map.of("SUCCESS", 1L));
        });
    }

    /** Outside, the refusal would be retried. */
    @Test
    void aRefusalOnAnEventLoopIsNotRetried() {
        application().run(context -> {
            Calls calls = TestContext.calls(context);
            Flaky flaky = context.getBean(Flaky.class);
            assertThatThrownBy(() -> CallerThread.REACTOR_LOOP.run(null, flaky::value))
                    .hasCauseInstanceOf(BlockingCallOnEventLoopException.class);
            assertThat(calls.by("outcome")).isEqualTo(Map.of("REJECTED", 1L));
        });
    }

    /** Outside, the second call would block the loop. */
    @Test
    void aConcurrencyLimitHoldsBackBodiesAndNotTheEventLoop() {
        Scheduler loop = Schedulers.newSingle("loop", true);
        application().run(context -> {
            Limited limited = context.getBean(Limited.class);
            CountDownLatch gate = new CountDownLatch(1);
            CompletableFuture<CompletableFuture<Integer>> second = new CompletableFuture<>();
            loop.schedule(() -> {
                limited.one(gate);
                second.complete(limited.one(gate));
            });
            CompletableFuture<Integer> result = second.get(10, TimeUnit.SECONDS);
            gate.countDown();
            assertThat(result.get(10, TimeUnit.SECONDS)).isEqualTo(1);
        });
        loop.dispose();
    }

    /** What the host has without us stays as it was. */
    @Test
    void methodsWithoutOurAnnotationAreRetriedAsBefore() {
        application().run(context -> {
            Unrelated unrelated = context.getBean(Unrelated.class);
            assertThatIllegalStateException().isThrownBy(unrelated::fails);
            assertThat(unrelated.attempts()).isEqualTo(4);
        });
    }

    private static ApplicationContextRunner application() {
        return TestContext.with(Resilience.class, Flaky.class, ContractFlaky.class, Limited.class, Unrelated.class);
    }

    @Configuration(proxyBeanMethods = false)
    @EnableResilientMethods
    static class Resilience {}

    static class Flaky {

        private final List<String> threads = new CopyOnWriteArrayList<>();

        private int attempt() {
            threads.add(Thread.currentThread().getName());
            if (threads.size() < 3) {
                throw new IllegalStateException("attempt " + threads.size());
            }
            return threads.size();
        }

        public List<String> threads() {
            return threads;
        }

        @SmartAsync
        @Retryable(delay = 1)
        public CompletableFuture<Integer> future() {
            return CompletableFuture.completedFuture(attempt());
        }

        @SmartAsync(workload = Workload.IO)
        @Retryable(delay = 1)
        public Mono<Integer> mono() {
            return Mono.fromSupplier(this::attempt);
        }

        @SmartAsync
        @Retryable(delay = 1)
        public int value() {
            return attempt();
        }
    }

    interface Contract {

        @SmartAsync
        CompletableFuture<Integer> byContract();
    }

    static class ContractFlaky implements Contract {

        private final AtomicInteger attempts = new AtomicInteger();

        @Override
        @Retryable(delay = 1)
        public CompletableFuture<Integer> byContract() {
            if (attempts.incrementAndGet() < 3) {
                throw new IllegalStateException();
            }
            return CompletableFuture.completedFuture(attempts.get());
        }
    }

    static class Limited {

        @SmartAsync
        @ConcurrencyLimit(1)
        public CompletableFuture<Integer> one(CountDownLatch gate) {
            try {
                gate.await();
            } catch (InterruptedException ex) {
                throw new IllegalStateException(ex);
            }
            return CompletableFuture.completedFuture(1);
        }
    }

    static class Unrelated {

        private final AtomicInteger attempts = new AtomicInteger();

        public int attempts() {
            return attempts.get();
        }

        @Retryable(delay = 1)
        public void fails() {
            attempts.incrementAndGet();
            throw new IllegalStateException();
        }

        @SmartAsync
        public CompletableFuture<Integer> other() {
            return CompletableFuture.completedFuture(1);
        }
    }
}
