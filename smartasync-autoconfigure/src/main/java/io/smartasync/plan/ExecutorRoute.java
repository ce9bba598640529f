package io.smartasync.plan;

import io.smartasync.Workload;

/**
 * The executors that serve one kind of caller.
 *
 * @param io the name of the executor for bodies that may block
 * @param cpu the name of the executor for bodies that compute for long
 */
public record ExecutorRoute(String io, String cpu) {

    String executorFor(Workload workload) {
        return workload == Workload.CPU ? cpu : io;
    }
}
