package io.smartasync.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
@EnabledForJreRange(max = JRE.JAVA_20, disabledReason = "this Java has virtual threads")
class VirtualProfileOnOldJavaTest {

    @Test
    void theProfileIsRefusedWithTheJavaThatItNeeds(CapturedOutput output) {
        assertThatThrownBy(() -> new SpringApplicationBuilder(SampleApplication.class)
                        .profiles("virtual")
                        .run("--server.port=0"))
                .isNotNull();
        assertThat(output).contains("needs Java 21 or later", "Start with JAVA_HOME set to a newer Java");
    }
}
