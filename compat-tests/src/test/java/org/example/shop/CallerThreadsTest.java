package org.example.shop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.smartasync.BlockingCallOnEventLoopException;
import io.smartasync.Caller;
import io.smartasync.ExecutionPath;
import io.smartasync.test.CallerThread;
import io.smartasync.test.RecordSmartAsyncCalls;
import io.smartasync.test.RecordedCalls;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;

/** The test support with the JUnit and the Spring of each line. */
@SpringBootTest
@RecordSmartAsyncCalls
@Timeout(60)
class CallerThreadsTest {

    @Autowired
    private Catalogue catalogue;

    @Autowired
    private RecordedCalls calls;

    @Test
    @CallerThread(Caller.PLATFORM)
    void platform() {
        calledInPlace();
    }

    @Test
    @CallerThread(Caller.SERVLET)
    void servlet() {
        calledInPlace();
    }

    @Test
    @CallerThread(Caller.VIRTUAL)
    void virtual() {
        calledInPlace();
    }

    private void calledInPlace() {
        assertThat(catalogue.value()).isEqualTo(Thread.currentThread().getName());
        isRecorded(ExecutionPath.DIRECT);
    }

    @Test
    @CallerThread(Caller.EVENT_LOOP)
    void eventLoop() {
        assertThatExceptionOfType(BlockingCallOnEventLoopException.class).isThrownBy(catalogue::value);
        isRecorded(ExecutionPath.REJECT);
    }

    private void isRecorded(ExecutionPath path) {
        assertThat(calls.of(Catalogue.class, "value")).singleElement().satisfies(call -> assertThat(call.path())
                .isEqualTo(path));
    }
}
