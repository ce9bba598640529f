package org.example.quotes;

import static io.smartasync.Caller.EVENT_LOOP;
import static io.smartasync.Caller.PLATFORM;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;

import io.smartasync.BlockingCallOnEventLoopException;
import io.smartasync.ExecutionPath;
import io.smartasync.Outcome;
import io.smartasync.test.CallerThread;
import io.smartasync.test.RecordSmartAsyncCalls;
import io.smartasync.test.RecordedCalls;
import io.smartasync.test.RecordedCalls.Call;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;

@SpringBootTest
@RecordSmartAsyncCalls
@Timeout(60)
class QuotesTest {

    @Autowired
    Quotes quotes;

    @Autowired
    RecordedCalls calls;

    @Test
    @CallerThread(PLATFORM)
    void whoMayWaitLoadsTheQuoteItself() {
        quotes.find("ACME");

        assertThat(calls.of(Quotes.class, "find")).extracting(Call::path).containsExactly(ExecutionPath.DIRECT);
    }

    @Test
    @CallerThread(EVENT_LOOP)
    void anEventLoopGetsAFutureAndNoPlainValue() {
        assertThatExceptionOfType(BlockingCallOnEventLoopException.class).isThrownBy(() -> quotes.find("ACME"));
        assertThat(quotes.findLater("ACME").join()).isEqualTo("ACME 42");

        assertThat(calls.all())
                .extracting(Call::methodName, Call::path, Call::executor, Call::outcome)
                .containsExactly(
                        tuple("find", ExecutionPath.REJECT, null, Outcome.REJECTED),
                        tuple("findLater", ExecutionPath.OFFLOAD, "io", Outcome.SUCCESS));
    }
}
