package io.smartasync.caller;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.local.LocalIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.FastThreadLocalThread;
import io.smartasync.Caller;
import io.smartasync.CallerDetector;
import io.smartasync.support.TestContext;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.core.task.VirtualThreadTaskExecutor;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;
import org.xnio.OptionMap;
import org.xnio.Xnio;
import org.xnio.XnioWorker;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.netty.resources.LoopResources;

/** Every kind of thread, asked on the thread itself. */
@Timeout(30)
class CallerDetectionTest {

    private final CallerDetection detection = detection(List.of(), List.of());

    @Test
    void aPlainThreadIsPlatform() throws Exception {
        assertThat(callerOn(newThread("plain"))).isEqualTo(Caller.PLATFORM);
    }

    @Test
    @EnabledForJreRange(min = JRE.JAVA_21)
    void aVirtualThreadIsVirtual() throws Exception {
        assertThat(callerOn(new VirtualThreadTaskExecutor("virtual-"))).isEqualTo(Caller.VIRTUAL);
    }

    @Test
    void aThreadThatServesAServletRequestIsServlet() throws Exception {
        assertThat(callerOn(servingRequest(newThread("plain")))).isEqualTo(Caller.SERVLET);
    }

    @Test
    @EnabledForJreRange(min = JRE.JAVA_21)
    void aVirtualThreadThatServesAServletRequestIsVirtual() throws Exception {
        assertThat(callerOn(servingRequest(new VirtualThreadTaskExecutor("virtual-"))))
                .isEqualTo(Caller.VIRTUAL);
    }

    @Test
    void oneThreadIsTakenForWhatItIsAtEachCall() throws Exception {
        ExecutorService pool = Executors.newSingleThreadExecutor();
        try {
            assertThat(callerOn(pool)).isEqualTo(Caller.PLATFORM);
            assertThat(callerOn(servingRequest(pool))).isEqualTo(Caller.SERVLET);
            assertThat(callerOn(pool)).isEqualTo(Caller.PLATFORM);
        } finally {
            pool.shutdown();
        }
    }

    static Stream<Scheduler> nonBlockingSchedulers() {
        return Stream.of(Schedulers.parallel(), Schedulers.single());
    }

    @ParameterizedTest
    @MethodSource("nonBlockingSchedulers")
    void aReactorThreadThatMustNotBlockIsEventLoop(Scheduler scheduler) throws Exception {
        assertThat(callerOn(scheduler::schedule)).isEqualTo(Caller.EVENT_LOOP);
    }

    @Test
    void aReactorThreadForBlockingWorkIsPlatform() throws Exception {
        assertThat(callerOn(Schedulers.boundedElastic()::schedule)).isEqualTo(Caller.PLATFORM);
    }

    @Test
    void theLoopOfReactorNettyIsEventLoop() throws Exception {
        LoopResources loops = LoopResources.create("test");
        try {
            assertThat(callerOn(loops.onServer(true).next())).isEqualTo(Caller.EVENT_LOOP);
        } finally {
            loops.dispose();
        }
    }

    static Stream<EventLoopGroup> nettyLoops() {
        return Stream.of(
                new MultiThreadIoEventLoopGroup(1, LocalIoHandler.newFactory()),
                new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory()));
    }

    @ParameterizedTest
    @MethodSource("nettyLoops")
    void aLoopOfNettyIsEventLoop(EventLoopGroup loops) throws Exception {
        try {
            assertThat(callerOn(loops)).isEqualTo(Caller.EVENT_LOOP);
            assertThat(callerOn(servingRequest(loops)))
                    .as("nothing may block it, whatever else it does")
                    .isEqualTo(Caller.EVENT_LOOP);
        } finally {
            loops.shutdownGracefully(0, 0, TimeUnit.SECONDS);
        }
    }

    @Test
    void aThreadOfNettyThatMayBlockIsPlatform() throws Exception {
        assertThat(callerOn(task -> new MayBlock(task).start())).isEqualTo(Caller.PLATFORM);
    }

    private static final class MayBlock extends FastThreadLocalThread {
        MayBlock(Runnable task) {
            super(task);
        }

        @Override
        public boolean permitBlockingCalls() {
            return true;
        }
    }

    @Test
    void theLoopOfVertxIsEventLoopAndItsWorkerIsNot() throws Exception {
        Vertx vertx = Vertx.vertx();
        try {
            assertThat(callerOn(task -> vertx.runOnContext(ignored -> task.run())))
                    .isEqualTo(Caller.EVENT_LOOP);
            assertThat(callerOn(task -> vertx.executeBlocking(Executors.callable(task))))
                    .isEqualTo(Caller.PLATFORM);
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void theLoopOfUndertowIsEventLoopAndItsWorkerIsNot() throws Exception {
        XnioWorker server = Xnio.getInstance().createWorker(OptionMap.EMPTY);
        try {
            assertThat(callerOn(server.getIoThread())).isEqualTo(Caller.EVENT_LOOP);
            assertThat(callerOn(server)).isEqualTo(Caller.PLATFORM);
        } finally {
            server.shutdownNow();
        }
    }

    @Test
    void aThreadWhoseNameMatchesAPatternIsEventLoop() throws Exception {
        CallerDetection withPatterns = detection(List.of(), List.of("my-loop-*", "*-io"));

        assertThat(callerOn(newThread("my-loop-1"), withPatterns)).isEqualTo(Caller.EVENT_LOOP);
        assertThat(callerOn(newThread("other-io"), withPatterns)).isEqualTo(Caller.EVENT_LOOP);
        assertThat(callerOn(servingRequest(newThread("my-loop-2")), withPatterns))
                .isEqualTo(Caller.EVENT_LOOP);
        assertThat(callerOn(newThread("other"), withPatterns)).isEqualTo(Caller.PLATFORM);
    }

    @Test
    @EnabledForJreRange(min = JRE.JAVA_21)
    void aVirtualThreadWhoseNameMatchesAPatternIsEventLoop() throws Exception {
        CallerDetection withPattern = detection(List.of(), List.of("my-loop-*"));

        assertThat(callerOn(new VirtualThreadTaskExecutor("my-loop-"), withPattern))
                .isEqualTo(Caller.EVENT_LOOP);
    }

    @Test
    void aLibraryThatIsNotThereIsNotAsked() throws Exception {
        CallerDetection withoutLibraries = new CallerDetection(
                List.of(),
                List.of(),
                new FilteredClassLoader(
                        "reactor", "io.netty", "io.vertx", "jakarta.servlet", "org.springframework.web"));

        assertThat(callerOn(Schedulers.parallel()::schedule, withoutLibraries)).isEqualTo(Caller.PLATFORM);
        assertThat(callerOn(servingRequest(newThread("plain")), withoutLibraries))
                .isEqualTo(Caller.PLATFORM);
    }

    @Test
    void aDetectorIsAskedFirst() throws Exception {
        CallerDetection withDetector = detection(List.of(thread -> Caller.SERVLET), List.of());

        assertThat(callerOn(Schedulers.parallel()::schedule, withDetector)).isEqualTo(Caller.SERVLET);
    }

    @Test
    void aDetectorIsAskedOfTheThreadThatCalls() throws Exception {
        CompletableFuture<Thread> asked = new CompletableFuture<>();
        CompletableFuture<Thread> calling = new CompletableFuture<>();
        CallerDetection withDetector = detection(
                List.of(thread -> {
                    asked.complete(thread);
                    return null;
                }),
                List.of());

        callerOn(
                task -> newThread("plain").execute(() -> {
                    calling.complete(Thread.currentThread());
                    task.run();
                }),
                withDetector);

        assertThat(asked.join()).isSameAs(calling.join());
    }

    @Test
    void aDetectorThatDoesNotKnowTheThreadLeavesItToTheNext() throws Exception {
        CallerDetector ignorant = thread -> null;

        assertThat(callerOn(newThread("plain"), detection(List.of(ignorant, thread -> Caller.EVENT_LOOP), List.of())))
                .isEqualTo(Caller.EVENT_LOOP);
        assertThat(callerOn(Schedulers.parallel()::schedule, detection(List.of(ignorant), List.of())))
                .as("the built-in detection is the last")
                .isEqualTo(Caller.EVENT_LOOP);
    }

    @Test
    void detectorBeansAreAskedInTheirOrder() {
        TestContext.with().withUserConfiguration(Detectors.class).run(context -> assertThat(
                        callerOn(newThread("grpc-1"), context.getBean(CallerDetection.class)))
                .isEqualTo(Caller.EVENT_LOOP));
    }

    @Configuration(proxyBeanMethods = false)
    static class Detectors {
        @Bean
        @Order(2)
        CallerDetector everything() {
            return thread -> Caller.SERVLET;
        }

        @Bean
        @Order(1)
        CallerDetector grpc() {
            return thread -> thread.getName().startsWith("grpc-") ? Caller.EVENT_LOOP : null;
        }
    }

    @Test
    void namePatternsAreTakenFromTheProperties() {
        TestContext.with()
                .withPropertyValues("smartasync.event-loop.thread-name-patterns=mine-*,yours-*")
                .run(context -> assertThat(callerOn(newThread("yours-1"), context.getBean(CallerDetection.class)))
                        .isEqualTo(Caller.EVENT_LOOP));
    }

    private static CallerDetection detection(List<CallerDetector> detectors, List<String> patterns) {
        return new CallerDetection(detectors, patterns, CallerDetectionTest.class.getClassLoader());
    }

    private Caller callerOn(Executor thread) throws Exception {
        return callerOn(thread, detection);
    }

    private static Caller callerOn(Executor thread, CallerDetection detection) throws Exception {
        return CompletableFuture.supplyAsync(detection::current, thread).get(10, TimeUnit.SECONDS);
    }

    private static Executor newThread(String name) {
        return task -> new Thread(task, name).start();
    }

    /** Binds a request to the thread while it runs a task, as {@code RequestContextFilter} does. */
    private static Executor servingRequest(Executor thread) {
        return task -> thread.execute(() -> {
            RequestContextHolder.setRequestAttributes(new ServletRequestAttributes(new MockHttpServletRequest()));
            try {
                task.run();
            } finally {
                RequestContextHolder.resetRequestAttributes();
            }
        });
    }
}
