package io.smartasync.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.smartasync.Caller;
import io.smartasync.ExecutionPath;
import io.smartasync.Outcome;
import io.smartasync.SmartAsync;
import io.smartasync.autoconfigure.SmartAsyncAutoConfiguration;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.test.context.junit.jupiter.SpringJUnitConfig;

@Timeout(60)
@SpringJUnitConfig
@RecordSmartAsyncCalls
class RecordedCallsTest {

    private static final IllegalStateException FAILURE = new IllegalStateException("no such user");

    @Autowired
    private RecordedCalls calls;

    @Autowired
    private Users users;

    @BeforeEach
    void nothingOfTheTestBeforeIsLeft() {
        assertThat(calls.all()).isEmpty();
    }

    @RepeatedTest(2)
    @CallerThread(Caller.SERVLET)
    void aCallIsRecordedWithAllThatIsKnownOfIt() {
        assertThatIllegalStateException().isThrownBy(users::find).isSameAs(FAILURE);

        assertThat(calls.all()).singleElement().satisfies(call -> {
            assertThat(call.className()).isEqualTo("Users");
            assertThat(call.methodName()).isEqualTo("find");
            assertThat(call.caller()).isEqualTo(Caller.SERVLET);
            assertThat(call.path()).isEqualTo(ExecutionPath.DIRECT);
            assertThat(call.executor()).isNull();
            assertThat(call.outcome()).isEqualTo(Outcome.ERROR);
            assertThat(call.error()).isSameAs(FAILURE);
            assertThat(call.duration()).isGreaterThan(Duration.ZERO);
        });
    }

    @Test
    @CallerThread(Caller.PLATFORM)
    void callsOfOneMethodAreFoundByItsClassAndName() {
        users.count();
        users.count();
        assertThatIllegalStateException().isThrownBy(users::find);

        assertThat(calls.of(Users.class, "count")).hasSize(2).isEqualTo(calls.of(users.getClass(), "count"));
        assertThat(calls.of(Users.class, "find")).hasSize(1);
        assertThat(calls.of(RecordedCallsTest.class, "find")).isEmpty();
        assertThat(calls.all()).extracting(RecordedCalls.Call::methodName).containsExactly("count", "count", "find");
    }

    @Configuration
    @ImportAutoConfiguration({AopAutoConfiguration.class, SmartAsyncAutoConfiguration.class})
    @Import(Users.class)
    static class Context {}

    @SmartAsync
    static class Users {

        public void find() {
            throw FAILURE;
        }

        public int count() {
            return 1;
        }
    }
}
