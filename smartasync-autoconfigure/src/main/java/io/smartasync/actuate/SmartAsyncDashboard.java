package io.smartasync.actuate;

import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.util.MimeType;

/** Serves the dashboard, a page over the endpoint's own answers, without any other server. */
@EndpointWebExtension(endpoint = SmartAsyncEndpoint.class)
public class SmartAsyncDashboard {

    private static final String NAME = "dashboard";
    private static final String CHART_JS = "classpath*:META-INF/resources/webjars/chart.js/*/dist/chart.umd.min.js";

    private final SmartAsyncEndpoint endpoint;
    private final Map<String, WebEndpointResponse<Resource>> files;

    /** Serves the page beside what {@code endpoint} says. */
    public SmartAsyncDashboard(SmartAsyncEndpoint endpoint) {
        this.endpoint = endpoint;
        this.files = Map.of(
                "page.js", resource("page.js", "text/javascript"),
                "page.css", resource("page.css", "text/css"),
                "chart.js", new WebEndpointResponse<>(chartJs(), MimeType.valueOf("text/javascript;charset=UTF-8")));
    }

    private static WebEndpointResponse<Resource> resource(String name, String type) {
        return new WebEndpointResponse<>(
                new ClassPathResource(name, SmartAsyncDashboard.class), MimeType.valueOf(type + ";charset=UTF-8"));
    }

    /** The web jar's, whatever its version; without it the page has no charts. */
    private static Resource chartJs() {
        try {
            Resource[] found = new PathMatchingResourcePatternResolver().getResources(CHART_JS);
            return found.length > 0 ? found[0] : new ClassPathResource("no-chart.js", SmartAsyncDashboard.class);
        } catch (IOException ex) {
            throw new IllegalStateException("Can't look for Chart.js", ex);
        }
    }

    /** The page, or what the endpoint says of {@code subject}. */
    @ReadOperation
    public WebEndpointResponse<?> read(@Selector String subject) {
        if (subject.equals(NAME)) {
            return resource("page.html", "text/html");
        }
        Object explanation = endpoint.explain(subject);
        return explanation == null
                ? new WebEndpointResponse<>(WebEndpointResponse.STATUS_NOT_FOUND)
                : new WebEndpointResponse<>(explanation);
    }

    /** A file of the page. */
    @ReadOperation
    public @Nullable WebEndpointResponse<Resource> file(@Selector String dashboard, @Selector String name) {
        return dashboard.equals(NAME) ? files.get(name) : null;
    }
}
