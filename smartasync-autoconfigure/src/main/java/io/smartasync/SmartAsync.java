package io.smartasync;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.aot.hint.annotation.Reflective;
import org.springframework.core.annotation.AliasFor;

/**
 * Runs every call of the annotated method, or of all methods of the annotated type, the way that fits the thread that
 * makes it and what the method returns: a plain value on the calling thread, or not at all on an event loop; the blocking
 * body of a future or publisher on an executor.
 *
 * <p>Callers get what the body throws as it was thrown, the same instance. They may also get a
 * {@link BlockingCallOnEventLoopException} for a plain value on an event loop, a {@link SmartAsyncTimeoutException} or
 * {@link java.util.concurrent.TimeoutException} after {@link #timeout()}, a
 * {@link org.springframework.core.task.TaskRejectedException} from an executor that is full or shut down, and a
 * {@link java.util.concurrent.CancellationException} for a call that was cancelled, or whose waiting thread was interrupted.
 * All of these come through the future or publisher where there is one.
 *
 * <p>May stand on a class, an interface, a method, or as a meta-annotation on an annotation of your own. For each
 * attribute the method's value is taken before that of its type; a rule in {@code smartasync.rules} beats both. A default that
 * is written out counts as nothing written.
 *
 * <p>Only calls through the Spring bean are seen, unless AspectJ weaves the class: {@code this.other()} inside the bean is a
 * plain Java call.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
@Reflective
public @interface SmartAsync {

    /** Alias for {@link #executor()}. */
    @AliasFor("executor")
    String value() default "";

    /**
     * The executor that runs the body wherever it leaves the caller's thread: a name from
     * {@code smartasync.executors}, or that of any {@code Executor} bean. Placeholders are resolved. Empty by
     * default: {@code smartasync.routes} chooses.
     *
     * <p>Named on a method (not on its type) that returns a plain value, it moves every call to that executor while the
     * caller waits, except that a caller with a transaction runs the body itself and an event loop is refused. It has no
     * effect on a plain value declared {@link Workload#NON_BLOCKING}, which always runs in place.
     */
    @AliasFor("value")
    String executor() default "";

    /** What the body does to the thread that runs it. {@link Workload#AUTO} by default. */
    Workload workload() default Workload.AUTO;

    /**
     * How long a call may take, such as {@code "500ms"} or {@code "2s"}, from the call (the subscription, for a
     * publisher) to its completion. A number without a unit is milliseconds. Placeholders are resolved. Empty by default:
     * {@code smartasync.default-timeout}.
     *
     * <p>On a method (not on its type) that returns a plain value a timeout moves every call to an executor while the
     * caller waits, with the same two exceptions. When it is over, the caller gets a {@link SmartAsyncTimeoutException}, or
     * {@link java.util.concurrent.TimeoutException} if the method declares that or a supertype; a future or publisher fails
     * with the latter. It has no effect where the body is declared {@link Workload#NON_BLOCKING} and returns a plain value, a
     * plain {@code Future}, or a future of a type of its own.
     */
    String timeout() default "";

    /** Whether cancellation and timeout interrupt the thread that runs the body. {@code true} by default. */
    boolean interruptible() default true;

    /**
     * Whether a {@code void} method returns at once and its body runs on an executor. {@code false} by default.
     * Errors of the body go to the application's {@code AsyncUncaughtExceptionHandler}. Refused at startup on a
     * method that returns something; on a type it is for the {@code void} methods.
     */
    boolean background() default false;

    /**
     * Whether each call of this method is logged with one line, and its futures and publishers are watched for results that
     * nobody takes. Not for production load. {@code false} by default.
     */
    boolean debug() default false;
}
