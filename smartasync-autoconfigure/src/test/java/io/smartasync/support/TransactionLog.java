package io.smartasync.support;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.AbstractPlatformTransactionManager;
import org.springframework.transaction.support.DefaultTransactionStatus;

/** Transactions of nothing, with a log of the threads that they were on. */
public class TransactionLog extends AbstractPlatformTransactionManager {

    private static final long serialVersionUID = 1L;

    private final transient List<String> events = Collections.synchronizedList(new ArrayList<>());

    /** What began and ended, and on which thread. */
    public List<String> events() {
        return events;
    }

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
