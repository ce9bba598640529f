package org.example.shop;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class AheadOfTimeServletTest extends ServletTest {

    @TempDir
    static Path folder;

    @Override
    Started start(String type) throws Exception {
        ProcessedApplication started = ProcessedApplication.start(folder, "--spring.main.web-application-type=" + type);
        return new Started(started, started.port());
    }
}
