package io.smartasync.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import io.smartasync.SmartAsync;
import io.smartasync.Workload;
import io.smartasync.support.Calls;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

/** On a Tomcat with a single request thread. */
@Timeout(60)
class MvcHandlersTest {

    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    @ParameterizedTest
    @ValueSource(strings = {"/future", "/mono"})
    void aHandlerThatReturnsWhatABeanOffloadedFreesItsRequestThreadAndIsOffloadedOnce(String path) throws Exception {
        Slow.started = new CountDownLatch(1);
        Slow.released = new CountDownLatch(1);
        try (ConfigurableApplicationContext application = new SpringApplicationBuilder(Application.class)
                .web(WebApplicationType.SERVLET)
                .properties(
                        "server.port=0",
                        "server.shutdown=immediate",
                        "server.tomcat.threads.max=1",
                        "server.tomcat.threads.min-spare=1")
                .run()) {
            Calls calls = Calls.countedFromNowOn(application.getBean(MeterRegistry.class));
            CompletableFuture<HttpResponse<String>> slow = get(application, path);
            Slow.started.await();
            assertThat(get(application, "/quick").get(10, TimeUnit.SECONDS).body())
                    .startsWith("http-nio-");
            assertThat(slow).isNotDone();
            Slow.released.countDown();
            assertThat(slow.get(10, TimeUnit.SECONDS).body()).startsWith("smartasync-io-");
            assertThat(calls.by("path")).isEqualTo(Map.of("offload", 1L));
            assertThat(calls.by("outcome")).isEqualTo(Map.of("SUCCESS", 1L));
        }
    }

    private static CompletableFuture<HttpResponse<String>> get(
            ConfigurableApplicationContext application, String path) {
        String port = application.getEnvironment().getRequiredProperty("local.server.port");
        return CLIENT.sendAsync(
                HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                        .build(),
                BodyHandlers.ofString());
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import({Slow.class, Handlers.class})
    static class Application {}

    @SmartAsync
    static class Slow {

        static volatile CountDownLatch started = new CountDownLatch(1);
        static volatile CountDownLatch released = new CountDownLatch(1);

        public CompletableFuture<String> future() throws InterruptedException {
            return CompletableFuture.completedFuture(work());
        }

        @SmartAsync(workload = Workload.IO)
        public Mono<String> mono() {
            return Mono.fromCallable(Slow::work);
        }

        private static String work() throws InterruptedException {
            started.countDown();
            released.await();
            return Thread.currentThread().getName();
        }
    }

    @RestController
    static class Handlers {

        private final Slow slow;

        Handlers(Slow slow) {
            this.slow = slow;
        }

        @GetMapping("/future")
        CompletableFuture<String> future() throws InterruptedException {
            return slow.future();
        }

        @GetMapping("/mono")
        Mono<String> mono() {
            return slow.mono();
        }

        @GetMapping("/quick")
        String quick() {
            return Thread.currentThread().getName();
        }
    }
}
