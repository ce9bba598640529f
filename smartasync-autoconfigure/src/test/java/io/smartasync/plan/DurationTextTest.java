package io.smartasync.plan;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.convert.DurationStyle;

/** What messages call a duration can be copied into a property. */
@Timeout(30)
class DurationTextTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0s",
                "1ns",
                "1500us",
                "20ms",
                "1500ms",
                "2s",
                "-1s",
                "-1500ms",
                "90s",
                "2m",
                "36h",
                "3650d",
                "PT2562047788015215H30M7.999999999S"
            })
    void aDurationIsWrittenInTheLargestUnitThatLeavesNoFraction(String text) {
        assertThat(DurationText.of(DurationStyle.detectAndParse(text))).isEqualTo(text);
    }
}
