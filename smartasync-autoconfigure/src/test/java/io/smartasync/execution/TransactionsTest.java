package io.smartasync.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.smartasync.SmartAsync;
import io.smartasync.support.Calls;
import io.smartasync.support.TestContext;
import io.smartasync.support.TransactionLog;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Configuration;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/** A transaction is bound to its thread: it lives where the body runs, and never crosses a hop. */
@Timeout(30)
@ExtendWith(OutputCaptureExtension.class)
class TransactionsTest {

    @Test
    void aTransactionBeginsCommitsAndRollsBackOnTheThreadOfTheBody() {
        application().run(context -> {
            Bean bean = context.getBean(Bean.class);
            TransactionLog log = context.getBean(TransactionLog.class);
            assertThat(bean.transactional(false)).startsWith("smartasync-io-");
            assertThatIllegalStateException().isThrownBy(() -> bean.transactional(true));
            assertThat(log.events()).hasSize(4);
            assertThat(log.events().subList(0, 2))
                    .allMatch(event -> event.matches("(begin|commit) smartasync-io-\\d+"));
            assertThat(log.events().subList(2, 4))
                    .allMatch(event -> event.matches("(begin|rollback) smartasync-io-\\d+"));
        });
    }

    @Test
    void whoHasATransactionRunsTheBodyItselfInPlaceOfWaiting() {
        application().run(context -> {
            Calls calls = TestContext.calls(context);
            Bean bean = context.getBean(Bean.class);
            String thread = inTransaction(context.getBean(TransactionLog.class), bean::awaited);
            assertThat(thread).isEqualTo(Thread.currentThread().getName());
            assertThat(calls.by("path")).containsOnlyKeys("direct");
            assertThat(bean.awaited()).startsWith("smartasync-io-");
        });
    }

    @Test
    void whoOffloadsFromATransactionIsWarnedOncePerMethod(CapturedOutput output) {
        application().run(context -> {
            Bean bean = context.getBean(Bean.class);
            for (int i = 0; i < 3; i++) {
                CompletableFuture<String> future =
                        inTransaction(context.getBean(TransactionLog.class), bean::offloaded);
                assertThat(future.get(10, TimeUnit.SECONDS)).startsWith("smartasync-io-");
            }
            assertThat(output)
                    .containsOnlyOnce("Bean#offloaded was called with an active transaction")
                    .contains("Call it after the transaction, or give the body one of its own (@Transactional on it).");
        });
    }

    @Test
    void afterItsEndATransactionIsOver(CapturedOutput output) {
        application().run(context -> {
            Bean bean = context.getBean(Bean.class);
            List<String> threads = new ArrayList<>();
            inTransaction(context.getBean(TransactionLog.class), () -> {
                TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
                    @Override
                    public void afterCompletion(int status) {
                        threads.add(bean.awaited());
                        threads.add(bean.offloaded().join());
                    }
                });
                return "";
            });
            assertThat(threads).hasSize(2).allMatch(thread -> thread.startsWith("smartasync-io-"));
            assertThat(output).doesNotContain("active transaction");
        });
    }

    private static <T> T inTransaction(TransactionLog manager, Supplier<T> work) {
        return new TransactionTemplate(manager).execute(status -> work.get());
    }

    private static ApplicationContextRunner application() {
        return TestContext.with(Transactions.class, TransactionLog.class, Bean.class);
    }

    @Configuration(proxyBeanMethods = false)
    @EnableTransactionManagement
    static class Transactions {}

    static class Bean {

        @SmartAsync("io")
        @Transactional
        public String transactional(boolean fail) {
            if (fail) {
                throw new IllegalStateException();
            }
            return Thread.currentThread().getName();
        }

        @SmartAsync("io")
        public String awaited() {
            return Thread.currentThread().getName();
        }

        @SmartAsync
        public CompletableFuture<String> offloaded() {
            return CompletableFuture.completedFuture(Thread.currentThread().getName());
        }
    }
}
