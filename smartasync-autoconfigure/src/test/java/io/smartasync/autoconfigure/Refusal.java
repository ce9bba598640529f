package io.smartasync.autoconfigure;

import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.util.Assert;

/** What the user of an application reads that does not start. */
public final class Refusal {

    private Refusal() {}

    public static FailureAnalysis of(ApplicationContextRunner application) {
        FailureAnalysis[] analysis = new FailureAnalysis[1];
        application.run(context -> {
            Throwable failure = context.getStartupFailure();
            Assert.state(failure != null, "The application started");
            analysis[0] = new SmartAsyncFailureAnalyzer().analyze(failure);
            if (analysis[0] == null) {
                throw new AssertionError("Not for the failure analyzer", failure);
            }
        });
        return analysis[0];
    }
}
