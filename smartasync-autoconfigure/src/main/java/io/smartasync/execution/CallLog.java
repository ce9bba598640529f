package io.smartasync.execution;

import io.smartasync.Outcome;
import io.smartasync.Route;
import io.smartasync.plan.Plan;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/** The line of each call of a debugged method, for people and tools: keys and values, those in quotes that may have spaces. */
final class CallLog {

    private static final Log logger = LogFactory.getLog("io.smartasync");

    private CallLog() {}

    /** Writes it; whatever happens, the call goes on. */
    static void write(Plan plan, Route route, Outcome outcome, @Nullable Throwable error, long nanos, long waitNanos) {
        try {
            logger.info(line(plan, route, outcome, error, nanos, waitNanos));
        } catch (Throwable ex) { // such as from the error's own getMessage
            warn(logger, "A call of " + plan.name() + " can't be logged; it goes on", ex);
        }
    }

    /** Warns of what somebody else's code threw. Its message may throw too, and so may the log; the call goes on. */
    static void warn(Log logger, String what, Throwable thrown) {
        try {
            logger.warn(what, thrown);
        } catch (Throwable ex) {
            try {
                logger.warn(what + ": " + thrown.getClass().getName());
            } catch (Throwable again) {
                // The log itself fails, and nobody can be told
            }
        }
    }

    private static String line(
            Plan plan, Route route, Outcome outcome, @Nullable Throwable error, long nanos, long waitNanos) {
        // A method that was tuned meanwhile has a plan that says nothing of this call
        boolean asPlanned = plan.route(route.caller()).equals(route);
        String executorBy = asPlanned ? plan.origins().executor().get(route.caller()) : null;
        return "call=" + plan.name()
                + " caller=" + route.caller().tag()
                + " shape=" + plan.shape()
                + (asPlanned
                        ? " workload=" + plan.settings().workload() + " workloadBy="
                                + quoted(plan.origins().workload())
                        : "")
                + " path=" + route.path().tag()
                + " executor=" + (route.executor() == null ? "none" : route.executor())
                + (executorBy == null ? "" : " executorBy=" + quoted(executorBy))
                + " waitMicros=" + waitNanos / 1_000
                + " runMicros=" + (nanos - waitNanos) / 1_000
                + " outcome=" + outcome
                + (error == null ? "" : " error=" + quoted(error.toString()))
                + " endedOn=" + quoted(Thread.currentThread().getName());
    }

    private static String quoted(String text) {
        return '"'
                + text.replace("\\", "\\\\")
                        .replace("\"", "\\\"")
                        .replace("\r", "\\r")
                        .replace("\n", "\\n")
                + '"';
    }
}
