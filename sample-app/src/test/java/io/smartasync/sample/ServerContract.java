package io.smartasync.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;

/** What every server of the sample answers, over HTTP: the same. */
@Timeout(60)
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT)
abstract class ServerContract {

    private static final String PORTFOLIO = """
            {"owner":"charles","positions":[\
            {"symbol":"COGS","quantity":1000,"price":242.00},\
            {"symbol":"GEAR","quantity":300,"price":335.67}],"value":342701.00}""";

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @LocalServerPort
    int port;

    /** The tag {@code caller} of calls that handlers make on their request's own thread. */
    abstract String caller();

    abstract String server();

    @Test
    void theThreeKindsOfHandlersGiveTheSameAnswer() throws Exception {
        for (String handler : List.of("/sync", "/async", "/mixed")) {
            HttpResponse<String> response = get(handler + "?owner=charles");
            assertThat(response.statusCode()).as(handler).isEqualTo(200);
            assertThat(response.body()).as(handler).isEqualTo(PORTFOLIO);
        }
    }

    @Test
    void whoOwnsNothingHasAnEmptyPortfolio() throws Exception {
        for (String handler : List.of("/sync", "/async", "/mixed")) {
            assertThat(get(handler + "?owner=nobody").body())
                    .isEqualTo("{\"owner\":\"nobody\",\"positions\":[],\"value\":0}");
        }
    }

    @Test
    void theRightPasswordGivesATokenAndAWrongOneNone() throws Exception {
        HttpResponse<String> right = signIn("{\"user\":\"ada\",\"password\":\"enchantress\"}");
        assertThat(right.statusCode()).isEqualTo(200);
        assertThat(right.body()).matches("\\{\"token\":\"[\\w-]+\\.[\\w-]+\"}");
        assertThat(signIn("{\"user\":\"ada\",\"password\":\"wrong\"}").statusCode())
                .isEqualTo(401);
        assertThat(signIn("{\"user\":\"stranger\",\"password\":\"nobody\"}").statusCode())
                .isEqualTo(401);
    }

    @Test
    void aTokenSaysWhoseItIsAndAForgedOneNothing() throws Exception {
        String token =
                signIn("{\"user\":\"ada\",\"password\":\"enchantress\"}").body().replaceAll(".*:\"|\"}", "");
        assertThat(me(token).body()).isEqualTo("{\"user\":\"ada\"}");
        for (String forged : List.of("Y2hhcmxlcw" + token.substring(token.indexOf('.')), "no.token", "%", ".", "x")) {
            assertThat(me(forged).statusCode()).as(forged).isEqualTo(401);
        }
        assertThat(get("/me").statusCode()).isEqualTo(401);
    }

    @Test
    void whatMakesNoSenseIsRefused() throws Exception {
        for (String body :
                List.of("{\"user\":\"ada\"}", "{\"password\":\"enchantress\"}", "{}", "not json", "[]", "")) {
            assertThat(signIn(body).statusCode()).as(body).isEqualTo(400);
        }
        assertThat(get("/sign-in").statusCode()).isEqualTo(405);
        assertThat(get("/nowhere").statusCode()).isEqualTo(404);
    }

    @Test
    void everyCallIsOnTheTimerUnderItsCallerAndPath() throws Exception {
        get("/sync");
        get("/async");
        get("/reports/shares");
        get("/me");
        assertThat(signIn("{\"user\":\"ada\",\"password\":\"wrong\"}").statusCode())
                .isEqualTo(401);
        String scrape = get("/actuator/prometheus").body();

        assertCounted(
                scrape,
                "Holdings#of",
                "caller=\"" + caller() + "\"",
                "path=\"offload\"",
                "executor=\"io\"",
                "outcome=\"SUCCESS\"");
        assertCounted(scrape, "Holdings#of", "path=\"direct\"", "executor=\"none\"");
        assertCounted(scrape, "Prices#of", "path=\"pass-through\"", "executor=\"none\"");
        assertCounted(scrape, "Prices#of", "path=\"await\"", "executor=\"none\"");
        assertCounted(scrape, "Passwords#match", "path=\"offload\"", "executor=\"cpu\"");
        assertCounted(scrape, "Reports#sharesBySymbol", "executor=\"reports\"");
        assertCounted(scrape, "Tokens#userOf", "caller=\"" + caller() + "\"", "path=\"direct\"");
        assertThat(scrape)
                .contains("smartasync_wait_seconds_count", "executor_active_threads{name=\"smartasync-io\"}")
                .contains("executor_pool_max_threads{name=\"smartasync-reports\"} 2.0");
    }

    @Test
    void theStartPageSaysWhichServerThisIsAndMakesLoad() throws Exception {
        assertThat(get("/").body()).contains("<button id=\"load\"", "page.js");
        assertThat(get("/page.js").statusCode()).isEqualTo(200);
        assertThat(get("/about").body()).contains(server(), System.getProperty("java.version"));
    }

    /** One sample has all these tags. */
    private static void assertCounted(String scrape, String method, String... tags) {
        String[] names = method.split("#");
        assertThat(scrape.lines())
                .filteredOn(line -> line.startsWith("smartasync_invocations_seconds_count{"))
                .filteredOn(line -> line.contains("class=\"" + names[0] + "\""))
                .filteredOn(line -> line.contains("method=\"" + names[1] + "\""))
                .as(method)
                .anySatisfy(line -> assertThat(line).contains(tags));
    }

    HttpResponse<String> get(String path) throws Exception {
        return send(HttpRequest.newBuilder(uri(path)));
    }

    private HttpResponse<String> me(String token) throws Exception {
        return send(HttpRequest.newBuilder(uri("/me")).header("Authorization", "Bearer " + token));
    }

    private HttpResponse<String> signIn(String body) throws Exception {
        return send(HttpRequest.newBuilder(uri("/sign-in"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    private URI uri(String path) {
        return URI.create("http://localhost:" + port + path);
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return client.sendAsync(request.build(), HttpResponse.BodyHandlers.ofString())
                .get(30, TimeUnit.SECONDS);
    }
}
