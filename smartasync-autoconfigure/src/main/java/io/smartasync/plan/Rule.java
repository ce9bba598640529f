package io.smartasync.plan;

import io.smartasync.Workload;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.util.PatternMatchUtils;

/**
 * Settings for the methods that a pattern matches; what is {@code null} is left to the annotation.
 *
 * @param method {@code [package.]Class#method}, {@code *} allowed; the class is the bean's own
 * @param executor the name of an executor
 * @param workload what the body does to a thread
 * @param timeout how long a call may take
 */
public record Rule(
        String method,
        @Nullable String executor,
        @Nullable Workload workload,
        @Nullable Duration timeout) {

    /** Refuses a pattern that can match nothing. */
    public Rule {
        if (!isPattern(method)) {
            throw new IllegalArgumentException("'" + method + "' is not of the form [package.]Class#method");
        }
    }

    /** Whether {@code method} is of the form {@code [package.]Class#method}. */
    public static boolean isPattern(String method) {
        int hash = method.indexOf('#');
        return hash > 0 && hash < method.length() - 1 && hash == method.lastIndexOf('#');
    }

    boolean matches(Subject subject) {
        int hash = method.indexOf('#');
        String classPattern = method.substring(0, hash);
        String className = classPattern.contains(".") ? subject.type().getName() : subject.className();
        return PatternMatchUtils.simpleMatch(classPattern, className)
                && PatternMatchUtils.simpleMatch(method.substring(hash + 1), subject.name());
    }
}
