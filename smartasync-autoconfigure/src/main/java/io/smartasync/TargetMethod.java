package io.smartasync;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Names the method that a method of a {@link SmartAsyncBridge} calls, where it has another name: {@code hashPassword} for
 * {@code hashPasswordAsync}.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface TargetMethod {

    /** The name of the method of the target. */
    String value();
}
