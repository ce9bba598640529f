package io.smartasync.execution;

import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.util.ClassUtils;

/**
 * Knows whether the caller has a transaction, which is bound to its thread and crosses no hop. The one place that names
 * Spring's transactions.
 */
final class TransactionGuard {

    private static final boolean PRESENT = ClassUtils.isPresent(
            "org.springframework.transaction.support.TransactionSynchronizationManager",
            TransactionGuard.class.getClassLoader());

    private TransactionGuard() {}

    static boolean isTransactionActive() {
        return PRESENT && Transactions.areActive();
    }

    /** Loaded only where transactions are. */
    private static final class Transactions {

        static boolean areActive() {
            // After the end of a transaction its listeners run with the one, but without the other
            return TransactionSynchronizationManager.isActualTransactionActive()
                    && TransactionSynchronizationManager.isSynchronizationActive();
        }
    }
}
