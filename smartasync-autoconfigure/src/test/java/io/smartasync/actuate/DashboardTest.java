package io.smartasync.actuate;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.context.ConfigurableApplicationContext;

/** The page and its files, on both kinds of servers. */
@Timeout(60)
class DashboardTest {

    @ParameterizedTest
    @EnumSource(names = {"SERVLET", "REACTIVE"})
    void thePageAndItsFilesAreServedWithTheirTypesAndNothingElse(WebApplicationType type) throws Exception {
        try (ConfigurableApplicationContext application = EndpointTest.start(type)) {
            HttpResponse<String> page = EndpointTest.get(application, "/actuator/smartasync/dashboard");
            assertThat(page.headers().firstValue("Content-Type").orElse("")).startsWith("text/html");
            assertThat(page.body())
                    .contains(
                            "Content-Security-Policy", "default-src 'none'", "dashboard/page.js", "dashboard/chart.js")
                    .doesNotContain("http://", "https://");
            assertThat(EndpointTest.get(application, "/actuator/smartasync/dashboard/page.js")
                            .headers()
                            .firstValue("Content-Type"))
                    .hasValueSatisfying(value -> assertThat(value).startsWith("text/javascript"));
            assertThat(EndpointTest.get(application, "/actuator/smartasync/dashboard/page.css")
                            .headers()
                            .firstValue("Content-Type"))
                    .hasValueSatisfying(value -> assertThat(value).startsWith("text/css"));
            assertThat(EndpointTest.get(application, "/actuator/smartasync/dashboard/chart.js")
                            .body())
                    .contains("Chart.js v");
            for (String nothing : new String[] {"dashboard/page.html", "dashboard/..%2fpage.js", "other/page.js"}) {
                assertThat(EndpointTest.get(application, "/actuator/smartasync/" + nothing)
                                .statusCode())
                        .as(nothing)
                        .isBetween(400, 404);
            }
        }
    }
}
