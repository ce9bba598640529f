package io.smartasync.sample;

import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.springframework.test.context.ActiveProfiles;

/** On Tomcat with virtual threads. */
@ActiveProfiles("virtual")
@EnabledForJreRange(min = JRE.JAVA_21, disabledReason = "virtual threads need Java 21")
class VirtualServerTest extends ServerContract {

    @Override
    String caller() {
        return "virtual";
    }

    @Override
    String server() {
        return "Tomcat";
    }
}
