package io.smartasync.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.common.docs.KeyName;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smartasync.ExecutorState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The table of meters in the documentation is the one that the code makes. */
@Timeout(10)
class MetersInDocsTest {

    private static final Path DOCS = Path.of("..", "docs", "observability.md");

    @Test
    void theTableOfMetersIsTheOneOfTheCode() throws Exception {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        new ExecutorMetrics(new Limited(), "smartasync-io").bindTo(registry);

        String table = Stream.concat(
                        Arrays.stream(SmartAsyncMeters.values())
                                .map(meter -> row(
                                        meter.getName(),
                                        meter.getType(),
                                        meter.getDescription(),
                                        Arrays.stream(meter.getKeyNames())
                                                .map(KeyName::asString)
                                                .toList())),
                        registry.getMeters().stream()
                                .sorted(Comparator.comparing(
                                        meter -> meter.getId().getName()))
                                .map(meter -> row(
                                        meter.getId().getName(),
                                        meter.getId().getType(),
                                        meter.getId().getDescription(),
                                        List.of("name"))))
                .collect(Collectors.joining("\n"));

        assertThat(Files.readString(DOCS)).contains("|---|---|---|---|\n" + table + "\n\n");
    }

    private static String row(String name, Meter.Type type, String description, List<String> tags) {
        return "| `" + name + "` | " + type.name().toLowerCase(Locale.ROOT) + " | " + description + " | "
                + tags.stream().map(tag -> "`" + tag + "`").collect(Collectors.joining(", ")) + " |";
    }

    private static final class Limited implements ExecutorState {

        @Override
        public String name() {
            return "io";
        }

        @Override
        public boolean isVirtual() {
            return false;
        }

        @Override
        public Integer concurrencyLimit() {
            return 1;
        }

        @Override
        public int queueCapacity() {
            return 1;
        }

        @Override
        public int active() {
            return 0;
        }

        @Override
        public int queued() {
            return 0;
        }

        @Override
        public int threads() {
            return 0;
        }

        @Override
        public long completed() {
            return 0;
        }
    }
}
