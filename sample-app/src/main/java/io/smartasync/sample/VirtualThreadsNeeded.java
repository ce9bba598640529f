package io.smartasync.sample;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Profile;

/** Boot would ignore {@code spring.threads.virtual.enabled} on an older Java; the profile says clearly that it can't work. */
@Configuration(proxyBeanMethods = false)
@Profile("virtual")
class VirtualThreadsNeeded {

    VirtualThreadsNeeded() {
        if (Runtime.version().feature() < 21) {
            throw new JavaTooOldException();
        }
    }

    static class JavaTooOldException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        JavaTooOldException() {
            super("The profile 'virtual' needs Java 21 or later, this is Java " + System.getProperty("java.version"));
        }
    }

    static class Analyzer extends AbstractFailureAnalyzer<JavaTooOldException> {

        @Override
        protected FailureAnalysis analyze(Throwable rootFailure, JavaTooOldException cause) {
            return new FailureAnalysis(
                    cause.getMessage() + ".",
                    "Start with JAVA_HOME set to a newer Java, or without the profile: 'servlet' and 'reactive' run on 17.",
                    cause);
        }
    }
}
