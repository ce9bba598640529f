package io.smartasync.execution;

import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * The futures and publishers of debugged methods, until somebody takes them. One that is garbage before was forgotten: of
 * a publisher the body has never run, of a future nobody has asked for the result. Found with the next debugged call, so that
 * no thread has to wait for it. Thread-safe.
 */
final class ForgottenResults {

    private static final Log logger = LogFactory.getLog("io.smartasync");

    private static final List<String> LIBRARIES = List.of(
            "java.",
            "jdk.",
            "org.springframework.",
            "reactor.",
            "io.smartasync.execution.",
            "io.smartasync.aop.",
            "io.smartasync.aspectj.",
            "io.smartasync.bridge.");

    private final ReferenceQueue<Object> garbage = new ReferenceQueue<>();
    private final Set<Watched> watched = ConcurrentHashMap.newKeySet();

    /** Between the application's code and ours stand proxies and what calls them. */
    private static boolean isApplication(StackWalker.StackFrame frame) {
        String name = frame.getClassName();
        return !name.contains("$$") && LIBRARIES.stream().noneMatch(name::startsWith);
    }

    /** Whether AspectJ has put the call of ours into {@code frame}, the method itself or what holds its body. */
    private static boolean isWoven(StackWalker.StackFrame frame, BoundMethod method) {
        Method called = method.plan().subject().method();
        return method.isWoven()
                && frame.getClassName().equals(called.getDeclaringClass().getName())
                && (frame.getMethodName() + "_aroundBody").startsWith(called.getName() + "_aroundBody");
    }

    /** Watches {@code result}, which a call of {@code method} gives to its caller. */
    Watched watch(Object result, BoundMethod method) {
        report();
        Watched reference = new Watched(result, garbage, method, place(method));
        watched.add(reference);
        return reference;
    }

    /** Warns of what was forgotten. */
    void report() {
        for (Object next = garbage.poll(); next != null; next = garbage.poll()) {
            if (watched.remove(next) && next instanceof Watched forgotten) {
                try {
                    logger.warn(forgotten);
                } catch (Throwable ex) { // from the error's own message; the next caller has no part in it
                    CallLog.warn(
                            logger,
                            "A forgotten result of " + forgotten.method.plan().name() + " can't be reported",
                            ex);
                }
                forgotten.method.forgotten(forgotten.error);
            }
        }
    }

    private static @Nullable StackTraceElement place(BoundMethod method) {
        return StackWalker.getInstance().walk(frames -> frames.filter(ForgottenResults::isApplication)
                .filter(frame -> !isWoven(frame, method))
                .findFirst()
                .map(StackWalker.StackFrame::toStackTraceElement)
                .orElse(null));
    }

    /** One result. */
    final class Watched extends PhantomReference<Object> {

        private final BoundMethod method;
        private final @Nullable StackTraceElement place;
        private volatile @Nullable Throwable error;

        private Watched(
                Object result, ReferenceQueue<Object> garbage, BoundMethod method, @Nullable StackTraceElement place) {
            super(result, garbage);
            this.method = method;
            this.place = place;
        }

        /** Somebody wants the result. */
        void taken() {
            watched.remove(this);
        }

        /** It is there, with others that depend on it or without. */
        void ended(@Nullable Throwable with, boolean dependents) {
            error = with;
            if (dependents) {
                taken();
            }
        }

        @Override
        public String toString() {
            return "The result of " + method.plan().name()
                    + (place == null ? "" : ", called at " + place + ",") + " was forgotten: nobody "
                    + (error == null ? "subscribed to it or asked for it" : "saw its error, " + error);
        }
    }
}
