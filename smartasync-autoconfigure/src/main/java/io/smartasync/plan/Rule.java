package io.smartasync.plan;

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

    boolean matches(Subject subject) {
        int hash = method.indexOf('#');
        String classPattern = method.substring(0, hash);
        String className = classPattern.contains(".") ? subject.type().getName() : subject.className();
        return PatternMatchUtils.simpleMatch(classPattern, className)
                && PatternMatchUtils.simpleMatch(method.substring(hash + 1), subject.name());
    }
}
