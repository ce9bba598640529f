package io.smartasync.test;

import io.smartasync.Caller;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Runs a test method, or all of a class, on a thread that SmartAsync takes for the given kind of caller. The method's
 * annotation is taken before that of its class.
 *
 * <p>Each test gets a new thread. Set-up and tear-down stay on JUnit's own, so what they bind to a thread (a
 * transaction, a security context) is not there in the test.
 *
 * <ul>
 *   <li>{@link Caller#PLATFORM}: a thread without a request, even where Spring bound a mock request to JUnit's thread.
 *   <li>{@link Caller#VIRTUAL}: the test is skipped before Java 21.
 *   <li>{@link Caller#SERVLET}: a thread with request attributes, those of JUnit's thread if it has some. Needs
 *       {@code spring-test}, {@code spring-web} and the servlet API.
 *   <li>{@link Caller#EVENT_LOOP}: a thread that must not block, as Reactor marks it, or Netty where there is no Reactor.
 * </ul>
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
@ExtendWith(CallerThreadExtension.class)
public @interface CallerThread {

    /** The kind of thread. */
    Caller value();
}
