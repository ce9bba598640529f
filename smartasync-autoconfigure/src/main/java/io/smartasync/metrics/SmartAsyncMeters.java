package io.smartasync.metrics;

import io.micrometer.common.docs.KeyName;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.docs.MeterDocumentation;
import io.smartasync.Route;
import org.jspecify.annotations.Nullable;

/** The meters of calls and their tags. All tags are on every sample. */
public enum SmartAsyncMeters implements MeterDocumentation {

    /** The time from a call (the subscription, for a publisher) to its completion. */
    INVOCATIONS(
            "smartasync.invocations",
            Meter.Type.TIMER,
            "Calls, from the call (the subscription, for a publisher) to the end",
            Tag.values()),

    /** The time between the submission of a body to an executor and its start. */
    WAIT(
            "smartasync.wait",
            Meter.Type.TIMER,
            "Bodies, from submission to an executor to the start",
            Tag.CLASS,
            Tag.METHOD,
            Tag.EXECUTOR),

    /** The futures and publishers of methods in debug mode that nobody took the result of. */
    FORGOTTEN(
            "smartasync.forgotten",
            Meter.Type.COUNTER,
            "Futures and publishers, in debug mode, whose result nobody took",
            Tag.CLASS,
            Tag.METHOD,
            Tag.EXCEPTION);

    static final String NONE = "none";

    private final String name;
    private final Meter.Type type;
    private final String description;

    @SuppressWarnings("ImmutableEnumChecker") // only copies are handed out
    private final KeyName[] tags;

    SmartAsyncMeters(String name, Meter.Type type, String description, KeyName... tags) {
        this.name = name;
        this.type = type;
        this.description = description;
        this.tags = tags;
    }

    @Override
    public String getName() {
        return name;
    }

    @Override
    public Meter.Type getType() {
        return type;
    }

    /** What it measures. */
    public String getDescription() {
        return description;
    }

    @Override
    public KeyName[] getKeyNames() {
        return tags.clone();
    }

    static String executor(Route route) {
        return route.executor() == null ? NONE : route.executor();
    }

    static String exception(@Nullable Throwable error) {
        if (error == null) {
            return NONE;
        }
        String name = error.getClass().getSimpleName();
        return name.isEmpty() ? "anonymous" : name;
    }

    /** The tags of calls. */
    public enum Tag implements KeyName {

        /** The simple name of the bean's own class. */
        CLASS("class"),

        /** The name of the method. */
        METHOD("method"),

        /** The kind of thread that called: {@code platform}, {@code servlet}, {@code virtual}, {@code event-loop}. */
        CALLER("caller"),

        /** The way the call took: {@code direct}, {@code await}, {@code offload}, {@code pass-through}, {@code reject}. */
        PATH("path"),

        /** The executor that ran the body, or {@code none}. */
        EXECUTOR("executor"),

        /** How the call ended: {@code SUCCESS}, {@code ERROR}, {@code CANCELLED}, {@code TIMEOUT}, {@code REJECTED}. */
        OUTCOME("outcome"),

        /** The simple class name of what the call failed with, or {@code none}. */
        EXCEPTION("exception");

        private final String key;

        Tag(String key) {
            this.key = key;
        }

        @Override
        public String asString() {
            return key;
        }
    }
}
