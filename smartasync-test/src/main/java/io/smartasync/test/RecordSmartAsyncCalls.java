package io.smartasync.test;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.context.annotation.Import;

/**
 * Puts a bean {@link RecordedCalls} into the application context of a test class, empty before each test. To be written
 * beside {@code @SpringBootTest} or any other annotation that makes a context.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
@Import(RecordedCalls.class)
@ExtendWith(RecordedCallsExtension.class)
public @interface RecordSmartAsyncCalls {}
