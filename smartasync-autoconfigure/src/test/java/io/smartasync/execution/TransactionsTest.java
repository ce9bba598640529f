package io.smartasync.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.smartasync.SmartAsync;
import io.smartasync.support.Calls;
import io.smartasync.support.TestContext;
import java.util.ArrayList;
import java.util.Collections;
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
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.AbstractPlatformTransactionManager;
import org.springframework.transaction.support.DefaultTransactionStatus;
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
            Log log = context.getBean(Log.class);
            assertThat(bean.transactional(false)).startsWith("smartasync-io-");
            assertThatIllegalStateException().isThrownBy(() -> bean.transactional(true));
            assertThat(log.events).hasSize(4);
            assertThat(log.events.subList(0, 2)).allMatch(event -> event.matches("(begin|commit) smartasync-io-\\d+"));
            assertThat(log.events.subList(2, 4))
                    .allMatch(event -> event.matches("(begin|rollback) smartasync-io-\\d+"));
        });
    }

    @Test
    void whoHasATransactionRunsTheBodyItselfInPlaceOfWaiting() {
        application().run(context -> {
            Calls calls = TestContext.calls(context);
            Bean bean = context.getBean(Bean.class);
            String thread = inTransaction(context.getBean(Log.class), bean::awaited);
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
                CompletableFuture<String> future = inTransaction(context.getBean(Log.class), bean::offloaded);
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
            inTransaction(context.getBean(Log.class), () -> {
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

    private static <T> T inTransaction(Log manager, Supplier<T> work) {
        return new TransactionTemplate(manager).execute(status -> work.get());
    }

    private static ApplicationContextRunner application() {
        return TestContext.with(Transactions.class, Log.class, Bean.class);
    }

    @Configuration(proxyBeanMethods = false)
    @EnableTransactionManagement
    static class Transactions {}

    /** Transactions of nothing, with a log of the threads that they were on. */
    static class Log extends AbstractPlatformTransactionManager {

        private static final long serialVersionUID = 1L;

        final transient List<String> events = Collections.synchronizedList(new ArrayList<>());

        private void log(String event) {
            events.add(event + " " + Thread.currentThread().getName());
        }

        @Override
        protected Object doGetTransaction() {
            return this;
        }

        @Override
        protected void doBegin(Object transaction, TransactionDefinition definition) {
            log("begin");
        }

        @Override
        protected void doCommit(DefaultTransactionStatus status) {
            log("commit");
        }

        @Override
        protected void doRollback(DefaultTransactionStatus status) {
            log("rollback");
        }
    }

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
