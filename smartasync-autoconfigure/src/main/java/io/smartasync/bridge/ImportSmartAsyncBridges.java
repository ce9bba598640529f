package io.smartasync.bridge;

import io.smartasync.SmartAsyncBridge;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.context.annotation.Import;

/**
 * Makes beans of the named {@link SmartAsyncBridge} interfaces, wherever they stand. For a configuration class of a library
 * that ships bridges; those in the packages of the application are found without it.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Import(BridgeRegistrar.Imported.class)
public @interface ImportSmartAsyncBridges {

    /** The interfaces. */
    Class<?>[] value();
}
