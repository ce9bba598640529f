package io.smartasync.actuate;

import io.smartasync.Workload;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;
import org.springframework.boot.convert.ApplicationConversionService;
import org.springframework.core.convert.ConversionException;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.lang.Nullable;
import org.springframework.util.MimeType;

/**
 * The endpoint over HTTP: serves the dashboard, a page over the endpoint's own answers, without any other server, and says
 * why something is refused, which Boot keeps to itself.
 */
@EndpointWebExtension(endpoint = SmartAsyncEndpoint.class)
@SuppressWarnings("deprecation") // Boot 3.5 knows optional parameters by this annotation only
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
        return answer(subject, () -> Objects.requireNonNull(endpoint.explain(subject)));
    }

    /** Changes what the endpoint changes. Takes values as they were written, since Boot would refuse them without a reason. */
    @WriteOperation
    public WebEndpointResponse<Object> tune(
            @Selector String subject,
            @Nullable Object concurrencyLimit,
            @Nullable Object queueCapacity,
            @Nullable String executor,
            @Nullable Object timeout,
            @Nullable Object workload,
            @Nullable Object debug) {
        return answer(
                subject,
                () -> endpoint.tune(
                        subject,
                        read("concurrencyLimit", concurrencyLimit, Integer.class, "a number such as 4"),
                        read("queueCapacity", queueCapacity, Integer.class, "a number such as 100"),
                        executor,
                        read("timeout", timeout, Duration.class, "a duration such as 500ms or 2s"),
                        read("workload", workload, Workload.class, "one of " + Arrays.toString(Workload.values())),
                        read("debug", debug, Boolean.class, "true or false")));
    }

    /** Goes back to what the endpoint goes back to. */
    @DeleteOperation
    public WebEndpointResponse<Object> revert(@Selector String subject) {
        return answer(subject, () -> endpoint.revert(subject));
    }

    private WebEndpointResponse<Object> answer(String subject, Supplier<Object> operation) {
        if (endpoint.explain(subject) == null) {
            return refusal(WebEndpointResponse.STATUS_NOT_FOUND, SmartAsyncEndpoint.unknown(subject));
        }
        try {
            return new WebEndpointResponse<>(operation.get());
        } catch (InvalidEndpointRequestException ex) {
            return refusal(WebEndpointResponse.STATUS_BAD_REQUEST, ex.getReason());
        }
    }

    private static WebEndpointResponse<Object> refusal(int status, @Nullable String message) {
        return new WebEndpointResponse<>(
                OperationResponseBody.of(Map.of("status", status, "message", String.valueOf(message))), status);
    }

    private static <T> @Nullable T read(String field, @Nullable Object written, Class<T> type, String right) {
        try {
            return ApplicationConversionService.getSharedInstance().convert(written, type);
        } catch (ConversionException ex) {
            String reason = field + " can't be '" + written + "'; write " + right;
            throw new InvalidEndpointRequestException(reason, reason, ex);
        }
    }

    /** A file of the page. */
    @ReadOperation
    public @Nullable WebEndpointResponse<Resource> file(@Selector String dashboard, @Selector String name) {
        return dashboard.equals(NAME) ? files.get(name) : null;
    }
}
