package io.smartasync.sample;

import java.util.Map;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.web.server.WebServer;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ApplicationContext;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** What the start page says of the process that serves it. */
@RestController
class AboutController {

    private final ApplicationContext context;
    private final boolean virtualThreads;

    AboutController(
            ApplicationContext context, @Value("${spring.threads.virtual.enabled:false}") boolean virtualThreads) {
        this.context = context;
        this.virtualThreads = virtualThreads;
    }

    @GetMapping("/about")
    Map<String, String> about() {
        WebServer server = context instanceof WebServerApplicationContext web ? web.getWebServer() : null;
        String name =
                server == null ? "none" : server.getClass().getSimpleName().replace("WebServer", "");
        String threads = name.equals("Netty") ? "event loops" : virtualThreads ? "virtual threads" : "platform threads";
        return Map.of("server", name, "threads", threads, "java", System.getProperty("java.version"));
    }
}
