package io.smartasync.test;

import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.springframework.test.context.junit.jupiter.SpringExtension;

/** Lets each test of a context begin with an empty list. */
final class RecordedCallsExtension implements BeforeEachCallback {

    @Override
    public void beforeEach(ExtensionContext context) {
        SpringExtension.getApplicationContext(context)
                .getBeanProvider(RecordedCalls.class) // a nested class may have a context of its own
                .ifAvailable(RecordedCalls::clear);
    }
}
