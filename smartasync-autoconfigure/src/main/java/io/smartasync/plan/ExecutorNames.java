package io.smartasync.plan;

import io.smartasync.SmartAsyncConfigurationException.Problem;
import java.util.Collection;

/** The executors that a method, rule or route may name. */
public interface ExecutorNames {

    /** Whether {@code name} is one of {@code smartasync.executors} or an {@code Executor} bean. */
    boolean contains(String name);

    /** All names, for the cure in an error message. */
    Collection<String> all();

    /** What is wrong where {@code subject} names an executor that does not exist. */
    default Problem unknown(String subject, String name) {
        String key = name.matches("[A-Za-z0-9-]+") ? name : "[" + name + "], in YAML in quotes";
        return new Problem(
                subject,
                "there is no executor named '" + name + "'",
                "Configure smartasync.executors." + key + ", declare an Executor bean of that name, or name one of "
                        + String.join(", ", all()) + ".");
    }
}
