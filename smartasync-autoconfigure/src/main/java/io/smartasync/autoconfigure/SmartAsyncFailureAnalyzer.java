package io.smartasync.autoconfigure;

import io.smartasync.SmartAsyncConfigurationException;
import io.smartasync.SmartAsyncConfigurationException.Problem;
import java.util.List;
import java.util.stream.Collectors;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Says what is wrong and what to change, in place of a stack trace. */
final class SmartAsyncFailureAnalyzer extends AbstractFailureAnalyzer<SmartAsyncConfigurationException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, SmartAsyncConfigurationException cause) {
        List<Problem> problems = cause.problems();
        String description = (problems.size() == 1
                        ? "SmartAsync can't start:"
                        : "SmartAsync can't start, for " + problems.size() + " reasons:")
                + problems.stream()
                        .map(problem -> "\n    - " + problem.subject() + "\n      " + problem.fault())
                        .collect(Collectors.joining());
        String action = problems.stream()
                .map(problem -> "    - " + problem.subject() + "\n      " + problem.cure())
                .collect(Collectors.joining("\n"));
        return new FailureAnalysis(description, action, cause);
    }
}
