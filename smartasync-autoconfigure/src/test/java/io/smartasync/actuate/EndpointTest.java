package io.smartasync.actuate;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.jayway.jsonpath.JsonPath;
import io.smartasync.ReactorSmartAsyncOperations;
import io.smartasync.SmartAsync;
import io.smartasync.SmartAsyncBridge;
import io.smartasync.Workload;
import io.smartasync.actuate.SmartAsyncEndpoint.ExecutorReport;
import io.smartasync.bridge.ImportSmartAsyncBridges;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import reactor.core.publisher.Mono;

/** The endpoint over HTTP, on both kinds of servers. */
@Timeout(60)
class EndpointTest {

    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    @ParameterizedTest
    @EnumSource(names = {"SERVLET", "REACTIVE"})
    void itExplainsWhyEachCallRunsWhereItRuns(WebApplicationType type) throws Exception {
        try (ConfigurableApplicationContext application = start(type)) {
            Quotes quotes = application.getBean(Quotes.class);
            quotes.find("tea").get(10, TimeUnit.SECONDS);
            application.getBean(ReactiveQuotes.class).find("rum").toFuture().get(10, TimeUnit.SECONDS);

            String report = get(application, "/actuator/smartasync/Quotes.find").body();
            assertThat(JsonPath.<List<String>>read(report, "$[*].calledAs")).contains("ReactiveQuotes#find");
            String find = "$[?(@.shape == 'FUTURE')]";
            assertThat(JsonPath.<List<String>>read(report, find + ".workload.value"))
                    .containsExactly("IO");
            assertThat(JsonPath.<List<String>>read(report, find + ".workload.by"))
                    .containsExactly("default");
            assertThat(JsonPath.<List<String>>read(report, find + ".callers.event-loop.path"))
                    .containsExactly("offload");
            assertThat(JsonPath.<List<String>>read(report, find + ".callers.event-loop.executor"))
                    .containsExactly("quotes");
            assertThat(JsonPath.<List<String>>read(report, find + ".callers.event-loop.by"))
                    .containsExactly("smartasync.rules[0]");
            assertThat(JsonPath.<List<Integer>>read(report, find + ".calls[0].outcomes.SUCCESS"))
                    .isNotEmpty();

            String computed =
                    get(application, "/actuator/smartasync/Quotes%23compute").body();
            assertThat(JsonPath.<List<String>>read(computed, "$[*].workload.by"))
                    .containsExactly("annotation on method");
            assertThat(JsonPath.<List<String>>read(computed, "$[*].timeout.value"))
                    .containsExactly("2s");
            assertThat(JsonPath.<List<String>>read(computed, "$[*].callers.event-loop.path"))
                    .containsExactly("reject");

            String all = get(application, "/actuator/smartasync").body();
            assertThat(JsonPath.<List<String>>read(all, "$.methods[*].name")).contains("Quotes#find", "Quotes#compute");
            assertThat(JsonPath.<List<String>>read(all, "$.executors[*].name"))
                    .containsExactlyInAnyOrder("io", "cpu", "quotes");
            assertThat(get(application, "/actuator/smartasync/Nobody").statusCode())
                    .isEqualTo(404);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"SERVLET", "REACTIVE"})
    void eachCallIsShownWhereItWasMadeAndEachProblemFoundOnce(WebApplicationType type) throws Exception {
        try (ConfigurableApplicationContext application = start(type, "smartasync.findings.minimum-samples=1")) {
            for (int call = 0; call < 50; call++) {
                application.getBean(Quotes.class).price();
            }
            assertThat(JsonPath.<List<String>>read(
                            get(application, "/actuator/smartasync").body(), "$.findings[*].subject"))
                    .containsExactly("Quotes#price");

            application.getBean(ReactiveQuotes.class).price().toFuture().get(10, TimeUnit.SECONDS);
            String report =
                    get(application, "/actuator/smartasync/Quotes.price").body();
            assertThat(JsonPath.<List<String>>read(report, "$[?(@.shape == 'BLOCKING')].calls[*].path"))
                    .containsExactly("direct");
            assertThat(JsonPath.<List<String>>read(report, "$[?(@.shape == 'PUBLISHER')].calls[*].path"))
                    .containsExactly("offload");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"SERVLET", "REACTIVE"})
    void theJsonSettingsOfTheApplicationAreNotForTheEndpoint(WebApplicationType type) throws Exception {
        try (ConfigurableApplicationContext application = start(
                type,
                "spring.jackson.property-naming-strategy=SNAKE_CASE",
                "spring.jackson.default-property-inclusion=non_empty")) {
            String all = get(application, "/actuator/smartasync").body();
            assertThat(JsonPath.<List<?>>read(all, "$.boundsMillis")).isNotEmpty();
            assertThat(JsonPath.<List<?>>read(all, "$.findings")).isEmpty();
            String report = get(application, "/actuator/smartasync/Quotes.find").body();
            assertThat(report).startsWith("[");
            assertThat(JsonPath.<List<String>>read(report, "$[*].calledAs")).containsExactly("ReactiveQuotes#find");
            assertThat(JsonPath.<List<?>>read(report, "$[*].calls")).hasToString("[[],[]]");
            for (HttpResponse<String> answer : List.of(
                    get(application, "/actuator/smartasync/quotes"),
                    post(application, "/actuator/smartasync/quotes", "{\"queueCapacity\": 5}"))) {
                assertThat(JsonPath.<Integer>read(answer.body(), "$.concurrencyLimit"))
                        .isEqualTo(1);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"SERVLET", "REACTIVE"})
    void operationsAreListedFromTheirFirstUseOn(WebApplicationType type) throws Exception {
        try (ConfigurableApplicationContext application = start(type)) {
            ReactorSmartAsyncOperations operations =
                    application.getBean(ReactorSmartAsyncOperations.class).named("plug-in");
            assertThat(get(application, "/actuator/smartasync").body()).doesNotContain("SmartAsyncOperations#");
            String plugIn = "$.methods[?(@.name == 'SmartAsyncOperations#plug-in')]";
            Duration limit = Duration.ofSeconds(10);
            operations.timeout(limit).mono(() -> "tea").toFuture().get(10, TimeUnit.SECONDS);
            String all = get(application, "/actuator/smartasync").body();
            assertThat(JsonPath.<List<String>>read(all, plugIn + ".calledAs"))
                    .containsExactly("ReactorSmartAsyncOperations#mono");
            assertThat(JsonPath.<List<String>>read(all, plugIn + ".timeout.value"))
                    .containsExactly("10s");

            operations.timeout(limit.plusMillis(1)).mono(() -> "rum").toFuture().get(10, TimeUnit.SECONDS);
            all = get(application, "/actuator/smartasync").body();
            assertThat(JsonPath.<List<String>>read(all, plugIn + ".timeout.value"))
                    .as("once, though what is left of a deadline is always new")
                    .containsExactly("various");
            String one = get(application, "/actuator/smartasync/SmartAsyncOperations.plug-in")
                    .body();
            assertThat(JsonPath.<List<String>>read(one, "$[*].timeout.value")).containsExactly("various");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"SERVLET", "REACTIVE"})
    void aLimitIsChangedForTheNextCallAndChangedBack(WebApplicationType type) throws Exception {
        try (ConfigurableApplicationContext application = start(type)) {
            Quotes quotes = application.getBean(Quotes.class);
            CountDownLatch gate = new CountDownLatch(1);
            CompletableFuture<String> first = quotes.until(gate);
            CompletableFuture<String> second = quotes.until(new CountDownLatch(0));
            assertThat(second).isNotDone();

            assertThat(post(application, "/actuator/smartasync/quotes", "{\"concurrencyLimit\": 2, \"unknown\": 3}")
                            .statusCode())
                    .isEqualTo(200);
            assertThat(second.get(10, TimeUnit.SECONDS)).startsWith("smartasync-quotes-");
            assertThat(first).isNotDone();
            String report = get(application, "/actuator/smartasync/quotes").body();
            assertThat(JsonPath.<Integer>read(report, "$.concurrencyLimit")).isEqualTo(2);
            assertThat(JsonPath.<Boolean>read(report, "$.tuned")).isTrue();

            send(
                    application,
                    "/actuator/smartasync/quotes",
                    HttpRequest.newBuilder().DELETE());
            CompletableFuture<String> third = quotes.until(new CountDownLatch(0));
            assertThat(third).isNotDone();
            gate.countDown();
            assertThat(third.get(10, TimeUnit.SECONDS)).startsWith("smartasync-quotes-");
            assertThat(first.get(10, TimeUnit.SECONDS)).startsWith("smartasync-quotes-");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"SERVLET", "REACTIVE"})
    void aMethodIsChangedForTheNextCallAndChangedBack(WebApplicationType type) throws Exception {
        try (ConfigurableApplicationContext application = start(type)) {
            Quotes quotes = application.getBean(Quotes.class);
            CountDownLatch open = new CountDownLatch(0);
            assertThat(quotes.until(open).get(10, TimeUnit.SECONDS)).startsWith("smartasync-quotes-");
            assertThat(post(application, "/actuator/smartasync/Quotes.until", "{\"executor\": \"cpu\"}")
                            .statusCode())
                    .isEqualTo(200);
            assertThat(quotes.until(open).get(10, TimeUnit.SECONDS)).startsWith("smartasync-cpu-");
            String report =
                    get(application, "/actuator/smartasync/Quotes.until").body();
            assertThat(JsonPath.<List<String>>read(report, "$[*].callers.platform.by"))
                    .containsExactly("endpoint");
            send(
                    application,
                    "/actuator/smartasync/Quotes.until",
                    HttpRequest.newBuilder().DELETE());
            assertThat(quotes.until(open).get(10, TimeUnit.SECONDS)).startsWith("smartasync-quotes-");
            report = get(application, "/actuator/smartasync/Quotes.until").body();
            assertThat(JsonPath.<List<?>>read(report, "$[0].calls[?(@.executor == 'quotes')].outcomes"))
                    .hasToString("[{\"SUCCESS\":2}]");
            assertThat(JsonPath.<List<?>>read(report, "$[0].calls[?(@.executor == 'cpu')].outcomes"))
                    .as("from before")
                    .hasToString("[{\"SUCCESS\":1}]");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"SERVLET", "REACTIVE"})
    void whatCannotWorkIsRefusedAndChangesNothing(WebApplicationType type) throws Exception {
        try (ConfigurableApplicationContext application = start(type)) {
            Map<String, String> reasons = Map.ofEntries(
                    entry("/quotes {\"concurrencyLimit\": 0}", "at least 1"),
                    entry("/quotes {\"queueCapacity\": -1}", "queue capacity must not be negative"),
                    entry("/quotes {\"concurency\": 3}", "a concurrencyLimit and a queueCapacity"),
                    entry("/Quotes.until {\"timeuot\": \"1s\"}", "executor, timeout, workload and debug"),
                    entry("/quotes {\"executor\": \"cpu\"}", "a concurrencyLimit and a queueCapacity"),
                    entry("/quotes {\"concurrencyLimit\": \"many\"}", "concurrencyLimit can't be 'many'"),
                    entry("/Quotes.until {\"executor\": \"nowhere\"}", "there is no executor named 'nowhere'"),
                    entry("/Quotes.until {\"timeout\": \"-1s\"}", "timeout must be positive, not -1s"),
                    entry("/Quotes.until {\"timeout\": \"soon\"}", "timeout can't be 'soon'"),
                    entry("/Quotes.until {\"workload\": \"LIGHT\"}", "workload can't be 'LIGHT'"),
                    entry("/Quotes.until {\"concurrencyLimit\": 3}", "those of its executor"),
                    entry("/quotes {\"concurrencyLimit\": 2.9}", "concurrencyLimit can't be '2.9'"));
            for (Map.Entry<String, String> wrong : reasons.entrySet()) {
                String[] request = wrong.getKey().split(" ", 2);
                HttpResponse<String> refusal = post(application, "/actuator/smartasync" + request[0], request[1]);
                assertThat(refusal.statusCode()).as(wrong.getKey()).isEqualTo(400);
                assertThat(refusal.body()).as(wrong.getKey()).startsWith("{");
                assertThat(JsonPath.<String>read(refusal.body(), "$.message")).contains(wrong.getValue());
            }
            assertThat(get(application, "/actuator/smartasync").body()).doesNotContain("\"tuned\":true");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"SERVLET", "REACTIVE"})
    void whatThereIsNotIsNotFoundHoweverItIsAskedFor(WebApplicationType type) throws Exception {
        try (ConfigurableApplicationContext application = start(type)) {
            String nobody = "/actuator/smartasync/Nobody.at";
            for (HttpResponse<String> answer : List.of(
                    get(application, nobody),
                    post(application, nobody, "{\"timeout\": \"1s\"}"),
                    post(application, nobody, "{\"timeout\": \"soon\"}"),
                    send(application, nobody, HttpRequest.newBuilder().DELETE()))) {
                assertThat(answer.statusCode()).isEqualTo(404);
                assertThat(JsonPath.<Map<String, Object>>read(answer.body(), "$"))
                        .isEqualTo(
                                Map.of("status", 404, "message", "There is no method or executor named 'Nobody.at'"));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"SERVLET", "REACTIVE"})
    void classesOfOneNameAreToldApartByTheirPackages(WebApplicationType type) throws Exception {
        try (ConfigurableApplicationContext application = start(type)) {
            String here = Quotes.class.getName();
            String there = Elsewhere.Quotes.class.getName();
            String both = get(application, "/actuator/smartasync/Quotes.volume").body();
            assertThat(JsonPath.<List<String>>read(both, "$[*].signature"))
                    .containsExactlyInAnyOrder(here + ".volume()", there + ".volume(java.lang.String,long)");
            assertThat(JsonPath.<List<Boolean>>read(both, "$[*].interruptible")).containsExactly(true, true);
            for (String name : List.of(there + ".volume", there + "%23volume")) {
                String debugged = "$[?(@.debug == true)].signature";
                assertThat(post(application, "/actuator/smartasync/" + name, "{\"debug\": true}")
                                .statusCode())
                        .isEqualTo(200);
                both = get(application, "/actuator/smartasync/Quotes.volume").body();
                assertThat(JsonPath.<List<String>>read(both, debugged))
                        .containsExactly(there + ".volume(java.lang.String,long)");
                send(
                        application,
                        "/actuator/smartasync/" + name,
                        HttpRequest.newBuilder().DELETE());
                both = get(application, "/actuator/smartasync/Quotes.volume").body();
                assertThat(JsonPath.<List<String>>read(both, debugged)).isEmpty();
            }
            String bridged =
                    get(application, "/actuator/smartasync/Quotes.find").body();
            assertThat(JsonPath.<List<String>>read(bridged, "$[*].signature"))
                    .containsExactly(here + ".find(java.lang.String)", here + ".find(java.lang.String)");
        }
    }

    /** As over JMX, which knows neither status nor body. */
    @Test
    void whoAsksWithoutHttpGetsTheReasonAsAnException() {
        try (ConfigurableApplicationContext application = start(WebApplicationType.NONE)) {
            SmartAsyncEndpoint endpoint = application.getBean(SmartAsyncEndpoint.class);
            assertThat(endpoint.tune("quotes", 2, null, null, null, null, null)).isInstanceOf(ExecutorReport.class);
            assertThatExceptionOfType(InvalidEndpointRequestException.class)
                    .isThrownBy(() -> endpoint.tune("quotes", 0, null, null, null, null, null))
                    .withMessageContaining("at least 1");
        }
    }

    @Test
    void countingBeganWithTheFirstCallThoughTheEndpointIsMadeLater() {
        try (ConfigurableApplicationContext application =
                start(WebApplicationType.NONE, "spring.main.lazy-initialization=true")) {
            application.getBean(Quotes.class).price();
            Instant called = Instant.now();
            String since =
                    application.getBean(SmartAsyncEndpoint.class).report().since();
            assertThat(Instant.parse(since)).isBeforeOrEqualTo(called);
        }
    }

    @Test
    @ExtendWith(OutputCaptureExtension.class)
    void theLogSaysWhatWasTunedAndWhatWasReverted(CapturedOutput output) {
        try (ConfigurableApplicationContext application = start(WebApplicationType.NONE)) {
            SmartAsyncEndpoint endpoint = application.getBean(SmartAsyncEndpoint.class);
            endpoint.tune("quotes", 2, null, null, null, null, null);
            endpoint.revert("quotes");
            endpoint.tune("Quotes.until", null, null, "cpu", null, null, null);
            endpoint.revert("Quotes.until");
            assertThat(output)
                    .contains(
                            "smartasync.executors.quotes was tuned: concurrency-limit 2",
                            "smartasync.executors.quotes was reverted: concurrency-limit 1",
                            "Quotes#until was tuned: executor=cpu",
                            "Quotes#until was reverted: as configured");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"SERVLET", "REACTIVE"})
    void whoMayOnlyReadChangesNothing(WebApplicationType type) throws Exception {
        try (ConfigurableApplicationContext application =
                start(type, "management.endpoint.smartasync.access=read-only")) {
            assertThat(get(application, "/actuator/smartasync/io").statusCode()).isEqualTo(200);
            assertThat(post(application, "/actuator/smartasync/io", "{\"concurrencyLimit\": 4}")
                            .statusCode())
                    .isEqualTo(405);
            assertThat(get(application, "/actuator/smartasync/io").body()).contains("\"tuned\":false");
        }
    }

    static ConfigurableApplicationContext start(WebApplicationType type, String... properties) {
        return new SpringApplicationBuilder(Application.class)
                .web(type)
                .properties(
                        "server.port=0",
                        "server.shutdown=immediate",
                        // Reactor Netty may forget a request on a connection that it has used
                        // (reactor/reactor-netty#4361)
                        "server.netty.max-keep-alive-requests=1",
                        "management.endpoints.web.exposure.include=smartasync",
                        "smartasync.rules[0].method=Quotes#find",
                        "smartasync.rules[0].executor=quotes",
                        "smartasync.executors.quotes.threads=platform",
                        "smartasync.executors.quotes.concurrency-limit=1")
                .properties(properties)
                .run();
    }

    static HttpResponse<String> get(ConfigurableApplicationContext application, String path) throws Exception {
        return send(application, path, HttpRequest.newBuilder());
    }

    private static HttpResponse<String> post(ConfigurableApplicationContext application, String path, String json)
            throws Exception {
        return send(
                application,
                path,
                HttpRequest.newBuilder()
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(json)));
    }

    private static HttpResponse<String> send(
            ConfigurableApplicationContext application, String path, HttpRequest.Builder request) throws Exception {
        String port = application.getEnvironment().getRequiredProperty("local.server.port");
        return CLIENT.send(
                request.uri(URI.create("http://localhost:" + port + path)).build(), BodyHandlers.ofString());
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import({Quotes.class, Elsewhere.Quotes.class})
    @ImportSmartAsyncBridges(ReactiveQuotes.class)
    static class Application {}

    @SmartAsync
    static class Quotes {

        public CompletableFuture<String> find(String symbol) {
            return CompletableFuture.completedFuture(symbol);
        }

        public String price() {
            return "1.20";
        }

        public String volume() {
            return "100";
        }

        @SmartAsync(workload = Workload.CPU, timeout = "2s")
        public String compute() {
            return Thread.currentThread().getName();
        }

        @SmartAsync("quotes")
        public CompletableFuture<String> until(CountDownLatch gate) throws InterruptedException {
            gate.await();
            return CompletableFuture.completedFuture(Thread.currentThread().getName());
        }
    }

    /** Stands for another package. */
    static class Elsewhere {

        @SmartAsync
        static class Quotes {

            public String volume(String symbol, long day) {
                return symbol + day;
            }
        }
    }

    @SmartAsyncBridge(Quotes.class)
    interface ReactiveQuotes {

        Mono<String> find(String symbol);

        Mono<String> price();
    }
}
