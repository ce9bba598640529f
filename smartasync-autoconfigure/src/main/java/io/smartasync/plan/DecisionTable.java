package io.smartasync.plan;

import static io.smartasync.ExecutionPath.AWAIT;
import static io.smartasync.ExecutionPath.DIRECT;
import static io.smartasync.ExecutionPath.OFFLOAD;
import static io.smartasync.ExecutionPath.PASS_THROUGH;
import static io.smartasync.ExecutionPath.REJECT;

import io.smartasync.Caller;
import io.smartasync.ExecutionPath;
import io.smartasync.Workload;

/** Shape, workload and caller decide how a call runs. This is the whole decision; all else carries it out. */
final class DecisionTable {

    private DecisionTable() {}

    /**
     * The cell for one method and one caller.
     *
     * @param shape what the method returns
     * @param workload what its body does to a thread, already resolved: not {@link Workload#AUTO}
     * @param hop whether an executor or a timeout was named on the method or by a rule
     * @param background whether a {@code void} method returns at once
     * @param caller who calls
     */
    static ExecutionPath path(Shape shape, Workload workload, boolean hop, boolean background, Caller caller) {
        if (background) {
            return OFFLOAD;
        }
        return switch (shape) {
            case BLOCKING ->
                switch (workload) {
                    case NON_BLOCKING -> DIRECT;
                    case IO ->
                        switch (caller) {
                            case PLATFORM, SERVLET, VIRTUAL -> hop ? AWAIT : DIRECT;
                            case EVENT_LOOP -> REJECT;
                        };
                    case CPU ->
                        switch (caller) {
                            case PLATFORM, SERVLET -> hop ? AWAIT : DIRECT;
                            case VIRTUAL -> AWAIT; // a long computation would hold a carrier thread
                            case EVENT_LOOP -> REJECT;
                        };
                    case AUTO -> throw new IllegalArgumentException("AUTO is resolved before");
                };
            case FUTURE, PUBLISHER ->
                switch (workload) {
                    case IO, CPU -> OFFLOAD;
                    case NON_BLOCKING -> PASS_THROUGH;
                    case AUTO -> throw new IllegalArgumentException("AUTO is resolved before");
                };
        };
    }

    /**
     * The cell for a bridge, whose caller wants {@code shape} from a body that gives {@code result}. A caller that
     * asks for a plain value has to wait for a future or publisher wherever the body runs, and nobody can wait on an event
     * loop.
     */
    static ExecutionPath path(
            Shape shape, Shape result, Workload workload, boolean hop, boolean background, Caller caller) {
        if (shape == Shape.BLOCKING && result != Shape.BLOCKING) {
            return caller == Caller.EVENT_LOOP ? REJECT : AWAIT;
        }
        return path(shape, workload, hop, background, caller);
    }

    /** What {@link Workload#AUTO} means: the habit of {@code @Async}, and that of Reactor. */
    static Workload resolve(Workload workload, Shape shape) {
        if (workload != Workload.AUTO) {
            return workload;
        }
        return switch (shape) {
            case BLOCKING, FUTURE -> Workload.IO;
            case PUBLISHER -> Workload.NON_BLOCKING;
        };
    }
}
