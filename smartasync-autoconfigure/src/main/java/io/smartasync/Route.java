package io.smartasync;

import org.jspecify.annotations.Nullable;

/**
 * One cell of the decision table, for one method and one kind of caller. Listeners may key what they keep on it:
 * a method that is tuned, or a piece of code with another timeout, has equal routes again where its calls go the same way.
 *
 * @param className the simple name of the bean's own class
 * @param methodName the name of the method
 * @param caller the kind of thread that calls
 * @param path the way that the call takes
 * @param executor the name of the executor that runs the body, {@code null} where it stays on the caller's thread
 */
public record Route(
        String className,
        String methodName,
        Caller caller,
        ExecutionPath path,
        @Nullable String executor) {

    @Override
    public String toString() {
        return className + "#" + methodName + " from " + caller.tag() + ": " + path.tag()
                + (executor == null ? "" : " on " + executor);
    }
}
