package io.smartasync.test;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.test.context.NestedTestConfiguration;
import org.springframework.test.context.NestedTestConfiguration.EnclosingConfiguration;
import org.springframework.test.context.junit.jupiter.SpringJUnitConfig;

/** JUnit hands the extension down to nested classes, Spring the bean only to those that share the context. */
@Timeout(60)
@SpringJUnitConfig
@RecordSmartAsyncCalls
class RecordedCallsNestedTest {

    @Configuration
    static class Empty {}

    @Nested
    class InTheSameContext {

        @Test
        void callsAreRecorded(@Autowired RecordedCalls calls) {
            assertThat(calls.all()).isEmpty();
        }
    }

    @Nested
    @NestedTestConfiguration(EnclosingConfiguration.OVERRIDE)
    @SpringJUnitConfig(Empty.class)
    class InAContextOfItsOwn {

        @Test
        void nothingIsRecorded(@Autowired ApplicationContext context) {
            assertThat(context.getBeanProvider(RecordedCalls.class).getIfAvailable())
                    .isNull();
        }
    }
}
