package io.smartasync.benchmarks;

import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.smartasync.SmartAsync;
import io.smartasync.SmartAsyncBridge;
import io.smartasync.bridge.ImportSmartAsyncBridges;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.task.AsyncTaskExecutor;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.core.task.VirtualThreadTaskExecutor;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Many blocking calls at once, issued from one event loop of Netty's. */
final class LoopScale {

    private static final int ROUNDS = 5;
    private static final long BODY_MILLIS = 100;

    private LoopScale() {}

    private record Run(double wallMillis, double heldMicrosPerCall) {}

    static void measure() throws Exception {
        EventLoop loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory()).next();
        try (ConfigurableApplicationContext context = Contexts.start(
                Beans.class,
                "smartasync.executors.io.threads=" + (Runtime.version().feature() < 21 ? "platform" : "virtual"),
                "smartasync.executors.ten.threads=platform",
                "smartasync.executors.ten.concurrency-limit=10")) {
            Service service = context.getBean(Service.class);
            boolean virtual = Runtime.version().feature() >= 21;
            AsyncTaskExecutor alone = virtual ? new VirtualThreadTaskExecutor() : new SimpleAsyncTaskExecutor();
            for (int i = 0; i < 200; i++) { // the compiler works in the background
                run(loop, 1_000, () -> service.smart(1));
                run(loop, 1_000, () -> alone.submitCompletable(() -> sleep(1)));
            }
            bridge(context.getBean(BlockingTexts.class));
            int[] counts = {100, 1_000, 10_000};
            String[] figures = {"1.10", "1.15", "1.40"};
            for (int i = 0; i < counts.length; i++) {
                int calls = counts[i];
                List<Run> runs = new ArrayList<>();
                List<Run> controls = new ArrayList<>();
                for (int round = 0; round < ROUNDS; round++) {
                    runs.add(run(loop, calls, () -> service.smart(BODY_MILLIS)));
                    if (virtual) {
                        controls.add(run(loop, calls, () -> alone.submitCompletable(() -> sleep(BODY_MILLIS))));
                    }
                }
                Scale.row(
                        "%,d calls of 100 ms from one event loop, virtual threads".formatted(calls),
                        "wall <= " + figures[i] + ", loop held <= 3 us a call",
                        "wall %.2f, loop held %.2f us a call",
                        median(runs, Run::wallMillis) / BODY_MILLIS,
                        median(runs, Run::heldMicrosPerCall));
                if (virtual) {
                    Scale.row(
                            "the same, Spring's executor of virtual threads by hand",
                            "",
                            "wall %.2f, loop held %.2f us a call",
                            median(controls, Run::wallMillis) / BODY_MILLIS,
                            median(controls, Run::heldMicrosPerCall));
                }
                peer(loop, calls, "boundedElastic", () -> Mono.fromCallable(() -> sleep(BODY_MILLIS))
                        .subscribeOn(Schedulers.boundedElastic())
                        .toFuture());
                peer(loop, calls, "@Async with Boot's defaults", () -> service.async(BODY_MILLIS));
            }
            double limited = run(loop, 100, () -> service.ten(BODY_MILLIS)).wallMillis;
            double free = run(loop, 100, () -> service.smart(BODY_MILLIS)).wallMillis;
            Scale.row("100 calls of 100 ms, a limit of 10 against the default", ">= 9", "%.1f", limited / free);
        } finally {
            loop.parent().shutdownGracefully();
        }
    }

    private static void peer(EventLoop loop, int calls, String name, Callable<CompletableFuture<String>> call)
            throws Exception {
        Run run = run(loop, calls, call);
        Scale.row(
                "the same, " + name,
                "",
                "wall %.2f, loop held %.2f us a call",
                run.wallMillis / BODY_MILLIS,
                run.heldMicrosPerCall);
    }

    private static void bridge(BlockingTexts texts) {
        for (int i = 0; i < 100_000; i++) {
            texts.find();
        }
        double[] millis = IntStream.range(0, 2 * ROUNDS + 1)
                .mapToDouble(round -> {
                    long start = System.nanoTime();
                    for (int i = 0; i < 1_000; i++) {
                        texts.find();
                    }
                    return (System.nanoTime() - start) / 1e6;
                })
                .toArray();
        Scale.row(
                "1,000 waits for a completed Mono through a blocking bridge",
                "<= 2 ms",
                "%.2f ms",
                Scale.median(millis));
    }

    /** All calls are made in one go on the loop, which is free again before the first of them has ended. */
    private static Run run(EventLoop loop, int calls, Callable<CompletableFuture<String>> call) throws Exception {
        CompletableFuture<?>[] results = new CompletableFuture<?>[calls];
        long start = System.nanoTime();
        long held = loop.submit(() -> {
                    long first = System.nanoTime();
                    for (int i = 0; i < calls; i++) {
                        results[i] = call.call();
                    }
                    return System.nanoTime() - first;
                })
                .get();
        CompletableFuture.allOf(results).join();
        return new Run((System.nanoTime() - start) / 1e6, held / 1e3 / calls);
    }

    private static double median(List<Run> runs, ToDoubleFunction<Run> value) {
        return Scale.median(runs.stream().mapToDouble(value).toArray());
    }

    private static String sleep(long millis) throws InterruptedException {
        Thread.sleep(millis);
        return "x";
    }

    /** The blocking work. */
    public static class Service {

        @SmartAsync
        public CompletableFuture<String> smart(long millis) throws InterruptedException {
            return CompletableFuture.completedFuture(sleep(millis));
        }

        @SmartAsync("ten")
        public CompletableFuture<String> ten(long millis) throws InterruptedException {
            return CompletableFuture.completedFuture(sleep(millis));
        }

        @Async
        public CompletableFuture<String> async(long millis) {
            try {
                return CompletableFuture.completedFuture(sleep(millis));
            } catch (InterruptedException ex) {
                return CompletableFuture.failedFuture(ex);
            }
        }
    }

    /** A library for asynchronous callers. */
    public static class Texts {

        public Mono<String> find() {
            return Mono.just("x");
        }
    }

    @SmartAsyncBridge(Texts.class)
    interface BlockingTexts {

        String find();
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAsync
    @ImportSmartAsyncBridges(BlockingTexts.class)
    static class Beans {

        @Bean
        Service service() {
            return new Service();
        }

        @Bean
        Texts texts() {
            return new Texts();
        }
    }
}
