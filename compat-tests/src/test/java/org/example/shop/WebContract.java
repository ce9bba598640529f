package org.example.shop;

import static org.assertj.core.api.Assertions.assertThat;

import io.smartasync.SmartAsync;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.SpringBootVersion;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.util.ClassUtils;

/** What the application does on every server and every Boot line, over HTTP. It is started as its users would start it. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class WebContract {

    /** Which web starters are on the class path: {@code both}, {@code servlet} or {@code reactive}. */
    static final String STARTERS = System.getProperty("compat.web");

    private AutoCloseable application;
    private String address;

    abstract String type();

    /** How the names of the threads begin that take requests. */
    abstract String requestThreads();

    /** How the names of the threads begin that run handlers with a blocking signature. */
    abstract String blockingHandlers();

    /** The tag {@code caller} of calls on those threads. */
    abstract String caller();

    @BeforeAll
    void start() throws Exception {
        Started started = start(type());
        application = started.application();
        address = "http://localhost:" + started.port();
    }

    @AfterAll
    void stop() throws Exception {
        application.close();
    }

    record Started(AutoCloseable application, String port) {}

    Started start(String type) throws Exception {
        ConfigurableApplicationContext started = new SpringApplicationBuilder(ShopApplication.class)
                .properties(Map.of("spring.main.web-application-type", type))
                .run();
        return new Started(started, started.getEnvironment().getProperty("local.server.port"));
    }

    @Test
    void theLibraryIsAJarAndTheClassPathThatOfTheLine() {
        assertThat(SmartAsync.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .getPath())
                .endsWith(".jar");
        assertThat(SpringBootVersion.getVersion()).isEqualTo(System.getProperty("compat.spring-boot"));
        boolean tomcat = !STARTERS.equals("reactive");
        boolean reactor = !STARTERS.equals("servlet");
        assertThat(isPresent("org.apache.catalina.startup.Tomcat")).isEqualTo(tomcat);
        assertThat(isPresent("jakarta.servlet.Servlet")).isEqualTo(tomcat);
        assertThat(isPresent("org.springframework.web.servlet.DispatcherServlet"))
                .isEqualTo(tomcat);
        assertThat(isPresent("reactor.core.publisher.Mono")).isEqualTo(reactor);
        assertThat(isPresent("io.netty.util.concurrent.FastThreadLocalThread")).isEqualTo(reactor);
        assertThat(isPresent("org.springframework.web.reactive.DispatcherHandler"))
                .isEqualTo(reactor);
    }

    @Test
    void plainValuesAreComputedOnTheThreadOfTheHandlerUnlessAnExecutorIsNamed() throws IOException {
        assertThat(get("/value")).startsWith(blockingHandlers());
        assertThat(get("/value-elsewhere")).startsWith("reports-");
        assertThat(get("/ruled")).startsWith("reports-");
        assertThat(get("/failing")).isEqualTo("sold out");
        assertCounted("Catalogue", "value", "path=\"direct\"", "executor=\"none\"");
        assertCounted("Catalogue", "ruled", "path=\"await\"", "executor=\"reports\"");
        assertCounted("Catalogue", "failing", "outcome=\"ERROR\"", "exception=\"SoldOut\"");
    }

    @Test
    void aPlainValueIsRefusedOnAnEventLoopAndABridgeIsNot() throws IOException {
        assertThat(get("/bridge")).startsWith("smartasync-io-");
        if (STARTERS.equals("servlet")) {
            return;
        }
        if (caller().equals("event-loop")) {
            get("/value-on-request-thread", 500);
            assertCounted("Catalogue", "value", "path=\"reject\"", "exception=\"BlockingCallOnEventLoopException\"");
        } else {
            assertThat(get("/value-on-request-thread")).startsWith(requestThreads());
        }
    }

    @Test
    void futuresAreCompletedByTheirExecutors() throws IOException {
        assertThat(get("/future")).startsWith("reports-");
        assertThat(get("/stage")).startsWith("smartasync-io-");
        assertThat(get("/computed")).startsWith("smartasync-cpu-");
        assertCounted("Catalogue", "future", "caller=\"" + caller() + "\"", "path=\"offload\"", "executor=\"reports\"");
    }

    @Test
    void backgroundWorkIsDoneByAnExecutor() throws IOException {
        assertThat(get("/background")).startsWith("smartasync-io-");
    }

    @Test
    void publishersAreRoutedWhenSubscribed() throws IOException {
        if (STARTERS.equals("servlet")) {
            get("/one", 404);
            return;
        }
        assertThat(get("/one")).startsWith("reports-");
        assertThat(get("/many")).startsWith("1 smartasync-io-");
        assertThat(get("/in-place")).startsWith(requestThreads());
        assertCounted("Feed", "one", "path=\"offload\"", "executor=\"reports\"");
        assertCounted("Feed", "inPlace", "path=\"pass-through\"");
    }

    @Test
    void theEndpointExplainsAndTunes() throws Exception {
        get("/future");
        assertThat(get("/actuator/smartasync"))
                .contains("\"since\":\"20", "\"findings\"", "\"Catalogue#ruled\"", "\"reports\"");
        assertThat(get("/actuator/smartasync/Catalogue.ruled")).contains("\"by\":\"smartasync.rules[0]\"");
        assertThat(get("/actuator/smartasync/dashboard")).contains("<title>SmartAsync</title>");
        assertThat(change("POST", "{\"concurrencyLimit\": 3}")).contains("\"concurrencyLimit\":3", "\"tuned\":true");
        assertThat(change("DELETE", "")).contains("\"concurrencyLimit\":2", "\"tuned\":false");
    }

    private String change(String method, String body) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(address + "/actuator/smartasync/reports"))
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .build();
        return HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.ofString())
                .body();
    }

    @Test
    void prometheusShowsTheExecutorsOfTheYaml() throws IOException {
        get("/future");
        assertThat(get("/actuator/prometheus"))
                .contains("executor_pool_max_threads{name=\"smartasync-reports\"} 2.0")
                .contains("executor_active_threads{name=\"smartasync-io\"}")
                .containsPattern("smartasync_wait_seconds_count\\{class=\"Catalogue\",executor=\"reports\"")
                .containsPattern("smartasync_invocations_seconds_bucket\\{.*le=\"0.005\"");
    }

    /** One sample has all these tags. */
    private void assertCounted(String type, String method, String... tags) throws IOException {
        assertThat(get("/actuator/prometheus").lines())
                .filteredOn(line -> line.startsWith("smartasync_invocations_seconds_count{"))
                .filteredOn(line -> line.contains("class=\"" + type + "\""))
                .filteredOn(line -> line.contains("method=\"" + method + "\""))
                .as(type + "#" + method)
                .anySatisfy(line -> assertThat(line).contains(tags));
    }

    private static boolean isPresent(String type) {
        return ClassUtils.isPresent(type, WebContract.class.getClassLoader());
    }

    private String get(String path) throws IOException {
        return get(path, 200);
    }

    /** A connection for each request: some versions of Reactor Netty lose a request on a connection that is kept. */
    private String get(String path, int status) throws IOException {
        HttpURLConnection connection =
                (HttpURLConnection) URI.create(address + path).toURL().openConnection();
        connection.setRequestProperty("Connection", "close");
        connection.setReadTimeout((int) TimeUnit.SECONDS.toMillis(30));
        assertThat(connection.getResponseCode()).as(path).isEqualTo(status);
        try (InputStream body = status == 200 ? connection.getInputStream() : connection.getErrorStream()) {
            return new String(body.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
