package io.smartasync.execution;

import static org.assertj.core.api.Assertions.assertThat;

import io.smartasync.SmartAsync;
import io.smartasync.Workload;
import io.smartasync.support.Await;
import io.smartasync.support.TestContext;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.reactivestreams.Subscription;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.core.task.TaskRejectedException;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;

/** Elements that are generated after the body has returned, when the subscriber asks for them. */
@Timeout(30)
class LaterRequestsTest {

    private static volatile CountDownLatch generating = new CountDownLatch(1);
    private static volatile CountDownLatch gate = new CountDownLatch(1);
    private static volatile CompletableFuture<String> ended = new CompletableFuture<>();

    @Test
    void whatIsGeneratedHoldsThePermitUntilItHasEnded() {
        run(context -> {
            SmartAsyncTaskExecutor one = context.getBean("smartasync-one", SmartAsyncTaskExecutor.class);
            Asking subscriber = new Asking();
            context.getBean(Bean.class).uninterruptible().subscribe(subscriber);
            takeTheFirst(subscriber, one);
            subscriber.request(1);
            generating.await();
            subscriber.cancel();
            assertThat(one.active()).as("the generator still runs").isEqualTo(1);
            gate.countDown();
            Await.idle(one);
        });
    }

    /** On the only thread that there is for its permit. */
    @Test
    void aBodyMayWaitUntilItsElementsAreAskedFor() {
        run(context -> {
            Asking subscriber = new Asking();
            context.getBean(Bean.class).onDemand().subscribe(subscriber);
            generating.await();
            subscriber.request(1);
            assertThat(subscriber.elements.poll(10, TimeUnit.SECONDS)).isEqualTo("asked for");
            Await.idle(context.getBean("smartasync-one", SmartAsyncTaskExecutor.class));
        });
    }

    /** Those that run go on, and so does what they generate: each has a thread. */
    @Test
    void aSmallerLimitTakesNoThreadFromWhatRuns() {
        run(context -> {
            SmartAsyncTaskExecutor one = context.getBean("smartasync-one", SmartAsyncTaskExecutor.class);
            one.resize(2, 10);
            Asking subscriber = new Asking();
            context.getBean(Bean.class).uninterruptible().subscribe(subscriber);
            CompletableFuture<String> other = context.getBean(Bean.class).blocked(gate);
            Await.until("both run", () -> one.active() == 2);
            one.resize(1, 10);
            takeTheFirst(subscriber, one);
            gate.countDown();
            other.get(10, TimeUnit.SECONDS);
            subscriber.cancel();
            Await.idle(one);
        });
    }

    @Test
    void cancellingInterruptsTheGeneratorHoweverOftenWasAsked() {
        run(context -> {
            Asking subscriber = new Asking();
            context.getBean(Bean.class).interruptible().subscribe(subscriber);
            takeTheFirst(subscriber, context.getBean("smartasync-one", SmartAsyncTaskExecutor.class));
            subscriber.request(1);
            generating.await();
            subscriber.request(1);
            subscriber.request(1);
            subscriber.cancel();
            assertThat(ended.get(10, TimeUnit.SECONDS)).isEqualTo("interrupted");
        });
    }

    /** Such as that of a shutdown. */
    @Test
    void whoCancelsWhatIsGeneratedInPlaceTakesNoInterruptThatIsForTheBodyAround() {
        run(context -> assertThat(context.getBean(Bean.class)
                        .takesTwo(context.getBean(Bean.class))
                        .get(10, TimeUnit.SECONDS))
                .isTrue());
    }

    /** Until the only thread is free again: the body, which may generate the first element itself, has returned. */
    private static void takeTheFirst(Asking subscriber, SmartAsyncTaskExecutor one) throws Exception {
        subscriber.request(1);
        assertThat(subscriber.elements.poll(10, TimeUnit.SECONDS)).isEqualTo("first");
        FutureTask<Void> next = new FutureTask<>(() -> null);
        one.resume(new AfterTheBody(next));
        next.get(10, TimeUnit.SECONDS);
    }

    /** Needs the thread and no permit. */
    private record AfterTheBody(Runnable work) implements Task {

        @Override
        public void run() {
            work.run();
        }

        @Override
        public void refused(TaskRejectedException reason) {
            throw reason;
        }
    }

    private interface Scenario {
        void run(AssertableApplicationContext context) throws Exception;
    }

    private static void run(Scenario scenario) {
        generating = new CountDownLatch(1);
        gate = new CountDownLatch(1);
        ended = new CompletableFuture<>();
        TestContext.with(Bean.class)
                .withPropertyValues(
                        "smartasync.executors.one.threads=platform", "smartasync.executors.one.concurrency-limit=1")
                .run(scenario::run);
    }

    /** Asks only when told to. */
    private static class Asking extends BaseSubscriber<String> {

        private final BlockingQueue<String> elements = new LinkedBlockingQueue<>();

        @Override
        protected void hookOnSubscribe(Subscription subscription) {
            // not yet
        }

        @Override
        protected void hookOnNext(String element) {
            elements.add(element);
        }
    }

    static class Bean {

        /** Whether the interrupt that came meanwhile is still there. */
        @SmartAsync("one")
        public CompletableFuture<Boolean> takesTwo(Bean self) {
            Asking subscriber = new Asking() {
                @Override
                protected void hookOnNext(String element) {
                    super.hookOnNext(element);
                    if (element.equals("second")) {
                        cancel();
                    }
                }
            };
            self.interrupting().subscribe(subscriber);
            subscriber.request(1);
            subscriber.request(1);
            return CompletableFuture.completedFuture(Thread.interrupted());
        }

        @SmartAsync(executor = "one", workload = Workload.IO)
        public Flux<String> interrupting() {
            return Flux.generate(() -> "first", (next, sink) -> {
                if (next.equals("second")) {
                    Thread.currentThread().interrupt();
                }
                sink.next(next);
                return "second";
            });
        }

        @SmartAsync(executor = "one", workload = Workload.IO, interruptible = false)
        Flux<String> uninterruptible() {
            return generator();
        }

        @SmartAsync(executor = "one", workload = Workload.IO)
        Flux<String> interruptible() {
            return generator();
        }

        @SmartAsync(executor = "one", workload = Workload.IO)
        Flux<String> onDemand() {
            return Flux.create(sink -> {
                CountDownLatch wanted = new CountDownLatch(1);
                sink.onRequest(count -> wanted.countDown());
                generating.countDown();
                try {
                    wanted.await();
                    sink.next("asked for");
                    sink.complete();
                } catch (InterruptedException ex) {
                    sink.error(ex);
                }
            });
        }

        @SmartAsync("one")
        CompletableFuture<String> blocked(CountDownLatch until) throws InterruptedException {
            until.await();
            return CompletableFuture.completedFuture("");
        }

        private static Flux<String> generator() {
            return Flux.generate(() -> "first", (element, sink) -> {
                try {
                    if (!element.equals("first")) {
                        generating.countDown();
                        gate.await();
                    }
                    sink.next(element);
                } catch (InterruptedException ex) {
                    ended.complete("interrupted");
                    sink.complete();
                }
                return "later";
            });
        }
    }
}
