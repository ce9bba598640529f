package io.smartasync.support;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** One application on a real Tomcat and on a real Netty, and a way to run code on their request threads. */
public final class Servers implements AutoCloseable {

    private static final Map<String, Runnable> TASKS = new ConcurrentHashMap<>();

    private final ConfigurableApplicationContext tomcat;
    private final ConfigurableApplicationContext netty;
    private final HttpClient client = HttpClient.newHttpClient();

    private Servers(ConfigurableApplicationContext tomcat, ConfigurableApplicationContext netty) {
        this.tomcat = tomcat;
        this.netty = netty;
    }

    /** Starts both servers with the beans of {@code application} and with {@code properties}. */
    public static Servers start(Class<?> application, String... properties) {
        return new Servers(
                start(WebApplicationType.SERVLET, application, properties),
                start(WebApplicationType.REACTIVE, application, properties));
    }

    private static ConfigurableApplicationContext start(
            WebApplicationType type, Class<?> application, String... properties) {
        return new SpringApplicationBuilder(WebApplication.class, application)
                .web(type)
                .properties("server.port=0", "server.address=127.0.0.1", "spring.main.banner-mode=off")
                // The handler below shall run on the loop
                .properties("smartasync.event-loop.offload-blocking-handlers=false")
                // Reactor Netty may forget a request on a connection that it has used (reactor/reactor-netty#4188,
                // #4361)
                .properties("server.netty.max-keep-alive-requests=1")
                .properties(properties)
                .run();
    }

    /** The application that serves calls from {@code thread}. */
    public ConfigurableApplicationContext contextFor(CallerThread thread) {
        return thread == CallerThread.NETTY_REQUEST ? netty : tomcat;
    }

    void onTomcatRequest(Runnable task) {
        onRequest(tomcat, task);
    }

    void onNettyRequest(Runnable task) {
        onRequest(netty, task);
    }

    private void onRequest(ConfigurableApplicationContext context, Runnable task) {
        String id = UUID.randomUUID().toString();
        TASKS.put(id, task);
        String port = context.getEnvironment().getRequiredProperty("local.server.port");
        client.sendAsync(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/run/" + id))
                        .build(),
                HttpResponse.BodyHandlers.discarding());
    }

    @Override
    public void close() {
        tomcat.close();
        netty.close();
    }

    @EnableAutoConfiguration
    @Import(RequestThread.class)
    static class WebApplication {}

    /** A handler that runs on the thread of the request, whichever server it is. */
    @RestController
    static class RequestThread {

        @GetMapping("/run/{id}")
        String run(@PathVariable String id) {
            TASKS.remove(id).run();
            return id;
        }
    }
}
