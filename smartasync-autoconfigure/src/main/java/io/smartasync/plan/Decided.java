package io.smartasync.plan;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A setting and the place that it comes from.
 *
 * @param value the setting
 * @param by such as {@code smartasync.rules[2]}, {@code annotation on method}, {@code default}
 */
record Decided<T extends @Nullable Object>(T value, String by) {

    static final String DEFAULT = "default";

    /** What the first place says that says something, else {@code fallback}. */
    static <T extends @Nullable Object> Decided<T> first(
            List<Declared> places, Function<Declared, @Nullable T> setting, T fallback) {
        for (Declared place : places) {
            T value = setting.apply(place);
            if (value != null) {
                return new Decided<>(value, place.by());
            }
        }
        return new Decided<>(fallback, DEFAULT);
    }
}
