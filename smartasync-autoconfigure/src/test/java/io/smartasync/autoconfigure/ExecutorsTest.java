package io.smartasync.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.smartasync.ExecutorState;
import io.smartasync.SmartAsync;
import io.smartasync.execution.SmartAsyncTaskExecutor;
import io.smartasync.support.Await;
import io.smartasync.support.Calls;
import io.smartasync.support.TestContext;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.RejectedExecutionHandler;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.micrometer.metrics.autoconfigure.task.TaskExecutorMetricsAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.task.AsyncTaskExecutor;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.core.task.TaskExecutor;
import org.springframework.core.task.TaskRejectedException;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;
import org.springframework.util.ReflectionUtils;

/** The executors that there are, and that the application's own are left as they were. */
@Timeout(30)
class ExecutorsTest {

    private static final int CORES = Runtime.getRuntime().availableProcessors();

    @Test
    void ioAndCpuExistWithoutBeingWritten() {
        TestContext.with().run(context -> assertThat(context)
                .getBeans(SmartAsyncTaskExecutor.class)
                .containsOnlyKeys("smartasync-io", "smartasync-cpu"));
    }

    @Test
    void anIdleThreadEndsAndTheNextCallHasAnother() {
        TestContext.with()
                .withPropertyValues(
                        "smartasync.executors.io.threads=platform",
                        "smartasync.executors.io.concurrency-limit=1",
                        "smartasync.executors.io.keep-alive=1ms")
                .run(context -> {
                    SmartAsyncTaskExecutor io = context.getBean("smartasync-io", SmartAsyncTaskExecutor.class);
                    for (int i = 1; i <= 200; i++) {
                        assertThat(io.submitCompletable(
                                                () -> Thread.currentThread().getName())
                                        .get(10, TimeUnit.SECONDS))
                                .isEqualTo("smartasync-io-" + i);
                        Await.until("end of the idle thread", () -> io.threads() == 0);
                    }
                });
    }

    @Test
    void furtherOnesExistUnderTheirNames() {
        TestContext.with()
                .withPropertyValues(
                        "smartasync.executors.reports.queue-capacity=5",
                        "smartasync.executors.heavy-lifting.threads=platform",
                        "smartasync.executors.io.concurrency-limit=7")
                .run(context -> {
                    assertThat(context)
                            .getBeans(SmartAsyncTaskExecutor.class)
                            .containsOnlyKeys(
                                    "smartasync-io",
                                    "smartasync-cpu",
                                    "smartasync-reports",
                                    "smartasync-heavy-lifting");
                    SmartAsyncTaskExecutor reports =
                            context.getBean("smartasync-reports", SmartAsyncTaskExecutor.class);
                    assertThat(reports.name()).isEqualTo("reports");
                    assertThat(reports.queueCapacity()).isEqualTo(5);
                });
    }

    @Test
    void platformThreadsHaveALimitByDefault() {
        platform().run(context -> {
            SmartAsyncTaskExecutor io = context.getBean("smartasync-io", SmartAsyncTaskExecutor.class);
            SmartAsyncTaskExecutor cpu = context.getBean("smartasync-cpu", SmartAsyncTaskExecutor.class);

            assertThat(io.concurrencyLimit()).isEqualTo(64);
            assertThat(cpu.concurrencyLimit()).isEqualTo(CORES);
            assertThat(io.queueCapacity()).isEqualTo(10_000);
            assertThat(cpu.queueCapacity()).isEqualTo(10_000);
        });
    }

    @Test
    @EnabledForJreRange(min = JRE.JAVA_21)
    void virtualThreadsHaveNone() {
        TestContext.with()
                .withPropertyValues(
                        "smartasync.executors.io.threads=virtual",
                        "smartasync.executors.few.threads=virtual",
                        "smartasync.executors.few.concurrency-limit=2")
                .run(context -> {
                    assertThat(context.getBean("smartasync-io", SmartAsyncTaskExecutor.class)
                                    .concurrencyLimit())
                            .isNull();
                    assertThat(context.getBean("smartasync-few", SmartAsyncTaskExecutor.class)
                                    .concurrencyLimit())
                            .isEqualTo(2);
                });
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @EnabledForJreRange(min = JRE.JAVA_24)
    void autoIsVirtualWhereVirtualThreadsNeverPin(boolean enabledInBoot) {
        auto(enabledInBoot).run(context -> assertThat(isVirtual(context, "io")).isTrue());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @EnabledForJreRange(min = JRE.JAVA_21, max = JRE.JAVA_23)
    void autoIsVirtualWhereTheyMayPinOnlyIfTheApplicationWantsThem(boolean enabledInBoot) {
        auto(enabledInBoot).run(context -> assertThat(isVirtual(context, "io")).isEqualTo(enabledInBoot));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @EnabledForJreRange(max = JRE.JAVA_20)
    void autoIsPlatformWhereThereAreNone(boolean enabledInBoot) {
        auto(enabledInBoot).run(context -> assertThat(isVirtual(context, "io")).isFalse());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void cpuIsAlwaysPlatformByDefault(boolean enabledInBoot) {
        auto(enabledInBoot).run(context -> assertThat(isVirtual(context, "cpu")).isFalse());
    }

    @Test
    void platformIsPlatformOnAnyJava() {
        platform().run(context -> assertThat(isVirtual(context, "io")).isFalse());
    }

    @Test
    void theirThreadsAreNamedAfterThem() {
        TestContext.with()
                .withPropertyValues("smartasync.executors.reports.thread-name-prefix=printer-")
                .run(context -> {
                    assertThat(threadOf(context.getBean("smartasync-io", Executor.class)))
                            .startsWith("smartasync-io-");
                    assertThat(threadOf(context.getBean("smartasync-cpu", Executor.class)))
                            .startsWith("smartasync-cpu-");
                    assertThat(threadOf(context.getBean("smartasync-reports", Executor.class)))
                            .startsWith("printer-");
                });
    }

    @Test
    void whoAsksForAnExecutorByTypeGetsThatOfTheApplication() {
        TestContext.with(WantsExecutors.class).run(context -> {
            WantsExecutors injected = context.getBean(WantsExecutors.class);

            assertThat(injected.executor)
                    .isSameAs(injected.taskExecutor)
                    .isSameAs(injected.asyncTaskExecutor)
                    .isSameAs(context.getBean("applicationTaskExecutor"));
            assertThat(threadOf(injected.executor)).startsWith("task-");
        });
    }

    static class WantsExecutors {
        private final Executor executor;
        private final TaskExecutor taskExecutor;
        private final AsyncTaskExecutor asyncTaskExecutor;

        WantsExecutors(Executor executor, TaskExecutor taskExecutor, AsyncTaskExecutor asyncTaskExecutor) {
            this.executor = executor;
            this.taskExecutor = taskExecutor;
            this.asyncTaskExecutor = asyncTaskExecutor;
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void asyncMethodsRunWhereTheyDidBefore(boolean withSmartAsync) {
        TestContext.with()
                .withUserConfiguration(AsyncApplication.class)
                .withPropertyValues("smartasync.enabled=" + withSmartAsync)
                .run(context -> assertThat(
                                context.getBean(Mailer.class).thread().get(10, TimeUnit.SECONDS))
                        .startsWith("task-"));
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAsync
    static class AsyncApplication {
        @Bean
        Mailer mailer() {
            return new Mailer();
        }
    }

    static class Mailer {
        @Async
        public CompletableFuture<String> thread() {
            return CompletableFuture.completedFuture(Thread.currentThread().getName());
        }

        @SmartAsync
        public CompletableFuture<String> smart() {
            return CompletableFuture.completedFuture(Thread.currentThread().getName());
        }
    }

    @Test
    void asyncAndSmartAsyncServeOneBean() {
        TestContext.with().withUserConfiguration(AsyncApplication.class).run(context -> {
            Mailer mailer = context.getBean(Mailer.class);

            assertThat(mailer.thread().get(10, TimeUnit.SECONDS)).startsWith("task-");
            assertThat(mailer.smart().get(10, TimeUnit.SECONDS)).startsWith("smartasync-io-");
        });
    }

    @Test
    void anExecutorOfTheApplicationCanBeNamedInAnnotationRuleAndRoute() {
        TestContext.with(Named.class)
                .withUserConfiguration(HostExecutor.class)
                .withPropertyValues(
                        "smartasync.rules[0].method=Named#byRule",
                        "smartasync.rules[0].executor=hostExecutor",
                        "smartasync.routes.platform.io=hostExecutor")
                .run(context -> {
                    Named bean = context.getBean(Named.class);

                    assertThat(bean.byAnnotation().get(10, TimeUnit.SECONDS)).startsWith("host-");
                    assertThat(bean.byRule()).startsWith("host-");
                    assertThat(bean.byRoute().get(10, TimeUnit.SECONDS)).startsWith("host-");
                    assertThat(bean.byBoot().get(10, TimeUnit.SECONDS)).startsWith("task-");
                });
    }

    @Test
    void anExecutorOfTheJdkCanBeNamedToo() {
        TestContext.with(ByName.class)
                .withBean(
                        "plain",
                        ExecutorService.class,
                        () -> Executors.newSingleThreadExecutor(task -> new Thread(task, "plain-1")))
                .run(context -> assertThat(context.getBean(ByName.class).plain().get(10, TimeUnit.SECONDS))
                        .isEqualTo("plain-1"));
    }

    static class ByName {
        @SmartAsync("plain")
        public CompletableFuture<String> plain() {
            return CompletableFuture.completedFuture(Thread.currentThread().getName());
        }
    }

    @Test
    void theStateOfAnExecutorIsInjectedByItsName() {
        TestContext.with(KnowsExecutors.class).run(context -> assertThat(
                        context.getBean(KnowsExecutors.class).io.name())
                .isEqualTo("io"));
    }

    static class KnowsExecutors {

        final ExecutorState io;

        KnowsExecutors(@Qualifier("smartasync-io") ExecutorState io) {
            this.io = io;
        }
    }

    @Test
    void anExecutorOfTheApplicationThatMayBlockTheSubmitterIsRefused() {
        FailureAnalysis refusal = Refusal.of(
                TestContext.with(Throttled.class).withBean("throttled", SimpleAsyncTaskExecutor.class, () -> {
                    SimpleAsyncTaskExecutor executor = new SimpleAsyncTaskExecutor();
                    executor.setConcurrencyLimit(2);
                    return executor;
                }));
        assertThat(refusal.getDescription())
                .contains("Executor bean 'throttled'")
                .contains("it has a concurrency limit of 2 and may block whoever submits");
        assertThat(refusal.getAction())
                .contains("setRejectTasksWhenLimitReached(true)")
                .contains("spring.task.execution.simple.reject-tasks-when-limit-reached=true")
                .contains("configure smartasync.executors.throttled with that concurrency-limit");
    }

    /** What it drops has neither a result nor an error, not even at shutdown. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anExecutorOfTheApplicationThatDiscardsIsRefused(boolean oldest) {
        RejectedExecutionHandler policy =
                oldest ? new ThreadPoolExecutor.DiscardOldestPolicy() : new ThreadPoolExecutor.DiscardPolicy();
        FailureAnalysis refusal =
                Refusal.of(TestContext.with(Throttled.class).withBean("throttled", ThreadPoolTaskExecutor.class, () -> {
                    ThreadPoolTaskExecutor executor = new ThreadPoolTaskExecutor();
                    executor.setRejectedExecutionHandler(policy);
                    return executor;
                }));
        assertThat(refusal.getDescription())
                .contains("Executor bean 'throttled'")
                .contains("it discards");
        assertThat(refusal.getAction()).contains("AbortPolicy").contains("configure smartasync.executors.throttled");
    }

    @Test
    void anExecutorOfTheApplicationThatRejectsAtItsLimitIsNotRefused() {
        TestContext.with(Throttled.class)
                .withBean("throttled", SimpleAsyncTaskExecutor.class, () -> {
                    SimpleAsyncTaskExecutor executor = new SimpleAsyncTaskExecutor();
                    executor.setConcurrencyLimit(2);
                    executor.setRejectTasksWhenLimitReached(true);
                    return executor;
                })
                .run(context -> assertThat(
                                context.getBean(Throttled.class).future().get(10, TimeUnit.SECONDS))
                        .isEqualTo("never"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"platform", "virtual"})
    void bodiesHaveTheClassLoaderOfTheApplicationWhateverTheLastOneLeft(String threads) {
        Assumptions.assumeTrue(threads.equals("platform") || Runtime.version().feature() >= 21);
        ClassLoader ofApplication = new ClassLoader(getClass().getClassLoader()) {};
        TestContext.with()
                .withClassLoader(ofApplication)
                .withPropertyValues(
                        "smartasync.executors.io.threads=" + threads, "smartasync.executors.io.concurrency-limit=1")
                .run(context -> {
                    Executor io = context.getBean("smartasync-io", Executor.class);
                    for (int i = 0; i < 2; i++) {
                        assertThat(CompletableFuture.supplyAsync(ExecutorsTest::changeClassLoader, io)
                                        .get(10, TimeUnit.SECONDS))
                                .isSameAs(ofApplication);
                    }
                });
    }

    private static ClassLoader changeClassLoader() {
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        Thread.currentThread().setContextClassLoader(ClassLoader.getPlatformClassLoader());
        return before;
    }

    @Test
    void anExecutorOfWhichOnlyAnUnknownPropertyIsWrittenHasDefaults() {
        TestContext.with()
                .withPropertyValues(
                        "smartasync.executors.reports.max-threads=4",
                        "smartasync.rules[0].method=ByRule#thread",
                        "smartasync.rules[0].executor=reports")
                .withBean(ByRule.class)
                .run(context ->
                        assertThat(context.getBean(ByRule.class).thread()).startsWith("smartasync-reports-"));
    }

    @Test
    void anEmptyExecutorInARuleIsNone() {
        TestContext.with()
                .withPropertyValues("smartasync.rules[0].method=ByRule#thread", "smartasync.rules[0].executor=")
                .withBean(ByRule.class)
                .run(context -> assertThat(context.getBean(ByRule.class).thread())
                        .isEqualTo(Thread.currentThread().getName()));
    }

    static class ByRule {
        @SmartAsync
        public String thread() {
            return Thread.currentThread().getName();
        }
    }

    @ParameterizedTest
    @MethodSource("failuresToTakeWork")
    void whatAnExecutorOfTheApplicationThrowsComesThroughTheFuture(Throwable failure) {
        TaskExecutor broken = work -> ReflectionUtils.rethrowRuntimeException(failure);
        TestContext.with(Throttled.class)
                .withBean("throttled", TaskExecutor.class, () -> broken)
                .run(context -> {
                    Calls calls = TestContext.calls(context);
                    CompletableFuture<String> future =
                            context.getBean(Throttled.class).future();

                    assertThatThrownBy(() -> future.get(10, TimeUnit.SECONDS))
                            .hasCauseInstanceOf(TaskRejectedException.class)
                            .hasMessageContaining("Executor 'throttled' rejected the call")
                            .hasRootCause(failure);
                    assertThat(calls.by("outcome")).isEqualTo(Map.of("REJECTED", 1L));
                });
    }

    static List<Throwable> failuresToTakeWork() {
        return List.of(
                new RejectedExecutionException("full"),
                new IllegalStateException("not initialized"),
                new TaskRejectedException("full"),
                new NoClassDefFoundError("a decorator's"),
                new OutOfMemoryError("unable to create native thread"));
    }

    static class Throttled {

        @SmartAsync("throttled")
        public CompletableFuture<String> future() {
            return CompletableFuture.completedFuture("never");
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class HostExecutor {
        // Leaves Boot's own in place beside it
        @Bean(defaultCandidate = false)
        ThreadPoolTaskExecutor hostExecutor() {
            ThreadPoolTaskExecutor executor = new ThreadPoolTaskExecutor();
            executor.setThreadNamePrefix("host-");
            return executor;
        }
    }

    static class Named {
        @SmartAsync("hostExecutor")
        public CompletableFuture<String> byAnnotation() {
            return CompletableFuture.completedFuture(Thread.currentThread().getName());
        }

        @SmartAsync
        public String byRule() {
            return Thread.currentThread().getName();
        }

        @SmartAsync
        public CompletableFuture<String> byRoute() {
            return CompletableFuture.completedFuture(Thread.currentThread().getName());
        }

        @SmartAsync("applicationTaskExecutor")
        public CompletableFuture<String> byBoot() {
            return CompletableFuture.completedFuture(Thread.currentThread().getName());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"executor.active", "executor.queued", "executor.completed"})
    void eachHasItsMetersOnce(String meter) {
        TestContext.with()
                .withConfiguration(AutoConfigurations.of(TaskExecutorMetricsAutoConfiguration.class))
                .run(context -> assertThat(
                                context.getBean(MeterRegistry.class).find(meter).meters())
                        .extracting(Meter::getId)
                        .extracting(id -> id.getTag("name"))
                        .contains("smartasync-io", "smartasync-cpu")
                        .doesNotHaveDuplicates());
    }

    @Test
    @EnabledForJreRange(min = JRE.JAVA_21)
    void aLimitThatAnExecutorIsGivenWhileItRunsIsOnItsMeters() {
        TestContext.with()
                .withPropertyValues(
                        "smartasync.executors.io.threads=virtual", "smartasync.executors.io.concurrency-limit=")
                .run(context -> {
                    SmartAsyncTaskExecutor io = context.getBean("smartasync-io", SmartAsyncTaskExecutor.class);
                    for (String meter : List.of("executor.pool.core", "executor.pool.max")) {
                        Gauge limit = context.getBean(MeterRegistry.class)
                                .get(meter)
                                .tag("name", "smartasync-io")
                                .gauge();
                        io.resize(null, 100);
                        assertThat(limit.value()).isNaN();
                        io.resize(7, 100);
                        assertThat(limit.value()).isEqualTo(7);
                    }
                });
    }

    private static ApplicationContextRunner platform() {
        return TestContext.with()
                .withPropertyValues(
                        "smartasync.executors.io.threads=platform", "smartasync.executors.cpu.threads=platform");
    }

    private static ApplicationContextRunner auto(boolean enabledInBoot) {
        return TestContext.with().withPropertyValues("spring.threads.virtual.enabled=" + enabledInBoot);
    }

    private static boolean isVirtual(BeanFactory beans, String name) {
        return beans.getBean("smartasync-" + name, SmartAsyncTaskExecutor.class).isVirtual();
    }

    private static String threadOf(Executor executor) throws Exception {
        return CompletableFuture.supplyAsync(() -> Thread.currentThread().getName(), executor)
                .get(10, TimeUnit.SECONDS);
    }
}
