package io.smartasync;

import org.jspecify.annotations.Nullable;

/**
 * One cell of the decision table, made out for one method and one kind of caller. There is exactly one instance for
 * each as long as the method's settings stand, so that listeners may key what they keep per route on the instance:
 * {@code equals} is identity. Immutable.
 */
public final class Route {

    private final String className;
    private final String methodName;
    private final Caller caller;
    private final ExecutionPath path;
    private final @Nullable String executor;

    /**
     * Describes a cell.
     *
     * @param className the simple name of the bean's own class
     * @param methodName the name of the method
     * @param caller who calls
     * @param path the way such a call takes
     * @param executor the executor that runs the body, {@code null} where it stays on the caller's thread
     */
    public Route(String className, String methodName, Caller caller, ExecutionPath path, @Nullable String executor) {
        this.className = className;
        this.methodName = methodName;
        this.caller = caller;
        this.path = path;
        this.executor = executor;
    }

    /** The simple name of the bean's own class. */
    public String className() {
        return className;
    }

    /** The name of the method. */
    public String methodName() {
        return methodName;
    }

    /** The kind of thread that calls. */
    public Caller caller() {
        return caller;
    }

    /** The way that the call takes. */
    public ExecutionPath path() {
        return path;
    }

    /** The name of the executor that runs the body, or {@code null} where it stays on the caller's thread. */
    public @Nullable String executor() {
        return executor;
    }

    @Override
    public String toString() {
        return className + "#" + methodName + " from " + caller.tag() + ": " + path.tag()
                + (executor == null ? "" : " on " + executor);
    }
}
