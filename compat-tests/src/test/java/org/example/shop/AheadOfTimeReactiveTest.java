package org.example.shop;

import java.nio.file.Path;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** Tomcat has its turn in the other one. */
@EnabledIfSystemProperty(named = "compat.reactive-server", matches = "Netty")
class AheadOfTimeReactiveTest extends ReactiveTest {

    @TempDir
    static Path folder;

    @Override
    Started start(String type) throws Exception {
        ProcessedApplication started = ProcessedApplication.start(folder, "--spring.main.web-application-type=" + type);
        return new Started(started, started.port());
    }
}
