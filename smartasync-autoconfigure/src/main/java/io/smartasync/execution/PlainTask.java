package io.smartasync.execution;

import java.util.concurrent.Future;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.core.task.TaskRejectedException;

/** A task of somebody who knows the executor as a {@code TaskExecutor} only. */
final class PlainTask implements Link {

    private static final Log logger = LogFactory.getLog(PlainTask.class);

    private final BodyExecutor executor;
    private final Runnable work;
    private volatile boolean over;
    private volatile @Nullable TaskRejectedException refusal;

    PlainTask(BodyExecutor executor, Runnable work) {
        this.executor = executor;
        this.work = work;
    }

    @Override
    public void run() {
        Chain.setRunning(this);
        try {
            work.run();
        } finally {
            Chain.setRunning(null);
            over = true;
            executor.ended();
        }
    }

    @Override
    public boolean ownsPermit() {
        return true;
    }

    @Override
    public BodyExecutor executor() {
        return executor;
    }

    @Override
    public boolean isLive() {
        return !over;
    }

    @Override
    public void refused(TaskRejectedException reason) {
        refusal = reason;
        logger.warn("A task is lost: " + reason.getMessage());
        if (work instanceof Future<?> awaited) {
            awaited.cancel(true);
        }
    }

    @Nullable
    TaskRejectedException refusal() {
        return refusal;
    }
}
