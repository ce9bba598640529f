package io.smartasync.execution;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.micrometer.context.ContextRegistry;
import io.micrometer.context.ThreadLocalAccessor;
import io.micrometer.context.integration.Slf4jThreadLocalAccessor;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smartasync.SmartAsync;
import io.smartasync.Workload;
import io.smartasync.support.TestContext;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.aspectj.lang.ProceedingJoinPoint;
import org.aspectj.lang.annotation.Around;
import org.aspectj.lang.annotation.Aspect;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.MDC;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.task.support.ContextPropagatingTaskDecorator;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * What a call allocates on all threads that it touches, beside what users would write in its place. Bytes are exact where
 * times are not: the smallest of many rounds is what the compiled code needs. In the build (see {@code pom.xml}) a call waits
 * for its compiler; all were seen to be down to that after five rounds, however busy the machine.
 */
@Timeout(180)
class AllocationTest {

    private static final int ROUNDS = 20;
    private static final int CALLS = 4_000;

    /** The threads that ran bodies. */
    private static final Set<Thread> THREADS = ConcurrentHashMap.newKeySet();

    private static final ThreadMXBean ALLOCATIONS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private static final ContextRegistry CONTEXT = ContextRegistry.getInstance();
    private static List<ThreadLocalAccessor<?>> accessors = List.of();

    /** Nothing to propagate: the accessors on the class path of the tests make objects when they are only asked. */
    @BeforeAll
    static void forgetAccessors() {
        accessors = List.copyOf(CONTEXT.getThreadLocalAccessors());
        accessors.forEach(accessor -> CONTEXT.removeThreadLocalAccessor(accessor.key()));
    }

    @AfterAll
    static void restoreAccessors() {
        accessors.forEach(CONTEXT::registerThreadLocalAccessor);
    }

    /** Spring copies the invocation for an aspect that proceeds; ours does without. */
    @Test
    void aDirectCallAllocatesLessThanAnAspectThatRecordsTheSameTimer() {
        application().run(context -> {
            Direct bean = context.getBean(Direct.class);
            assertBytes(() -> bean.ours("x"))
                    .isAtMost(-176, () -> bean.timed("x"))
                    .isAtMost(96);
        });
    }

    @Test
    void withoutMetricsADirectCallAllocatesLessThanAnEmptyAspect() {
        application().withPropertyValues("smartasync.metrics.enabled=false").run(context -> {
            Direct bean = context.getBean(Direct.class);
            assertBytes(() -> bean.ours("x")).isAtMost(-176, () -> bean.advised("x"));
        });
    }

    @Test
    void anOffloadedFutureAllocatesLittleMoreThanAsync() {
        application().run(context -> {
            Futures bean = context.getBean(Futures.class);
            assertBytes(() -> done(bean.ours("x")))
                    .isAtMost(56, () -> done(bean.async("x")))
                    .isAtMost(336);
        });
    }

    @Test
    void anOffloadedFutureWithContextAllocatesLittleMoreThanAsyncWithADecorator() {
        application().run(context -> {
            Futures bean = context.getBean(Futures.class);
            MDC.setContextMap(Map.of("request", "42", "tenant", "acme"));
            CONTEXT.registerThreadLocalAccessor(new Slf4jThreadLocalAccessor());
            try {
                assertBytes(() -> done(bean.ours("x"))).isAtMost(-120, () -> done(bean.asyncWithContext("x")));
            } finally {
                MDC.clear();
                CONTEXT.removeThreadLocalAccessor(Slf4jThreadLocalAccessor.KEY);
            }
        });
    }

    /** The second peer stands behind a proxy too, which is where most of the difference to the first comes from. */
    @Test
    void anOffloadedPublisherAllocatesLittleMoreThanAnAspectWithBoundedElastic() {
        application().run(context -> {
            Publishers bean = context.getBean(Publishers.class);
            assertBytes(() -> done(bean.ours("x").toFuture()))
                    .isAtMost(
                            56,
                            () -> done(Mono.fromCallable(() -> Publishers.body("x"))
                                    .subscribeOn(Schedulers.boundedElastic())
                                    .toFuture()))
                    .isAtMost(-480, () -> done(bean.offloadedByHand("x").toFuture()));
        });
    }

    @Test
    void passingThroughAllocatesLittleMoreThanAnAspectThatRecordsTheSameTimer() {
        application().run(context -> {
            Passed bean = context.getBean(Passed.class);
            CompletableFuture<String> ready = CompletableFuture.completedFuture("x");
            assertBytes(() -> bean.ours(ready)).isAtMost(-104, () -> bean.timed(ready));
            assertBytes(() -> completed(bean::ours)).isAtMost(-72, () -> completed(bean::timed));
            Mono<String> mono = Mono.just("x");
            assertBytes(() -> bean.ours(mono).toFuture())
                    .isAtMost(-8, () -> bean.timed(mono).toFuture());
        });
    }

    private static String completed(UnaryOperator<CompletableFuture<String>> call) {
        CompletableFuture<String> pending = new CompletableFuture<>();
        CompletableFuture<String> result = call.apply(pending);
        pending.complete("x");
        return result.join();
    }

    private static Bytes assertBytes(Callable<?> call) throws Exception {
        return new Bytes(bytesPerCall(call));
    }

    private record Bytes(long ours) {

        Bytes isAtMost(long ceiling) {
            assertThat(ours).as("bytes per call").isLessThanOrEqualTo(ceiling);
            return this;
        }

        /** At most so many more than {@code peer} allocates. */
        Bytes isAtMost(long more, Callable<?> peer) throws Exception {
            long theirs = bytesPerCall(peer);
            assertThat(ours).as("bytes per call, %s of the peer", theirs).isLessThanOrEqualTo(theirs + more);
            return this;
        }
    }

    private static <T> Future<T> done(Future<T> future) {
        while (!future.isDone()) {
            if (Thread.currentThread().isInterrupted()) {
                throw new IllegalStateException("not done within the time of the test");
            }
            Thread.yield(); // a thread that parks would allocate too, now and then
        }
        return future;
    }

    private static long bytesPerCall(Callable<?> call) throws Exception {
        THREADS.clear();
        THREADS.add(Thread.currentThread());
        long least = Long.MAX_VALUE;
        for (int round = 0; round < ROUNDS; round++) {
            long before = allocated();
            for (int i = 0; i < CALLS; i++) {
                call.call();
            }
            least = Math.min(least, allocated() - before);
        }
        return Math.round((double) least / CALLS); // the end of the last call may count for the next round
    }

    @SuppressWarnings("deprecation") // threadId() came with Java 19
    private static long allocated() {
        return THREADS.stream()
                .mapToLong(thread -> ALLOCATIONS.getThreadAllocatedBytes(thread.getId()))
                .sum();
    }

    private static ApplicationContextRunner application() {
        return TestContext.with(Direct.class, Futures.class, Publishers.class, Passed.class, ByHand.class)
                .withUserConfiguration(AsyncApplication.class)
                .withPropertyValues(
                        "smartasync.executors.io.threads=platform", "smartasync.executors.io.concurrency-limit=1");
    }

    static class Direct {

        @SmartAsync
        String ours(String id) {
            return id;
        }

        String timed(String id) {
            return id;
        }

        String advised(String id) {
            return id;
        }
    }

    static class Futures {

        @SmartAsync
        CompletableFuture<String> ours(String id) {
            return body(id);
        }

        @Async("peer")
        CompletableFuture<String> async(String id) {
            return body(id);
        }

        @Async("peerWithContext")
        CompletableFuture<String> asyncWithContext(String id) {
            return body(id);
        }

        private static CompletableFuture<String> body(String id) {
            THREADS.add(Thread.currentThread());
            return CompletableFuture.completedFuture(id);
        }
    }

    static class Publishers {

        @SmartAsync(workload = Workload.IO)
        Mono<String> ours(String id) {
            return Mono.just(body(id));
        }

        Mono<String> offloadedByHand(String id) {
            return Mono.just(body(id));
        }

        static String body(String id) {
            THREADS.add(Thread.currentThread());
            return id;
        }
    }

    static class Passed {

        @SmartAsync(workload = Workload.NON_BLOCKING)
        CompletableFuture<String> ours(CompletableFuture<String> result) {
            return result;
        }

        CompletableFuture<String> timed(CompletableFuture<String> result) {
            return result;
        }

        @SmartAsync
        Mono<String> ours(Mono<String> result) {
            return result;
        }

        Mono<String> timed(Mono<String> result) {
            return result;
        }
    }

    /** What users would write. */
    @Aspect
    static class ByHand {

        private final Timer timer;

        ByHand(SimpleMeterRegistry registry) {
            timer = Timer.builder("by.hand")
                    .serviceLevelObjectives(Stream.of(1, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000)
                            .map(Duration::ofMillis)
                            .toArray(Duration[]::new))
                    .register(registry);
        }

        @Around("execution(String io.smartasync.execution.AllocationTest.Direct.timed(..))")
        Object time(ProceedingJoinPoint joinPoint) throws Throwable {
            long start = System.nanoTime();
            try {
                return joinPoint.proceed();
            } finally {
                timer.record(System.nanoTime() - start, TimeUnit.NANOSECONDS);
            }
        }

        @Around("execution(String io.smartasync.execution.AllocationTest.Direct.advised(..))")
        Object doNothing(ProceedingJoinPoint joinPoint) throws Throwable {
            return joinPoint.proceed();
        }

        @Around("execution(*..CompletableFuture io.smartasync.execution.AllocationTest.Passed.timed(..))")
        Object timeFuture(ProceedingJoinPoint joinPoint) throws Throwable {
            long start = System.nanoTime();
            return ((CompletableFuture<?>) joinPoint.proceed())
                    .whenComplete((value, error) -> timer.record(System.nanoTime() - start, TimeUnit.NANOSECONDS));
        }

        @Around("execution(*..Mono io.smartasync.execution.AllocationTest.Passed.timed(..))")
        Object timeMono(ProceedingJoinPoint joinPoint) {
            return timed(joinPoint);
        }

        @Around("execution(* io.smartasync.execution.AllocationTest.Publishers.offloadedByHand(..))")
        Object offload(ProceedingJoinPoint joinPoint) {
            return timed(joinPoint).subscribeOn(Schedulers.boundedElastic());
        }

        private Mono<?> timed(ProceedingJoinPoint joinPoint) {
            return Mono.defer(() -> {
                long start = System.nanoTime();
                try {
                    return ((Mono<?>) joinPoint.proceed())
                            .doFinally(signal -> timer.record(System.nanoTime() - start, TimeUnit.NANOSECONDS));
                } catch (Throwable ex) {
                    return Mono.error(ex);
                }
            });
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAsync
    static class AsyncApplication {

        @Bean
        ThreadPoolTaskExecutor peer() {
            return poolOfOne();
        }

        @Bean
        ThreadPoolTaskExecutor peerWithContext() {
            ThreadPoolTaskExecutor executor = poolOfOne();
            executor.setTaskDecorator(new ContextPropagatingTaskDecorator());
            return executor;
        }

        private static ThreadPoolTaskExecutor poolOfOne() {
            ThreadPoolTaskExecutor executor = new ThreadPoolTaskExecutor();
            executor.setCorePoolSize(1);
            executor.setMaxPoolSize(1);
            return executor;
        }
    }
}
