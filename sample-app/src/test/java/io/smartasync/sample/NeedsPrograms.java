package io.smartasync.sample;

import java.io.File;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/** Runs the tests where these programs are installed; says loudly that it does not; fails where nothing may be skipped. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(NeedsPrograms.Condition.class)
@interface NeedsPrograms {

    String[] value();

    /** The programs themselves. */
    final class Programs {

        private Programs() {}

        static Path path(String program) {
            return find(program).orElseThrow();
        }

        static Optional<Path> find(String program) {
            return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                    .map(directory -> Path.of(directory, program))
                    .filter(Files::isExecutable)
                    .findFirst();
        }
    }

    /** Looks for them on the path. */
    final class Condition implements ExecutionCondition {

        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            List<String> missing = Arrays.stream(
                            AnnotationSupport.findAnnotation(context.getRequiredTestClass(), NeedsPrograms.class)
                                    .orElseThrow()
                                    .value())
                    .filter(program -> Programs.find(program).isEmpty())
                    .toList();
            if (missing.isEmpty()) {
                return ConditionEvaluationResult.enabled("installed");
            }
            return notTested(context, missing + ", WHICH ARE NOT INSTALLED");
        }

        static ConditionEvaluationResult notTested(ExtensionContext context, String need) {
            String reason = context.getDisplayName() + " NEEDS " + need + ": NOT TESTED";
            if ("required".equals(System.getenv("SMARTASYNC_TEST_PROGRAMS"))) {
                throw new ExtensionConfigurationException(reason);
            }
            System.err.println(reason);
            return ConditionEvaluationResult.disabled(reason);
        }
    }
}
