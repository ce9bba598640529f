package org.example.shop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.smartasync.SmartAsyncConfigurationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class FailureAnalysisTest {

    @Test
    void anUnknownExecutorIsReportedInPlaceOfAStackTrace(CapturedOutput output) {
        SpringApplicationBuilder application = new SpringApplicationBuilder(ShopApplication.class);
        assertThatThrownBy(() -> application.run("--smartasync.rules[0].executor=nowhere"))
                .hasRootCauseInstanceOf(SmartAsyncConfigurationException.class);
        assertThat(output)
                .contains("APPLICATION FAILED TO START", "smartasync.rules[0].executor", "nowhere", "Action:")
                .doesNotContain("\tat ");
    }
}
