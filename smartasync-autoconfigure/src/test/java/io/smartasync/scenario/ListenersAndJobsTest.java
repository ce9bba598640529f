package io.smartasync.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.smartasync.BlockingCallOnEventLoopException;
import io.smartasync.SmartAsync;
import io.smartasync.Workload;
import io.smartasync.support.TestContext;
import io.smartasync.support.TransactionLog;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.event.EventListener;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.event.TransactionalEventListener;
import org.springframework.transaction.support.TransactionTemplate;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Methods that Spring calls by itself: it is the thread of whoever publishes, commits or schedules that calls them. */
@Timeout(30)
@ExtendWith(OutputCaptureExtension.class)
class ListenersAndJobsTest {

    @Test
    void aListenerOfAPlainValueRunsWhereTheEventIsPublished() {
        run(context -> {
            context.publishEvent(new Plain(false));
            assertThat(seen(context))
                    .isEqualTo("plain on " + Thread.currentThread().getName());
            assertThatIllegalStateException().isThrownBy(() -> context.publishEvent(new Plain(true)));
        });
    }

    @Test
    void aListenerInTheBackgroundLetsThePublisherGoOn(CapturedOutput output) {
        run(context -> {
            Background event = new Background(new CountDownLatch(1));
            context.publishEvent(event);
            event.published().countDown(); // the body waits for it, and fails after that
            assertThat(seen(context)).startsWith("background on smartasync-io-");
            context.getSourceApplicationContext().close();
            assertThat(output)
                    .contains("Unexpected exception occurred invoking async method")
                    .contains("nobody waits");
        });
    }

    @Test
    void whatTheFutureOrMonoOfAListenerEndsWithIsPublishedNext() {
        run(context -> {
            context.publishEvent(new First());
            assertThat(seen(context)).startsWith("future on smartasync-io-");
            assertThat(seen(context)).startsWith("mono on smartasync-io-");
            assertThat(seen(context)).startsWith("last on ");
        });
    }

    @Test
    void onAnEventLoopAListenerThatMayBlockIsRefusedAndOneInTheBackgroundIsNot() {
        run(context -> {
            assertThatExceptionOfType(BlockingCallOnEventLoopException.class)
                    .isThrownBy(() -> publishOnLoop(context, new Plain(false)))
                    .withMessageContaining("Listeners#plain");
            publishOnLoop(context, new Background(new CountDownLatch(0)));
            assertThat(seen(context)).startsWith("background on smartasync-io-");
        });
    }

    private static void publishOnLoop(AssertableApplicationContext context, Object event) {
        Mono.fromRunnable(() -> context.publishEvent(event))
                .subscribeOn(Schedulers.parallel())
                .block();
    }

    @Test
    void afterTheCommitAListenerIsNotInTheTransactionAnyMore(CapturedOutput output) {
        run(context -> {
            new TransactionTemplate(context.getBean(TransactionLog.class))
                    .executeWithoutResult(status -> context.publishEvent(new Committed()));
            assertThat(seen(context)).startsWith("committed on smartasync-io-");
            assertThat(output).doesNotContain("active transaction");
        });
    }

    @Test
    void aJobRunsOnTheThreadOfTheSchedulerAndItsMonoOnAnExecutor() {
        TestContext.with(Scheduling.class, Seen.class, Jobs.class).run(context -> {
            List<String> first = List.of(seen(context), seen(context));
            assertThat(first).anyMatch(body -> body.matches("plain on (?!smartasync-).*"));
            assertThat(first).anyMatch(body -> body.startsWith("mono on smartasync-io-"));
        });
    }

    private interface Scenario {
        void accept(AssertableApplicationContext context) throws Exception;
    }

    private static void run(Scenario scenario) {
        TestContext.with(Transactional.class, TransactionLog.class, Seen.class, Listeners.class)
                .run(scenario::accept);
    }

    private static @Nullable String seen(AssertableApplicationContext context) throws InterruptedException {
        return context.getBean(Seen.class).bodies.poll(10, TimeUnit.SECONDS);
    }

    record Plain(boolean fails) {}

    record Background(CountDownLatch published) {}

    record First() {}

    record Second() {}

    record Last() {}

    record Committed() {}

    /** The bodies that have run, and on which thread. */
    static class Seen {

        final BlockingQueue<String> bodies = new LinkedBlockingQueue<>();

        void body(String name) {
            bodies.add(name + " on " + Thread.currentThread().getName());
        }
    }

    @SmartAsync
    static class Listeners {

        private final Seen seen;

        Listeners(Seen seen) {
            this.seen = seen;
        }

        @EventListener
        public void plain(Plain event) {
            seen.body("plain");
            if (event.fails()) {
                throw new IllegalStateException("for the publisher");
            }
        }

        @EventListener
        @SmartAsync(background = true)
        public void background(Background event) throws InterruptedException {
            if (event.published().await(10, TimeUnit.SECONDS)) {
                seen.body("background");
            }
            throw new IllegalStateException("nobody waits for this");
        }

        @EventListener
        public CompletableFuture<Second> future(First event) {
            seen.body("future");
            return CompletableFuture.completedFuture(new Second());
        }

        @EventListener
        @SmartAsync(workload = Workload.IO)
        public Mono<Last> mono(Second event) {
            seen.body("mono");
            return Mono.just(new Last());
        }

        @EventListener
        public void last(Last event) {
            seen.body("last");
        }

        @TransactionalEventListener
        @SmartAsync(timeout = "10s")
        public void committed(Committed event) {
            seen.body("committed");
        }
    }

    @EnableTransactionManagement
    static class Transactional {}

    @EnableScheduling
    static class Scheduling {}

    @SmartAsync
    static class Jobs {

        private final Seen seen;

        Jobs(Seen seen) {
            this.seen = seen;
        }

        @Scheduled(fixedDelay = 1, timeUnit = TimeUnit.HOURS)
        public void plain() {
            seen.body("plain");
        }

        @Scheduled(fixedDelay = 1, timeUnit = TimeUnit.HOURS)
        @SmartAsync(workload = Workload.IO)
        public Mono<Void> mono() {
            seen.body("mono");
            return Mono.empty();
        }
    }
}
