package io.smartasync.sample;

import java.util.Objects;
import org.springframework.boot.web.server.WebServer;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.core.env.Environment;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** What the start page says of the process that serves it. */
@RestController
class AboutController {

    private final WebServerApplicationContext context;
    private final Environment environment;

    AboutController(WebServerApplicationContext context, Environment environment) {
        this.context = context;
        this.environment = environment;
    }

    record About(String server, String threads, String java, String profiles) {}

    @GetMapping("/about")
    About about() {
        WebServer running = Objects.requireNonNull(context.getWebServer());
        String server = running.getClass().getSimpleName().replace("WebServer", "");
        return new About(server, threads(server), System.getProperty("java.version"), profiles());
    }

    private String threads(String server) {
        if (server.equals("Netty")) {
            return "event loops";
        }
        boolean virtual = environment.getProperty("spring.threads.virtual.enabled", Boolean.class, false);
        return virtual ? "virtual threads" : "platform threads";
    }

    private String profiles() {
        String[] active = environment.getActiveProfiles();
        return String.join(", ", active.length > 0 ? active : environment.getDefaultProfiles());
    }
}
