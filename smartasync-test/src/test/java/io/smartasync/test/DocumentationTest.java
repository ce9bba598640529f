package io.smartasync.test;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What docs/testing.md shows is code of these tests. */
class DocumentationTest {

    private static final Pattern BLOCK = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL);

    @Test
    void theSampleIsATestThatRuns() throws IOException {
        String tests = read("src/test/java/org/example/quotes/QuotesTest.java");

        assertThat(BLOCK.matcher(read("../docs/testing.md")).results())
                .isNotEmpty()
                .allSatisfy(block -> assertThat(tests).contains(block.group(1)));
    }

    private static String read(String file) throws IOException {
        return Files.readString(Path.of(file));
    }
}
