package io.smartasync.sample;

import static java.util.Objects.requireNonNull;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.springframework.test.context.ActiveProfiles;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** The same answers with the holdings in a real PostgreSQL. It refuses to be started by root in most containers. */
@ExtendWith(PostgresTest.Started.class)
@ActiveProfiles({"servlet", "postgres"})
class PostgresTest extends ServerContract {

    private static @Nullable EmbeddedPostgres postgres;

    /** Starts it before the application. */
    static final class Started implements ExecutionCondition {

        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            try {
                if (postgres == null) {
                    postgres = EmbeddedPostgres.builder()
                            .setServerConfig("listen_addresses", "127.0.0.1")
                            .setPGStartupWait(Duration.ofMinutes(1))
                            .start();
                }
                return ConditionEvaluationResult.enabled("started");
            } catch (IOException | RuntimeException ex) {
                return NeedsPrograms.Condition.notTested(context, "POSTGRESQL, WHICH DOES NOT START (" + ex + ")");
            }
        }
    }

    @DynamicPropertySource
    static void connect(DynamicPropertyRegistry registry) {
        registry.add("POSTGRES_URL", () -> requireNonNull(postgres).getJdbcUrl("postgres", "postgres"));
    }

    @AfterAll
    static void stop() throws IOException {
        requireNonNull(postgres).close();
    }

    @Override
    String caller() {
        return "servlet";
    }

    @Override
    String server() {
        return "Tomcat";
    }
}
