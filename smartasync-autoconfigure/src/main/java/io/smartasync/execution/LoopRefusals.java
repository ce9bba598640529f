package io.smartasync.execution;

import io.smartasync.BlockingCallOnEventLoopException;
import io.smartasync.SmartAsyncOperations;
import io.smartasync.plan.Plan;
import io.smartasync.plan.Shape;
import io.smartasync.plan.Subject;

/** Says why an event loop can't have a value, and what can be done about it: to a method other things than to a lambda. */
final class LoopRefusals {

    private LoopRefusals() {}

    /** For the current thread. */
    static BlockingCallOnEventLoopException of(Plan plan) {
        Subject subject = plan.subject();
        boolean waits = subject.result() != Shape.BLOCKING;
        String where = " on the event loop thread \"" + Thread.currentThread().getName()
                + "\", where waiting would freeze the loop. ";
        return new BlockingCallOnEventLoopException(
                waits
                        ? "The value of " + plan.name() + " was asked for" + where + cureOfWaiting(subject)
                        : plan.name() + " returns a plain value and may block, but was called" + where
                                + cureOfBlocking(subject)
                                + " (smartasync.event-loop.on-blocking-call=warn lets it run on the loop.)");
    }

    private static String cureOfWaiting(Subject subject) {
        if (!isOperation(subject)) {
            return "Take its future or publisher instead, from the bean itself or through a @SmartAsyncBridge interface"
                    + " that returns one.";
        }
        return subject.called().getName().equals("callAll")
                ? "Use futureAll(..) or ReactorSmartAsyncOperations.fluxAll(..)."
                : "Compose the stage or publisher (thenApply, flatMap) in place of waiting for it.";
    }

    private static String cureOfBlocking(Subject subject) {
        if (isOperation(subject)) {
            return "Use future(..) or ReactorSmartAsyncOperations.mono(..); or, if the work never blocks, set"
                    + " workload(Workload.NON_BLOCKING).";
        }
        return "Return a CompletableFuture, Mono or Flux from it; or inject a @SmartAsyncBridge interface that does;"
                + (subject.method().getReturnType() == void.class
                        ? " or, if nobody waits for it, declare background = true on it;"
                        : "")
                + " or, if it never blocks, declare workload = NON_BLOCKING on it or in a rule of smartasync.rules.";
    }

    private static boolean isOperation(Subject subject) {
        return subject.type() == SmartAsyncOperations.class;
    }
}
