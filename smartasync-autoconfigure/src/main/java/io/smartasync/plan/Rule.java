package io.smartasync.plan;

import io.smartasync.SmartAsyncOperations;
import org.springframework.util.PatternMatchUtils;

/**
 * What is wanted of the methods that a pattern matches.
 *
 * @param method {@code [package.]Class#method}, {@code *} allowed; the class is the bean's own
 * @param wish what it says of them
 */
public record Rule(String method, Wish wish) {

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

    /** Whether a piece of code that runs by {@link SmartAsyncOperations} may have a name that this is for. */
    public boolean isForOperations() {
        return matches(SmartAsyncOperations.class, SmartAsyncOperations.class.getSimpleName());
    }

    boolean matches(Subject subject) {
        return matches(subject.type(), subject.className())
                && PatternMatchUtils.simpleMatch(method.substring(method.indexOf('#') + 1), subject.name());
    }

    private boolean matches(Class<?> type, String className) {
        String pattern = method.substring(0, method.indexOf('#'));
        return PatternMatchUtils.simpleMatch(pattern, pattern.contains(".") ? type.getName() : className);
    }
}
