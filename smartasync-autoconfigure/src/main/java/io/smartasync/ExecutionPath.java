package io.smartasync;

/** The way that a call takes, as the decision table has it. */
public enum ExecutionPath {

    /** The body runs on the caller's thread and the caller gets the value. */
    DIRECT("direct"),

    /**
     * The caller's thread waits for the value: of a body on an executor, or of the future or publisher that a body called in
     * place has given.
     */
    AWAIT("await"),

    /** The body runs on an executor and the caller gets its future or publisher at once. */
    OFFLOAD("offload"),

    /** The non-blocking body is called in place; its future or publisher completes later. */
    PASS_THROUGH("pass-through"),

    /** The call is refused before the body runs. */
    REJECT("reject");

    private final String tag;

    ExecutionPath(String tag) {
        this.tag = tag;
    }

    /** The value of the meter tag {@code path}. */
    public String tag() {
        return tag;
    }
}
