package io.smartasync;

import java.util.List;
import java.util.stream.Collectors;

/**
 * The configuration or the annotated methods of an application can't work. Thrown at startup, with all that is wrong; later only
 * for what is new then, such as an executor that operations name.
 */
public class SmartAsyncConfigurationException extends RuntimeException {

    private final transient List<Problem> problems;

    /**
     * One thing that is wrong.
     *
     * @param subject the property or method to change
     * @param fault what is wrong with it
     * @param cure what would be right
     */
    public record Problem(String subject, String fault, String cure) {

        @Override
        public String toString() {
            return subject + ": " + fault + ". " + cure;
        }
    }

    /** Refuses a configuration for all of {@code problems}. */
    public SmartAsyncConfigurationException(List<Problem> problems) {
        super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
        this.problems = List.copyOf(problems);
    }

    /** All that is wrong, in the order in which it was found. */
    public List<Problem> problems() {
        return problems;
    }
}
