package io.smartasync.execution;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.smartasync.SmartAsync;
import io.smartasync.Workload;
import io.smartasync.support.Await;
import io.smartasync.support.CallerThread;
import io.smartasync.support.Calls;
import io.smartasync.support.Servers;
import io.smartasync.support.TestContext;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.support.DefaultLifecycleProcessor;
import org.springframework.core.task.TaskRejectedException;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;
import reactor.core.publisher.Mono;

/** What becomes of work in flight when the application stops. */
@Timeout(30)
class ShutdownTest {

    @Test
    void workInFlightFinishesWithTheCallsThatItNeedsWhileNewCallsFailAtOnce() {
        onPlatformThreads().run(context -> {
            Bean bean = context.getBean(Bean.class);
            Calls calls = TestContext.calls(context);
            CountDownLatch started = new CountDownLatch(1);
            CountDownLatch release = new CountDownLatch(1);
            CompletableFuture<String> inFlight = bean.work(started, release);
            started.await();

            CompletableFuture<Void> closing = CompletableFuture.runAsync(
                    context.getSourceApplicationContext()::close, task -> new Thread(task).start());
            Await.until("refusal", () -> bean.nothing().isCompletedExceptionally());
            assertThat(bean.nothing().handle((value, ex) -> ex).get(10, TimeUnit.SECONDS))
                    .isInstanceOf(TaskRejectedException.class)
                    .hasMessageContaining("smartasync.executors.io is shut down");
            assertThat(closing).isNotDone();
            release.countDown();

            closing.get(10, TimeUnit.SECONDS);
            assertThat(inFlight.get(10, TimeUnit.SECONDS)).isEqualTo("done with nothing");
            assertThat(calls.by("outcome")).containsKeys("SUCCESS", "REJECTED").doesNotContainKey("ERROR");
            assertNoThreadIsLeft();
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void workInFlightMayNeedAnExecutorThatIsIdle(boolean io) {
        onPlatformThreads().run(context -> {
            Bean bean = context.getBean(Bean.class);
            CountDownLatch started = new CountDownLatch(1);
            CompletableFuture<String> release = new CompletableFuture<>();
            Mono<String> gate = Mono.fromFuture(release).doFirst(started::countDown);
            Mono<String> done = Mono.just("done");
            CompletableFuture<String> inFlight =
                    (io ? bean.onIo(gate.then(bean.onCpu(done))) : bean.onCpu(gate.then(bean.onIo(done)))).toFuture();
            started.await();

            Thread closing = new Thread(context.getSourceApplicationContext()::close);
            closing.start();
            Await.until("the shutdown to wait", () -> closing.getState() == Thread.State.TIMED_WAITING);
            release.complete("go on");

            assertThat(inFlight.get(10, TimeUnit.SECONDS)).isEqualTo("done");
            closing.join();
            assertNoThreadIsLeft();
        });
    }

    @Test
    @ExtendWith(OutputCaptureExtension.class)
    void afterTheAwaitPeriodRunningBodiesAreInterruptedAndWaitingOnesRefused(CapturedOutput output) {
        onPlatformThreads()
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
        assertThat(output)
                .contains("smartasync.executors.io: 1 calls still run (0 with a pending result) and 1 wait after ");
    }

    @Test
    void whatWaitsInAnExecutorOfTheApplicationEndsWithIt() {
        TestContext.with(Bean.class, Hosted.class)
                .withBean("lifecycleProcessor", DefaultLifecycleProcessor.class, () -> {
                    DefaultLifecycleProcessor lifecycle = new DefaultLifecycleProcessor();
                    lifecycle.setTimeoutPerShutdownPhase(100); // the host waits for its work in vain
                    return lifecycle;
                })
                .withBean("host", ThreadPoolTaskExecutor.class, () -> {
                    ThreadPoolTaskExecutor host = new ThreadPoolTaskExecutor();
                    host.setCorePoolSize(1);
                    return host;
                })
                .run(context -> {
                    Hosted bean = context.getBean(Hosted.class);
                    Calls calls = TestContext.calls(context);
                    CountDownLatch started = new CountDownLatch(1);
                    bean.work(started);
                    started.await();
                    CompletableFuture<String> future = bean.nothing();
                    CompletableFuture<String> mono = bean.mono().toFuture();

                    context.getSourceApplicationContext().close();

                    for (CompletableFuture<String> waiting : List.of(future, mono)) {
                        assertThat(waiting.handle((value, ex) -> ex).get(10, TimeUnit.SECONDS))
                                .isInstanceOf(TaskRejectedException.class)
                                .hasMessageContaining("Executor 'host' was shut down");
                    }
                    assertThat(calls.by("outcome")).containsEntry("REJECTED", 2L);
                });
    }

    @SmartAsync("host")
    static class Hosted {

        public CompletableFuture<String> work(CountDownLatch started) throws InterruptedException {
            started.countDown();
            new CountDownLatch(1).await();
            return nothing();
        }

        public CompletableFuture<String> nothing() {
            return CompletableFuture.completedFuture("nothing");
        }

        @SmartAsync(executor = "host", workload = Workload.IO)
        public Mono<String> mono() {
            return Mono.just("nothing");
        }
    }

    @Test
    void afterTheAwaitPeriodResultsThatArePendingAreCancelled() {
        TestContext.with(Bean.class)
                .withPropertyValues("smartasync.executors.io.shutdown.await-termination-period=100ms")
                .run(context -> {
                    Bean bean = context.getBean(Bean.class);
                    Calls calls = TestContext.calls(context);
                    CompletableFuture<String> never = new CompletableFuture<>();
                    CountDownLatch cancelled = new CountDownLatch(1);
                    SmartAsyncTaskExecutor io = context.getBean("smartasync-io", SmartAsyncTaskExecutor.class);
                    List<CompletableFuture<?>> results = List.of(
                            bean.future(never),
                            bean.onIo(Mono.<String>never().doOnCancel(cancelled::countDown))
                                    .toFuture(),
                            bean.ticks().then().toFuture());

                    context.getSourceApplicationContext().close();

                    results.forEach(ShutdownTest::assertCancelled);
                    assertThat(never).isCancelled();
                    cancelled.await();
                    assertThat(calls.by("outcome")).containsOnly(entry("CANCELLED", 3L));
                    assertThat(io.active()).isZero();
                });
    }

    @Test
    void aBodyThatTakesNoNoticeOfItsInterruptCanNotLeaveAResultBehind() {
        TestContext.with(Bean.class)
                .withPropertyValues("smartasync.executors.io.shutdown.await-termination-period=0s")
                .run(context -> {
                    CountDownLatch started = new CountDownLatch(1);
                    CountDownLatch release = new CountDownLatch(1);
                    CompletableFuture<String> late = context.getBean(Bean.class).stubborn(started, release);
                    started.await();
                    context.getSourceApplicationContext().close();
                    assertThat(late).isNotDone();
                    release.countDown();
                    assertCancelled(late);
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {"auto", "platform"})
    void whatDependsOnAResultMayFinishToo(String threads) {
        TestContext.with(Bean.class, Resource.class)
                .withPropertyValues("smartasync.executors.io.threads=" + threads)
                .run(context -> {
                    Resource resource = context.getBean(Resource.class);
                    CountDownLatch bodyStarted = new CountDownLatch(1);
                    CountDownLatch bodyRelease = new CountDownLatch(1);
                    CountDownLatch started = new CountDownLatch(1);
                    CountDownLatch release = new CountDownLatch(1);
                    CompletableFuture<Boolean> open = context.getBean(Bean.class)
                            .work(bodyStarted, bodyRelease)
                            .thenApply(value -> {
                                started.countDown();
                                awaitUninterrupted(release);
                                return resource.isOpen();
                            });
                    bodyRelease.countDown();
                    started.await();
                    Await.idle(context.getBean("smartasync-io", SmartAsyncTaskExecutor.class));
                    Thread closing = new Thread(context.getSourceApplicationContext()::close);
                    closing.start();
                    Await.until("the shutdown to wait", () -> closing.getState() == Thread.State.TIMED_WAITING);
                    release.countDown();
                    assertThat(open.get(10, TimeUnit.SECONDS)).isTrue();
                    closing.join();
                    assertThat(resource.isOpen()).isFalse();
                    assertNoThreadIsLeft();
                });
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException ex) {
            throw new IllegalStateException("interrupted", ex);
        }
    }

    @Test
    @ExtendWith(OutputCaptureExtension.class)
    void afterTheAwaitPeriodWhatDependsOnAResultIsInterrupted(CapturedOutput output) {
        onPlatformThreads()
                .withPropertyValues("smartasync.executors.io.shutdown.await-termination-period=100ms")
                .run(context -> {
                    CountDownLatch bodyRelease = new CountDownLatch(1);
                    CountDownLatch started = new CountDownLatch(1);
                    CompletableFuture<Void> dependent = context.getBean(Bean.class)
                            .work(new CountDownLatch(1), bodyRelease)
                            .thenRun(() -> {
                                started.countDown();
                                awaitUninterrupted(new CountDownLatch(1));
                            });
                    bodyRelease.countDown();
                    started.await();
                    Await.idle(context.getBean("smartasync-io", SmartAsyncTaskExecutor.class));
                    context.getSourceApplicationContext().close();
                    assertThat(dependent.handle((value, ex) -> ex).get(10, TimeUnit.SECONDS))
                            .hasRootCauseInstanceOf(InterruptedException.class);
                    assertNoThreadIsLeft();
                });
        assertThat(output)
                .contains("smartasync.executors.io: what depends on results still runs after 100ms; it is interrupted");
    }

    /** It has no permit of its own. */
    @Test
    void whatACallInPlaceHasLeftPendingMayFinishToo() {
        TestContext.with(Bean.class)
                .withPropertyValues("smartasync.executors.io.concurrency-limit=1")
                .run(context -> {
                    CompletableFuture<String> result = new CompletableFuture<>();
                    CompletableFuture<String> inner = context.getBean(Bean.class)
                            .leaves(result)
                            .get(10, TimeUnit.SECONDS)
                            .get(0);
                    Thread closing = new Thread(context.getSourceApplicationContext()::close);
                    closing.start();
                    Await.until("the shutdown to wait", () -> closing.getState() == Thread.State.TIMED_WAITING);
                    result.complete("done");
                    assertThat(inner.get(10, TimeUnit.SECONDS)).isEqualTo("done");
                    closing.join();
                });
    }

    /** It was begun when its own executor had been found idle already. */
    @Test
    void whatTheLastBodyOfAnotherExecutorHasLeftPendingMayFinishToo() {
        TestContext.with(Bean.class)
                .withPropertyValues(
                        "smartasync.executors.cpu.shutdown.await-termination-period=31s") // after that of io
                .run(context -> {
                    CountDownLatch started = new CountDownLatch(1);
                    CountDownLatch release = new CountDownLatch(1);
                    CompletableFuture<String> result = new CompletableFuture<>();
                    CompletableFuture<List<CompletableFuture<String>>> outer =
                            context.getBean(Bean.class).leavesFromCpu(started, release, result);
                    started.await();
                    Thread closing = new Thread(context.getSourceApplicationContext()::close);
                    closing.start();
                    Await.until("the shutdown to wait", () -> closing.getState() == Thread.State.TIMED_WAITING);
                    release.countDown();
                    CompletableFuture<String> inner =
                            outer.get(10, TimeUnit.SECONDS).get(0);
                    Await.idle(context.getBean("smartasync-cpu", SmartAsyncTaskExecutor.class));
                    Await.until("it to wait again", () -> closing.getState() == Thread.State.TIMED_WAITING);
                    result.complete("done");
                    assertThat(inner.get(10, TimeUnit.SECONDS)).isEqualTo("done");
                    closing.join();
                });
    }

    @Test
    void whatASubscriberThrowsKeepsNobodyElseFromBeingTold() throws InterruptedException {
        CountDownLatch told = new CountDownLatch(10);
        TestContext.with(Bean.class)
                .withPropertyValues(
                        "smartasync.executors.io.threads=platform",
                        "smartasync.executors.io.concurrency-limit=5",
                        "smartasync.executors.io.shutdown.await-termination-period=0s")
                .run(context -> {
                    for (int i = 0; i < 10; i++) { // half of them wait for a permit
                        context.getBean(Bean.class).onIo(Mono.never()).subscribe(value -> {}, error -> {
                            told.countDown();
                            throw new IllegalStateException("planned");
                        });
                    }
                });
        told.await();
    }

    @Test
    void whatComesInTheMomentOfTheShutdownIsRefusedEvenIfABodyGoesOn() throws Exception {
        Logger log = (Logger) LoggerFactory.getLogger(PlainTask.class);
        log.setLevel(Level.OFF); // it warns of each
        try {
            for (int i = 0; i < 1_000; i++) {
                SmartAsyncTaskExecutor one = executor(1, 20);
                CountDownLatch gate = new CountDownLatch(1);
                one.execute(() -> outlast(gate));
                List<Future<?>> taken = new ArrayList<>();
                submitDuringShutdown(one, 20, () -> taken.add(one.submit(() -> {})));
                assertThat(taken).allMatch(Future::isDone);
                gate.countDown();
            }
        } finally {
            log.setLevel(null);
        }
    }

    @Test
    void aTaskThatCanNotBeRunAnyMoreIsRefusedWhereItIsSubmitted() throws Exception {
        for (int i = 0; i < 300; i++) {
            SmartAsyncTaskExecutor many = executor(1_000, 0);
            AtomicInteger taken = new AtomicInteger();
            AtomicInteger run = new AtomicInteger();
            submitDuringShutdown(many, 20, () -> {
                many.execute(run::incrementAndGet);
                taken.incrementAndGet();
            });
            Await.idle(many);
            assertThat(run).hasValue(taken.get());
        }
    }

    private static SmartAsyncTaskExecutor executor(int limit, int capacity) {
        ExecutorSettings settings = new ExecutorSettings(
                "one", false, limit, capacity, Duration.ofSeconds(1), "smartasync-one-", Duration.ZERO);
        return new SmartAsyncTaskExecutor(settings, new WaitGraph(), ContextCarrier.NONE, null);
    }

    private static void submitDuringShutdown(SmartAsyncTaskExecutor executor, int times, Runnable submit)
            throws Exception {
        CyclicBarrier together = new CyclicBarrier(2);
        CompletableFuture<Void> submitting = CompletableFuture.runAsync(() -> {
            try {
                together.await(10, TimeUnit.SECONDS);
                for (int i = 0; i < times; i++) {
                    submit.run();
                }
            } catch (TaskRejectedException ex) {
                // the shutdown was first
            } catch (Exception ex) {
                throw new IllegalStateException(ex);
            }
        });
        together.await(10, TimeUnit.SECONDS);
        executor.destroy();
        submitting.get(10, TimeUnit.SECONDS);
    }

    private static void outlast(CountDownLatch gate) {
        while (gate.getCount() > 0) {
            Thread.yield();
        }
    }

    private static void assertCancelled(CompletableFuture<?> result) {
        assertThat(result.handle((value, ex) -> ex)
                        .orTimeout(10, TimeUnit.SECONDS)
                        .join())
                .isInstanceOf(CancellationException.class)
                .hasMessageContaining("was pending when smartasync.executors.io was shut down");
    }

    /** As Reactive Streams want it: one signal after the other. */
    @Test
    void aStreamThatIsEndedIsToldOfItAfterTheElementThatItIsBusyWith() {
        CompletableFuture<FluxSink<Integer>> source = new CompletableFuture<>();
        CompletableFuture<Void> gate = new CompletableFuture<>();
        CountDownLatch entered = new CountDownLatch(1);
        AtomicBoolean busy = new AtomicBoolean();
        CompletableFuture<Boolean> toldWhileBusy = new CompletableFuture<>();
        TestContext.with(Streams.class)
                .withPropertyValues("smartasync.executors.io.shutdown.await-termination-period=10ms")
                .run(context -> {
                    context.getBean(Streams.class)
                            .open(source)
                            .subscribe(
                                    element -> {
                                        busy.set(true);
                                        entered.countDown();
                                        gate.join();
                                        busy.set(false);
                                    },
                                    error -> toldWhileBusy.complete(busy.get()));
                    FluxSink<Integer> sink = source.get(10, TimeUnit.SECONDS);
                    new Thread(() -> sink.next(1)).start();
                    entered.await();
                });
        gate.complete(null);
        assertThat(toldWhileBusy).succeedsWithin(Duration.ofSeconds(10)).isEqualTo(false);
    }

    static class Streams {

        @SmartAsync(workload = Workload.IO)
        public Flux<Integer> open(CompletableFuture<FluxSink<Integer>> source) {
            return Flux.create(source::complete);
        }
    }

    @Test
    void backgroundWorkIsDrainedBeforeTheBeansThatItUsesAreGone() {
        TestContext.with(Bean.class, Resource.class).run(context -> {
            CountDownLatch started = new CountDownLatch(1);
            CountDownLatch release = new CountDownLatch(1);
            CompletableFuture<Boolean> seen = new CompletableFuture<>();
            context.getBean(Bean.class).background(started, release, context.getBean(Resource.class), seen);
            started.await();
            Thread closing = new Thread(context.getSourceApplicationContext()::close);
            closing.start();
            Await.until("the shutdown to wait", () -> closing.getState() == Thread.State.TIMED_WAITING);
            release.countDown();
            assertThat(seen.get(10, TimeUnit.SECONDS)).as("resource open").isTrue();
            closing.join();
        });
    }

    @ParameterizedTest
    @Timeout(60) // two servers start first
    @EnumSource(names = {"SERVLET_REQUEST", "NETTY_REQUEST"})
    void aRequestInFlightMayStillMakeCallsWhileItsServerDrains(CallerThread thread) throws Exception {
        Servers servers = Servers.start(Bean.class);
        ConfigurableApplicationContext application = servers.contextFor(thread);
        Bean bean = application.getBean(Bean.class);
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch draining = new CountDownLatch(1);
        CompletableFuture<String> request = CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return thread.run(servers, () -> {
                                    started.countDown();
                                    draining.await();
                                    return bean.nothing();
                                })
                                .get(10, TimeUnit.SECONDS);
                    } catch (Exception ex) {
                        throw new IllegalStateException(ex);
                    }
                },
                task -> new Thread(task).start());
        started.await();
        CompletableFuture<Void> closing =
                CompletableFuture.runAsync(application::close, task -> new Thread(task).start());
        awaitRefusal(application.getEnvironment().getRequiredProperty("local.server.port", Integer.class));
        draining.countDown();
        assertThat(request.get(10, TimeUnit.SECONDS)).isEqualTo("nothing");
        closing.get(20, TimeUnit.SECONDS);
        servers.close();
    }

    private static void awaitRefusal(int port) {
        Await.until("end of the server's socket", () -> {
            try (Socket socket = new Socket("127.0.0.1", port)) {
                return socket.isClosed();
            } catch (IOException ex) {
                return true;
            }
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

    /** As Spring does with the contexts of tests that wait for their next class. */
    @Test
    void anApplicationThatIsPausedGoesOnWithItsWork() {
        TestContext.with(Bean.class).run(context -> {
            context.getSourceApplicationContext().pause();
            assertThat(context.getBean(Bean.class).nothing().get(10, TimeUnit.SECONDS))
                    .isEqualTo("nothing");
        });
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

    static class Early implements SmartLifecycle {

        private final Bean bean;
        private final List<String> answers = new ArrayList<>();

        Early(Bean bean) {
            this.bean = bean;
        }

        List<String> answers() {
            return answers;
        }

        @Override
        public void start() {
            answers.add(bean.nothing().join());
        }

        @Override
        public void stop() {}

        @Override
        public boolean isRunning() {
            return false;
        }

        @Override
        public int getPhase() {
            return 0;
        }
    }

    @Test
    void whatIsStartedEarlyMayMakeCallsWhenTheApplicationIsStartedAgain() {
        TestContext.with(Bean.class, Early.class).run(context -> {
            ConfigurableApplicationContext application = context.getSourceApplicationContext();
            application.stop();
            application.start();
            assertThat(context.getBean(Early.class).answers()).containsExactly("nothing", "nothing");
        });
    }

    /** With the await period of half a minute that executors have, the test would be late. */
    @ParameterizedTest
    @Timeout(20)
    @ValueSource(strings = {"auto", "platform"})
    void aBodyThatStopsTheApplicationIsNeitherWaitedForNorInterrupted(String threads) {
        TestContext.with(Bean.class, Resource.class)
                .withPropertyValues("smartasync.executors.io.threads=" + threads)
                .run(context -> {
                    Resource resource = context.getBean(Resource.class);
                    Calls calls = TestContext.calls(context);
                    CountDownLatch started = new CountDownLatch(1);
                    CountDownLatch release = new CountDownLatch(1);
                    CompletableFuture<String> inFlight =
                            context.getBean(Bean.class).work(started, release);
                    started.await();

                    CompletableFuture<Boolean> interrupted = context.getBean(Bean.class)
                            .stop(() -> {
                                Thread stopping = Thread.currentThread();
                                CompletableFuture.runAsync(
                                        () -> {
                                            Await.until(
                                                    "the shutdown to wait for others",
                                                    () -> stopping.getState() == Thread.State.TIMED_WAITING);
                                            release.countDown();
                                        },
                                        task -> new Thread(task).start());
                                context.getSourceApplicationContext().close();
                            });

                    assertThat(interrupted.get(15, TimeUnit.SECONDS)).isFalse();
                    assertThat(inFlight.get(10, TimeUnit.SECONDS)).isEqualTo("done with nothing");
                    assertThat(resource.isOpen()).isFalse();
                    assertThat(calls.by("outcome")).containsOnlyKeys("SUCCESS");
                    assertNoThreadIsLeft();
                });
    }

    /** With the await period of half a minute that executors have, the test would be late. */
    @ParameterizedTest
    @Timeout(20)
    @ValueSource(strings = {"auto", "platform"})
    void whatDependsOnAResultMayStopTheApplication(String threads) {
        TestContext.with(Bean.class)
                .withPropertyValues("smartasync.executors.io.threads=" + threads)
                .run(context -> {
                    CountDownLatch bodyRelease = new CountDownLatch(1);
                    CompletableFuture<Boolean> interrupted = context.getBean(Bean.class)
                            .work(new CountDownLatch(1), bodyRelease)
                            .thenApply(value -> {
                                context.getSourceApplicationContext().close();
                                return Thread.currentThread().isInterrupted();
                            });
                    bodyRelease.countDown();
                    assertThat(interrupted.get(15, TimeUnit.SECONDS)).isFalse();
                    assertNoThreadIsLeft();
                });
    }

    /** Virtual ones are not listed. */
    private static ApplicationContextRunner onPlatformThreads() {
        return TestContext.with(Bean.class).withPropertyValues("smartasync.executors.io.threads=platform");
    }

    private static void assertNoThreadIsLeft() throws InterruptedException {
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().startsWith("smartasync-")) {
                thread.join(10_000);
                assertThat(thread.isAlive()).as(thread.getName()).isFalse();
            }
        }
    }

    static class Resource implements DisposableBean {

        private volatile boolean open = true;

        boolean isOpen() {
            return open;
        }

        @Override
        public void destroy() {
            open = false;
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

        @SmartAsync(background = true)
        public void background(
                CountDownLatch started, CountDownLatch release, Resource resource, CompletableFuture<Boolean> seen)
                throws InterruptedException {
            started.countDown();
            release.await();
            seen.complete(resource.isOpen());
        }

        public CompletableFuture<String> future(CompletableFuture<String> result) {
            return result;
        }

        public CompletableFuture<List<CompletableFuture<String>>> leaves(CompletableFuture<String> result) {
            return CompletableFuture.completedFuture(List.of(self.future(result)));
        }

        @SmartAsync(workload = Workload.CPU)
        public CompletableFuture<List<CompletableFuture<String>>> leavesFromCpu(
                CountDownLatch started, CountDownLatch release, CompletableFuture<String> result)
                throws InterruptedException {
            started.countDown();
            release.await();
            return leaves(result);
        }

        public CompletableFuture<String> stubborn(CountDownLatch started, CountDownLatch release) {
            started.countDown();
            while (release.getCount() > 0) {
                Thread.onSpinWait();
            }
            return new CompletableFuture<>();
        }

        @SmartAsync(workload = Workload.IO)
        public Flux<Long> ticks() {
            return Flux.interval(Duration.ofMillis(1)).onBackpressureDrop();
        }

        @SmartAsync(workload = Workload.IO)
        public Mono<String> onIo(Mono<String> work) {
            return work;
        }

        @SmartAsync(workload = Workload.CPU)
        public Mono<String> onCpu(Mono<String> work) {
            return work;
        }

        public CompletableFuture<String> nothing() {
            return CompletableFuture.completedFuture("nothing");
        }

        public CompletableFuture<Boolean> stop(Runnable application) {
            application.run();
            return CompletableFuture.completedFuture(Thread.currentThread().isInterrupted());
        }
    }
}
