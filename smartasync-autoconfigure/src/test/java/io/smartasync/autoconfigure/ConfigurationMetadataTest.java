package io.smartasync.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.boot.json.JsonParserFactory;
import org.springframework.core.io.UrlResource;

/** What an editor knows of {@code smartasync.*}. */
@Timeout(30)
class ConfigurationMetadataTest {

    private final Map<String, Object> metadata = read();

    @Test
    void everyPropertyIsDescribed() {
        assertThat(entries("properties")).isNotEmpty().allSatisfy(property -> assertThat(
                        (String) property.get("description"))
                .as("description of " + property.get("name"))
                .isNotBlank());
    }

    @Test
    void thePropertiesOfTheDesignAreThere() {
        assertThat(entries("properties"))
                .extracting(property -> property.get("name"))
                .contains(
                        "smartasync.enabled",
                        "smartasync.order",
                        "smartasync.default-timeout",
                        "smartasync.debug",
                        "smartasync.self-invocation",
                        "smartasync.executors",
                        "smartasync.routes.platform.io",
                        "smartasync.routes.servlet.io",
                        "smartasync.routes.virtual.io",
                        "smartasync.routes.event-loop.cpu",
                        "smartasync.rules",
                        "smartasync.event-loop.on-blocking-call",
                        "smartasync.event-loop.thread-name-patterns",
                        "smartasync.context-propagation.enabled",
                        "smartasync.metrics.enabled",
                        "smartasync.metrics.slo",
                        "smartasync.findings.slow");
    }

    /** By hand, since the processor writes it as one text: it must be what it is in the code. */
    @Test
    void theDefaultOfAListIsAList() {
        Object bounds = entries("properties").stream()
                .filter(property -> "smartasync.metrics.slo".equals(property.get("name")))
                .map(property -> property.get("defaultValue"))
                .findFirst()
                .orElseThrow();
        assertThat(bounds).isInstanceOf(List.class);
        assertThat(((List<?>) bounds).stream().map(bound -> DurationStyle.detectAndParse((String) bound)))
                .isEqualTo(new Binder()
                        .bindOrCreate("smartasync.metrics", SmartAsyncProperties.Metrics.class)
                        .slo());
    }

    @Test
    void namesOfExecutorsAreHintedAtWhereverTheyAreWritten() {
        assertThat(entries("hints"))
                .extracting(hint -> hint.get("name"))
                .contains(
                        "smartasync.executors.keys",
                        "smartasync.routes.platform.io",
                        "smartasync.routes.platform.cpu",
                        "smartasync.routes.servlet.io",
                        "smartasync.routes.servlet.cpu",
                        "smartasync.routes.virtual.io",
                        "smartasync.routes.virtual.cpu",
                        "smartasync.routes.event-loop.io",
                        "smartasync.routes.event-loop.cpu",
                        "smartasync.rules.executor");
        assertThat(entries("hints"))
                .allSatisfy(hint -> assertThat(hint.get("values").toString()).contains("io", "cpu"));
    }

    @SuppressWarnings("unchecked") // as the parser gives it
    private List<Map<String, Object>> entries(String kind) {
        return (List<Map<String, Object>>) metadata.get(kind);
    }

    /** That of this module, which lies beside its classes; other jars have files of the same name. */
    private static Map<String, Object> read() {
        try {
            String classes = SmartAsyncProperties.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toString();
            String json = new UrlResource(classes + "META-INF/spring-configuration-metadata.json")
                    .getContentAsString(StandardCharsets.UTF_8);
            return JsonParserFactory.getJsonParser().parseMap(json);
        } catch (IOException ex) {
            throw new IllegalStateException("Run the annotation processor: mvn compile", ex);
        }
    }
}
