package io.smartasync.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.doReturn;
import static org.mockito.Mockito.verify;

import io.smartasync.ExecutionPath;
import io.smartasync.SmartAsync;
import io.smartasync.autoconfigure.SmartAsyncAutoConfiguration;
import io.smartasync.test.RecordedCalls.Call;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.test.context.bean.override.mockito.MockitoBean;
import org.springframework.test.context.bean.override.mockito.MockitoSpyBean;
import org.springframework.test.context.junit.jupiter.SpringJUnitConfig;
import org.springframework.test.util.AopTestUtils;

/** What docs/testing.md says of mocks and spies. */
@Timeout(60)
@SpringJUnitConfig
@RecordSmartAsyncCalls
class MocksTest {

    @MockitoBean
    private Users users;

    @MockitoSpyBean
    private Orders orders;

    @Autowired
    private RecordedCalls calls;

    @Test
    void aMockAnswersOnTheThreadOfItsCallerAndIsNotCounted() {
        given(users.load()).willAnswer(call -> thread());

        assertThat(users.load()).isCompletedWithValue(Thread.currentThread().getName());
        assertThat(calls.all()).isEmpty();
    }

    @Test
    void aSpyIsASmartAsyncBeanThatIsStubbedBehindItsProxyAndVerifiedAsItIs() {
        assertThat(orders.load().join()).startsWith("smartasync-io-");

        doReturn(CompletableFuture.completedFuture("stubbed"))
                .when(AopTestUtils.<Orders>getUltimateTargetObject(orders))
                .count();
        assertThat(orders.count().join()).isEqualTo("stubbed");

        verify(orders).load();
        verify(orders).count();
        assertThat(calls.all())
                .extracting(Call::methodName, Call::path)
                .containsExactly(tuple("load", ExecutionPath.OFFLOAD), tuple("count", ExecutionPath.OFFLOAD));
    }

    private static CompletableFuture<String> thread() {
        return CompletableFuture.completedFuture(Thread.currentThread().getName());
    }

    @Configuration
    @ImportAutoConfiguration({AopAutoConfiguration.class, SmartAsyncAutoConfiguration.class})
    @Import({Users.class, Orders.class})
    static class Context {}

    @SmartAsync
    static class Users {

        public CompletableFuture<String> load() {
            return thread();
        }
    }

    @SmartAsync
    static class Orders {

        public CompletableFuture<String> load() {
            return thread();
        }

        public CompletableFuture<String> count() {
            return thread();
        }
    }
}
