package io.smartasync.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.smartasync.SmartAsync;
import io.smartasync.Workload;
import io.smartasync.execution.BoundMethod;
import io.smartasync.execution.MethodRegistry;
import io.smartasync.plan.Wish;
import io.smartasync.support.Calls;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.reactive.config.BlockingExecutionConfigurer;
import org.springframework.web.reactive.config.WebFluxConfigurer;
import reactor.core.publisher.Mono;

/** A blocking controller moved from Tomcat to Netty just works. */
@Timeout(60)
class WebFluxHandlersTest {

    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    @Test
    void handlersWithABlockingSignatureRunOnTheExecutorOfTheRouteAndTheOthersOnTheLoop() throws Exception {
        try (ConfigurableApplicationContext application =
                start("smartasync.executors.web.threads=platform", "smartasync.routes.event-loop.io=web")) {
            assertThat(get(application, "/value")).startsWith("smartasync-web-");
            assertThat(get(application, "/mono")).startsWith("reactor-http-");
            assertThat(get(application, "/future")).startsWith("reactor-http-");
        }
    }

    @Test
    void bothKindsOfAnnotatedHandlersAreOnTheTimer() throws Exception {
        try (ConfigurableApplicationContext application = start()) {
            Calls calls =
                    Calls.countedFromNowOn(application.getBean(io.micrometer.core.instrument.MeterRegistry.class));
            assertThat(get(application, "/smart/value")).startsWith("smartasync-io-");
            assertThat(get(application, "/smart/quick")).startsWith("reactor-http-");
            assertThat(get(application, "/smart/mono")).startsWith("smartasync-io-");
            assertThat(calls.by("method")).isEqualTo(Map.of("value", 1L, "quick", 1L, "mono", 1L));
            assertThat(calls.by("path")).isEqualTo(Map.of("direct", 2L, "offload", 1L));
        }
    }

    @Test
    void anAnnotatedHandlerThatIsTunedRunsWhereItMayNow() throws Exception {
        try (ConfigurableApplicationContext application = start()) {
            assertThat(get(application, "/smart/quick")).startsWith("reactor-http-");
            BoundMethod quick = application
                    .getBean(MethodRegistry.class)
                    .get(SmartHandlers.class, SmartHandlers.class.getMethod("quick"));
            quick.tune(new Wish(null, Workload.IO, null, null));
            assertThat(get(application, "/smart/quick")).startsWith("smartasync-io-");
            quick.tune(Wish.NONE);
            assertThat(get(application, "/smart/quick")).startsWith("reactor-http-");
        }
    }

    /** The policy is for calls on a loop; a handler need not run there. */
    @Test
    void anAnnotatedHandlerThatMayBlockIsKeptFromTheLoopWhateverThePolicy() throws Exception {
        try (ConfigurableApplicationContext application = start("smartasync.event-loop.on-blocking-call=allow")) {
            assertThat(get(application, "/smart/value")).startsWith("smartasync-io-");
            assertThat(get(application, "/smart/quick")).startsWith("reactor-http-");
        }
    }

    /** Each by its own annotation and by its own type arguments, whichever is asked for first. */
    @Test
    void handlersThatControllersInheritAreDecidedForEach() throws Exception {
        for (List<String> order : List.of(List.of("/on-loop", "/plain"), List.of("/plain", "/on-loop"))) {
            try (ConfigurableApplicationContext application = start()) {
                for (String path : order) {
                    assertThat(get(application, path + "/inherited"))
                            .startsWith(path.equals("/plain") ? "smartasync-io-" : "reactor-http-");
                }
                assertThat(get(application, "/plain/generic")).startsWith("smartasync-io-");
                assertThat(get(application, "/on-loop/generic")).startsWith("reactor-http-");
            }
        }
    }

    @Test
    void theApplicationsOwnSettingWins() throws Exception {
        try (ConfigurableApplicationContext application = new SpringApplicationBuilder(
                        Application.class, OwnExecutor.class)
                .web(WebApplicationType.REACTIVE)
                .properties("server.port=0", "server.shutdown=immediate", "server.netty.max-keep-alive-requests=1")
                .run()) {
            assertThat(get(application, "/value")).startsWith("own-");
        }
    }

    @Test
    void itCanBeTurnedOff() throws Exception {
        try (ConfigurableApplicationContext application =
                start("smartasync.event-loop.offload-blocking-handlers=false")) {
            assertThat(get(application, "/value")).startsWith("reactor-http-");
        }
    }

    private static ConfigurableApplicationContext start(String... properties) {
        // Reactor Netty may forget a request on a connection that it has used (reactor/reactor-netty#4188, #4361)
        return new SpringApplicationBuilder(Application.class)
                .web(WebApplicationType.REACTIVE)
                .properties("server.port=0", "server.shutdown=immediate", "server.netty.max-keep-alive-requests=1")
                .properties(properties)
                .run();
    }

    private static String get(ConfigurableApplicationContext application, String path) throws Exception {
        String port = application.getEnvironment().getRequiredProperty("local.server.port");
        return CLIENT.send(
                        HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                                .build(),
                        BodyHandlers.ofString())
                .body();
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import({Handlers.class, SmartHandlers.class, OnLoop.class, Plain.class})
    static class Application {}

    @Configuration(proxyBeanMethods = false)
    static class OwnExecutor implements WebFluxConfigurer {

        @Override
        public void configureBlockingExecution(BlockingExecutionConfigurer configurer) {
            configurer.setExecutor(new SimpleAsyncTaskExecutor("own-"));
        }
    }

    @RestController
    static class Handlers {

        @GetMapping("/value")
        String value() {
            return thread();
        }

        @GetMapping("/mono")
        Mono<String> mono() {
            return Mono.just(thread());
        }

        @GetMapping("/future")
        CompletableFuture<String> future() {
            return CompletableFuture.completedFuture(thread());
        }
    }

    abstract static class Inherited<R> {

        @GetMapping("/inherited")
        public String inherited() {
            return thread();
        }

        @GetMapping("/generic")
        public R generic() {
            return give(thread());
        }

        abstract R give(String thread);
    }

    @RestController
    @RequestMapping("/on-loop")
    @SmartAsync(workload = Workload.NON_BLOCKING)
    static class OnLoop extends Inherited<Mono<String>> {

        @Override
        Mono<String> give(String thread) {
            return Mono.just(thread);
        }
    }

    @RestController
    @RequestMapping("/plain")
    static class Plain extends Inherited<String> {

        @Override
        String give(String thread) {
            return thread;
        }
    }

    @RestController
    @SmartAsync
    static class SmartHandlers {

        @GetMapping("/smart/value")
        public String value() {
            return thread();
        }

        @GetMapping("/smart/quick")
        @SmartAsync(workload = Workload.NON_BLOCKING)
        public String quick() {
            return thread();
        }

        @GetMapping("/smart/mono")
        @SmartAsync(workload = Workload.IO)
        public Mono<String> mono() {
            return Mono.fromSupplier(WebFluxHandlersTest::thread);
        }
    }

    private static String thread() {
        return Thread.currentThread().getName();
    }
}
