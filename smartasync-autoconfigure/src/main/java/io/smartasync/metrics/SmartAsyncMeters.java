package io.smartasync.metrics;

import io.micrometer.common.docs.KeyName;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.docs.MeterDocumentation;
import io.smartasync.Route;
import org.jspecify.annotations.Nullable;

/** The meters of calls and their tags. All tags are on every sample. */
public enum SmartAsyncMeters implements MeterDocumentation {

    /** The time from a call (the subscription, for a publisher) to its completion. */
    INVOCATIONS {
        @Override
        public String getName() {
            return "smartasync.invocations";
        }

        @Override
        public KeyName[] getKeyNames() {
            return Tag.values();
        }
    },

    /** The time between the submission of a body to an executor and its start. */
    WAIT {
        @Override
        public String getName() {
            return "smartasync.wait";
        }

        @Override
        public KeyName[] getKeyNames() {
            return new KeyName[] {Tag.CLASS, Tag.METHOD, Tag.EXECUTOR};
        }
    },

    /** The futures and publishers of methods in debug mode that nobody took the result of. */
    FORGOTTEN {
        @Override
        public String getName() {
            return "smartasync.forgotten";
        }

        @Override
        public Meter.Type getType() {
            return Meter.Type.COUNTER;
        }

        @Override
        public KeyName[] getKeyNames() {
            return new KeyName[] {Tag.CLASS, Tag.METHOD, Tag.EXCEPTION};
        }
    };

    static final String NONE = "none";

    @Override
    public Meter.Type getType() {
        return Meter.Type.TIMER;
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
