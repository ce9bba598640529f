package io.smartasync.benchmarks;

import io.smartasync.SmartAsync;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.LongStream;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.WebApplicationType;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Requests to Tomcat, all servers in one JVM and measured in turn. */
final class HttpScale {

    private static final int ROUNDS = 9;
    private static final int CLIENTS = 16;
    private static final int SLOW_CLIENTS = 100;
    private static final Duration ROUND = Duration.ofSeconds(2);

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final ExecutorService threads = Executors.newCachedThreadPool();

    private HttpScale() {}

    static void measure() throws Exception {
        try (ConfigurableApplicationContext with = server(true);
                ConfigurableApplicationContext without = server(false);
                ConfigurableApplicationContext control = server(false)) {
            HttpScale http = new HttpScale();
            http.throughput(
                    uri(with, "/sync"),
                    uri(with, "/async"),
                    uri(without, "/sync"),
                    uri(control, "/sync"),
                    uri(control, "/async-by-hand"));
            for (int millis : new int[] {1000, 100}) {
                http.tail(
                        Duration.ofMillis(millis),
                        uri(with, "/sync"),
                        uri(with, "/slow?millis=" + millis),
                        uri(control, "/sync"),
                        uri(control, "/slow-by-hand?millis=" + millis));
            }
            http.threads.shutdownNow();
        }
    }

    private void throughput(URI... targets) throws Exception {
        double[][] rates = new double[targets.length][ROUNDS];
        for (int round = -2; round < ROUNDS; round++) {
            for (int i = 0; i < targets.length; i++) {
                int target = (i + round + targets.length) % targets.length; // nobody is always first
                double rate = latencies(targets[target], CLIENTS).length / (double) ROUND.toSeconds();
                if (round >= 0) {
                    rates[target][round] = rate;
                }
            }
        }
        row("async endpoint against sync endpoint, requests per second", ">= 0.70", rates[1], rates[0], "%.0f");
        row("the same, supplyAsync on a pool by hand", "", rates[4], rates[3], "%.0f");
        row("sync endpoint with the starter against without", ">= 0.97", rates[0], rates[2], "%.0f");
        row("the same, without against without", "", rates[3], rates[2], "%.0f");
    }

    /** The time of the slowest request in a hundred, idle and with slow calls in flight. */
    private void tail(Duration time, URI sync, URI slow, URI control, URI slowByHand) throws Exception {
        double[] idle = new double[ROUNDS];
        double[] busy = new double[ROUNDS];
        double[] controlIdle = new double[ROUNDS];
        double[] controlBusy = new double[ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            idle[round] = p99(sync);
            busy[round] = p99(sync, slow, time);
            controlIdle[round] = p99(control);
            controlBusy[round] = p99(control, slowByHand, time);
        }
        String calls = SLOW_CLIENTS + " async calls of " + time.toMillis() + " ms in flight against idle";
        row("sync endpoint's p99 with " + calls, "<= 2", busy, idle, "%.2f ms");
        row("the same, supplyAsync on a pool by hand", "", controlBusy, controlIdle, "%.2f ms");
        row("the same server by hand against ours, idle", "", controlIdle, idle, "%.2f ms");
    }

    private static void row(String scenario, String figure, double[] measured, double[] than, String format) {
        Scale.row(
                scenario,
                figure,
                "%.2f (" + format + " against " + format + ")",
                Scale.ratio(measured, than),
                Scale.median(measured),
                Scale.median(than));
    }

    private double p99(URI uri, URI others, Duration time) throws Exception {
        List<Future<?>> clients = new ArrayList<>();
        for (int i = 0; i < SLOW_CLIENTS; i++) {
            clients.add(threads.submit(() -> keepAsking(others)));
            Thread.sleep(time.toMillis() / SLOW_CLIENTS); // so that they don't all end at once
        }
        double p99 = p99(uri);
        clients.forEach(client -> client.cancel(true));
        Thread.sleep(time.toMillis() + 500); // until the last of them has its answer
        return p99;
    }

    private Void keepAsking(URI uri) throws Exception {
        while (!Thread.interrupted()) {
            get(uri);
        }
        return null;
    }

    private double p99(URI uri) throws Exception {
        long[] nanos = latencies(uri, 2);
        Arrays.sort(nanos);
        return nanos[nanos.length * 99 / 100] / 1e6;
    }

    private long[] latencies(URI uri, int clients) throws Exception {
        long end = System.nanoTime() + ROUND.toNanos();
        Callable<long[]> asking = () -> {
            LongStream.Builder latencies = LongStream.builder();
            for (long start = System.nanoTime(); start < end; start = System.nanoTime()) {
                get(uri);
                latencies.add(System.nanoTime() - start);
            }
            return latencies.build().toArray();
        };
        List<Future<long[]>> results = new ArrayList<>();
        for (int i = 0; i < clients; i++) {
            results.add(threads.submit(asking));
        }
        LongStream all = LongStream.empty();
        for (Future<long[]> result : results) {
            all = LongStream.concat(all, Arrays.stream(result.get()));
        }
        return all.toArray();
    }

    private void get(URI uri) throws IOException, InterruptedException {
        int status = client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.discarding())
                .statusCode();
        if (status != 200) {
            throw new IllegalStateException(uri + " answered " + status);
        }
    }

    private static ConfigurableApplicationContext server(boolean enabled) {
        return Contexts.start(
                WebApplicationType.SERVLET, new Class<?>[] {Beans.class}, "smartasync.enabled=" + enabled);
    }

    private static URI uri(ConfigurableApplicationContext server, String path) {
        return URI.create("http://localhost:" + server.getEnvironment().getProperty("local.server.port") + path);
    }

    /** The body of the requests. Without SmartAsync the annotations mean nothing. */
    public static class Service {

        @SmartAsync
        public String sync() {
            return "x";
        }

        @SmartAsync
        public CompletableFuture<String> async() {
            return CompletableFuture.completedFuture("x");
        }

        @SmartAsync
        public CompletableFuture<String> slow(long millis) throws InterruptedException {
            Thread.sleep(millis);
            return CompletableFuture.completedFuture("x");
        }
    }

    /** The endpoints. */
    @RestController
    public static class Endpoints {

        private final Service service;
        private final Executor pool;

        Endpoints(Service service, Executor pool) {
            this.service = service;
            this.pool = pool;
        }

        @GetMapping("/sync")
        public String sync() {
            return service.sync();
        }

        @GetMapping("/async")
        public CompletableFuture<String> async() {
            return service.async();
        }

        @GetMapping("/slow")
        public CompletableFuture<String> slow(@RequestParam("millis") long millis) throws InterruptedException {
            return service.slow(millis);
        }

        @GetMapping("/async-by-hand")
        public CompletableFuture<String> asyncByHand() {
            return CompletableFuture.supplyAsync(() -> "x", pool);
        }

        @GetMapping("/slow-by-hand")
        public CompletableFuture<String> slowByHand(@RequestParam("millis") long millis) {
            return CompletableFuture.supplyAsync(
                    () -> {
                        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
                        return "x";
                    },
                    pool);
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Beans {

        @Bean
        Service service() {
            return new Service();
        }

        @Bean
        Executor pool() {
            ThreadPoolTaskExecutor pool = OffloadFuture.pool();
            pool.setCorePoolSize(SLOW_CLIENTS);
            pool.setMaxPoolSize(SLOW_CLIENTS);
            return pool;
        }

        @Bean
        Endpoints endpoints(Service service, @Qualifier("pool") Executor pool) {
            return new Endpoints(service, pool);
        }
    }
}
