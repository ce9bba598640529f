package io.smartasync.execution;

import java.util.List;
import java.util.function.Supplier;
import org.springframework.context.SmartLifecycle;

/** Opens the executors when a stopped application is started again: before all that may make calls when it starts itself. */
public final class ExecutorOpening implements SmartLifecycle {

    private final Supplier<List<SmartAsyncTaskExecutor>> executors;
    private volatile boolean running;

    /** Looks the executors up when it opens them. */
    public ExecutorOpening(Supplier<List<SmartAsyncTaskExecutor>> executors) {
        this.executors = executors;
    }

    @Override
    public void start() {

        executors.get().forEach(SmartAsyncTaskExecutor::open);
        running = true;
    }

    @Override
    public void stop() {
        running = false; // ExecutorLifecycle has shut them down
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public boolean isPauseable() {
        return false;
    }

    @Override
    public int getPhase() {
        return Integer.MIN_VALUE;
    }
}
