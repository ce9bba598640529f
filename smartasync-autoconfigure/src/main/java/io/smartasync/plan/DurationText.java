package io.smartasync.plan;

import java.time.Duration;
import org.springframework.format.annotation.DurationFormat.Unit;

/** Durations in messages and reports, as users write them in properties and annotations. */
public final class DurationText {

    private static final Unit[] UNITS = Unit.values(); // the smallest first

    private DurationText() {}

    /** Such as {@code 2s} or {@code 1500ms}: in the largest unit that leaves no fraction. */
    public static String of(Duration duration) {
        if (duration.isZero()) {
            return "0s";
        }
        try {
            for (int i = UNITS.length - 1; i >= 0; i--) {
                Duration unit = UNITS[i].asChronoUnit().getDuration();
                long count = duration.dividedBy(unit);
                if (unit.multipliedBy(count).equals(duration)) {
                    return count + UNITS[i].asSuffix();
                }
            }
        } catch (ArithmeticException ex) {
            // too many of a small unit
        }
        return duration.toString();
    }
}
