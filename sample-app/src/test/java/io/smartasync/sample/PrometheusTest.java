package io.smartasync.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.smartasync.Outcome;
import io.smartasync.Route;
import io.smartasync.SmartAsync;
import io.smartasync.SmartAsyncListener;
import io.smartasync.Workload;
import io.smartasync.autoconfigure.SmartAsyncProperties;
import io.smartasync.sample.NeedsPrograms.Programs;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import reactor.core.scheduler.Schedulers;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Two instances under load, and a real Prometheus that runs all rules and all queries of the Grafana dashboard over both. */
@Timeout(300)
@NeedsPrograms("prometheus")
class PrometheusTest {

    private static final Path DOCS = Path.of("..", "docs").toAbsolutePath().normalize();
    private static final Pattern LISTENING = Pattern.compile("\"Listening on\" .*address=(\\S+)\\s");
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final List<ConfigurableApplicationContext> INSTANCES = new ArrayList<>();

    private static String server = "";
    private static @Nullable Process prometheus;

    @BeforeAll
    @Timeout(300)
    static void start(@TempDir Path directory) throws Exception {
        for (String name : List.of("one", "two")) {
            INSTANCES.add(SpringApplication.run(new Class<?>[] {SampleApplication.class, Load.class}, new String[] {
                "--spring.profiles.active=servlet",
                "--server.port=0",
                "--server.shutdown=immediate",
                "--spring.datasource.url=jdbc:h2:mem:prometheus-" + name + ";DB_CLOSE_DELAY=-1;MODE=PostgreSQL",
                "--smartasync.executors.narrow.threads=platform",
                "--smartasync.executors.narrow.concurrency-limit=1",
                "--smartasync.executors.narrow.queue-capacity=3",
            }));
        }
        // A counter that appears with a value has no rate: each series is there, and scraped, before the load
        for (ConfigurableApplicationContext instance : INSTANCES) {
            Known known = instance.getBean(Known.class);
            known.take(1).get(10, TimeUnit.SECONDS);
            refusedWaitedTimedOut(known, () -> true);
            instance.getBean(Durations.class).nanos.clear();
        }
        Path log = directory.resolve("prometheus.log");
        Path configuration = directory.resolve("prometheus.yml");
        Files.writeString(configuration, """
                global: {scrape_interval: 1s, evaluation_interval: 1s}
                rule_files: ["%s"]
                scrape_configs:
                  - job_name: portfolio
                    metrics_path: /actuator/prometheus
                    static_configs: [{targets: [%s]}]
                """.formatted(
                DOCS.resolve("prometheus/smartasync-rules.yml"),
                String.join(
                        ", ", INSTANCES.stream().map(PrometheusTest::address).toList())));
        prometheus = new ProcessBuilder(
                        Programs.path("prometheus").toString(),
                        "--config.file=" + configuration,
                        "--storage.tsdb.path=" + directory.resolve("data"),
                        "--web.listen-address=127.0.0.1:0")
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        until(() -> LISTENING.matcher(Files.readString(log)).find());
        server = "http://"
                + LISTENING
                        .matcher(Files.readString(log))
                        .results()
                        .findFirst()
                        .orElseThrow()
                        .group(1);
        until(() -> send("/-/ready").statusCode() == 200); // until then it has no JSON for anybody
        until(() -> value("count(smartasync_invocations_seconds_count{class=\"Known\", method=\"take\"})") == 2);
    }

    @AfterAll
    static void stop() throws Exception {
        if (prometheus != null) {
            prometheus.destroy();
            prometheus.waitFor(30, TimeUnit.SECONDS);
        }
        INSTANCES.forEach(ConfigurableApplicationContext::close);
    }

    @Test
    void rulesAndDashboardShowBothInstancesAndEachAlone() throws Exception {
        // Far below the upper bounds of their buckets: with 95 of 100 below a bound, p95 may be on either side of it
        call(INSTANCES.get(0), 60, 55, 36, 110, 4, 600);
        call(INSTANCES.get(1), 60, 1100);
        until(() -> value("sum(smartasync_invocations_seconds_count{class=\"Known\", method=\"take\"})") == 162);

        List<Long> one = durations(0);
        List<Long> two = durations(1);
        List<Long> both = Stream.of(one, two).flatMap(List::stream).toList();
        String of = "{class=\"Known\", method=\"take\"}";
        for (int percent : new int[] {50, 95, 99}) {
            String rule = "job_class_method:smartasync_invocations_seconds:p" + percent + of;
            // The last evaluation may be older than the last scrape of one of the two
            patiently().untilAsserted(() -> assertThat(bucket(value(rule)))
                    .as("p%s of both instances by the rule", percent)
                    .isEqualTo(bucket(percentile(both, percent))));
            for (int i = 0; i < 2; i++) {
                String alone = address(INSTANCES.get(i)).replace("\"", "");
                double shown = value(panel("p" + percent + " of calls")
                        .replace("$instance", alone)
                        .replace("$class", "Known")
                        .replace("$method", "take"));
                assertThat(bucket(shown))
                        .as("p%s of %s on the dashboard", percent, alone)
                        .isEqualTo(bucket(percentile(durations(i), percent)));
            }
        }

        everyRuleAndEveryQueryReturnsData(); // after these, of which some show no more than a minute
    }

    private static void everyRuleAndEveryQueryReturnsData() throws Exception {
        List<String> queries = new ArrayList<>();
        JsonNode groups = get("/api/v1/rules").get("data").get("groups");
        for (JsonNode group : groups) {
            for (JsonNode rule : group.get("rules")) {
                assertThat(rule.get("health").asString()).as(rule.toString()).isNotEqualTo("err");
                queries.add(rule.get("query").asString());
            }
        }
        assertThat(queries).hasSize(10);
        JsonNode dashboard = JSON.readTree(DOCS.resolve("grafana/smartasync-dashboard.json"));
        for (JsonNode panel : dashboard.get("panels")) {
            for (JsonNode target : panel.get("targets")) {
                queries.add(target.get("expr").asString());
            }
        }
        for (JsonNode variable : dashboard.get("templating").get("list")) {
            if (variable.get("type").asString().equals("query")) {
                Matcher values = Pattern.compile("label_values\\((.*), (\\w+)\\)")
                        .matcher(variable.get("query").get("query").asString());
                assertThat(values.matches()).isTrue();
                queries.add("count by (" + values.group(2) + ") (" + values.group(1) + ")");
            }
        }
        assertThat(queries).hasSizeGreaterThan(24);
        // While one call runs, three wait, and others are refused or end in time
        refusedWaitedTimedOut(INSTANCES.get(0).getBean(Known.class), () -> {
            for (String query : queries) {
                until(() -> results(query) > 0);
            }
            return true;
        });
    }

    /** Makes a call for each thing that can go wrong, and looks at it while the executor is full. */
    private static void refusedWaitedTimedOut(Known known, BooleanSupplier look) throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        List<CompletableFuture<?>> calls = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            calls.add(known.hold(release));
        }
        assertThat(calls.get(4)).isCompletedExceptionally();
        CompletableFuture<?> late = known.late();
        CompletableFuture<Object> onLoop = new CompletableFuture<>();
        Schedulers.parallel().schedule(() -> {
            try {
                onLoop.complete(known.plain());
            } catch (RuntimeException ex) {
                onLoop.completeExceptionally(ex);
            }
        });
        assertThat(onLoop).failsWithin(Duration.ofSeconds(10));
        assertThat(late).failsWithin(Duration.ofSeconds(10));
        assertThat(look.getAsBoolean()).isTrue();
        release.countDown();
        for (CompletableFuture<?> call : calls.subList(0, 4)) {
            call.get(10, TimeUnit.SECONDS);
        }
    }

    private static void call(ConfigurableApplicationContext instance, int... countsAndMillis) throws Exception {
        Known known = instance.getBean(Known.class);
        List<CompletableFuture<?>> calls = new ArrayList<>();
        for (int i = 0; i < countsAndMillis.length; i += 2) {
            for (int call = 0; call < countsAndMillis[i]; call++) {
                calls.add(known.take(countsAndMillis[i + 1]));
            }
        }
        CompletableFuture.allOf(calls.toArray(CompletableFuture[]::new)).get(60, TimeUnit.SECONDS);
    }

    private static List<Long> durations(int instance) {
        return INSTANCES.get(instance).getBean(Durations.class).nanos;
    }

    /** In seconds. */
    private static double percentile(List<Long> nanos, int percent) {
        List<Long> sorted = nanos.stream().sorted().toList();
        return sorted.get((int) Math.ceil(sorted.size() * percent / 100.0) - 1) / 1e9;
    }

    /** The index of the bucket that a time in seconds is in. */
    private static int bucket(double seconds) {
        List<Duration> bounds =
                INSTANCES.get(0).getBean(SmartAsyncProperties.class).metrics().slo();
        int index = 0;
        while (index < bounds.size() && seconds > bounds.get(index).toNanos() / 1e9) {
            index++;
        }
        return index;
    }

    private static String panel(String title) {
        JsonNode dashboard = JSON.readTree(DOCS.resolve("grafana/smartasync-dashboard.json"));
        for (JsonNode panel : dashboard.get("panels")) {
            if (panel.get("title").asString().equals(title)) {
                return panel.get("targets").get(0).get("expr").asString();
            }
        }
        throw new AssertionError("No panel " + title);
    }

    private static double value(String query) throws Exception {
        JsonNode results = query(query);
        return results.isEmpty()
                ? Double.NaN
                : Double.parseDouble(results.get(0).get("value").get(1).asString());
    }

    private static int results(String query) throws Exception {
        return query(query).size();
    }

    private static JsonNode query(String query) throws Exception {
        String concrete = query.replace("$__rate_interval", "1m")
                .replace("$__range", "5m")
                .replaceAll("\\$\\w+", ".*");
        JsonNode answer = get("/api/v1/query?query=" + URLEncoder.encode(concrete, StandardCharsets.UTF_8));
        assertThat(answer.get("status").asString()).as(concrete).isEqualTo("success");
        return answer.get("data").get("result");
    }

    private static JsonNode get(String path) throws Exception {
        return JSON.readTree(send(path).body());
    }

    private static HttpResponse<String> send(String path) throws Exception {
        return CLIENT.send(HttpRequest.newBuilder(URI.create(server + path)).build(), BodyHandlers.ofString());
    }

    /** Another process tells nobody when it is ready. */
    private static void until(Callable<Boolean> ready) {
        patiently().until(ready);
    }

    private static ConditionFactory patiently() {
        return await().atMost(Duration.ofMinutes(1)).pollInterval(Duration.ofMillis(200));
    }

    private static String address(ConfigurableApplicationContext instance) {
        return "\"127.0.0.1:" + instance.getEnvironment().getProperty("local.server.port") + "\"";
    }

    @Configuration(proxyBeanMethods = false)
    static class Load {

        @Bean
        Known known() {
            return new Known();
        }

        @Bean
        Durations durations() {
            return new Durations();
        }
    }

    /** How long each call took, as the timers are told it. */
    static class Durations implements SmartAsyncListener {
        final List<Long> nanos = Collections.synchronizedList(new ArrayList<>());

        @Override
        public void onEnd(Route route, Outcome outcome, @Nullable Throwable error, long took) {
            if (route.methodName().equals("take")) {
                nanos.add(took);
            }
        }
    }

    /** Calls of which it is known how long they take and how they end. */
    static class Known {

        @SmartAsync
        public CompletableFuture<Void> take(long millis) throws InterruptedException {
            TimeUnit.MILLISECONDS.sleep(millis); // the duration is what is tested
            return CompletableFuture.completedFuture(null);
        }

        @SmartAsync(executor = "narrow")
        public CompletableFuture<Void> hold(CountDownLatch release) throws InterruptedException {
            release.await();
            return CompletableFuture.completedFuture(null);
        }

        @SmartAsync(timeout = "20ms", workload = Workload.IO)
        public CompletableFuture<Void> late() throws InterruptedException {
            new CountDownLatch(1).await();
            return CompletableFuture.completedFuture(null);
        }

        @SmartAsync
        public String plain() {
            return "";
        }
    }
}
