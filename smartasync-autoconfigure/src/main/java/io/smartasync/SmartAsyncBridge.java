package io.smartasync;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.aot.hint.annotation.Reflective;

/**
 * Another interface over a bean: each method calls the target's method of the same name and parameters and hands its
 * result on in the shape that the interface declares, a plain value, a future or a publisher. Inject the interface to
 * use it.
 *
 * <p>Interfaces in the packages of the application are found without further ado; a library names its own with
 * {@code @ImportSmartAsyncBridges}. Every method is matched at startup, and all that do not match are reported at once. Default
 * methods of the interface run as they are.
 *
 * <p>How a call runs is what the target's method says, by its annotation, a rule or the defaults; the target needs no
 * annotation. A {@code Mono} or {@code Flux} runs nothing before it is subscribed to, a future runs once. A plain value of a
 * target that gives a future or publisher is waited for, and refused on an event loop before anything runs. An error is
 * thrown as it is; a checked one has to be declared by the interface, as for every method in Java.
 *
 * <p>Which bean is the target follows the usual rules: the only one of the type, the primary one, or the one that a
 * {@code @Qualifier}, or a qualifier of your own, on the interface names.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Reflective
public @interface SmartAsyncBridge {

    /** The type of the bean that does the work. If it is generic, name a subtype that says what its parameters are. */
    Class<?> value();
}
