package io.smartasync.execution;

import java.util.Comparator;
import java.util.List;
import java.util.function.Supplier;
import org.springframework.context.SmartLifecycle;

/**
 * Shuts the executors down when the application stops: after the web server has drained, since its last requests still need
 * them, and before the beans go that the bodies use. All are closed at once, then each has its await period. Their threads
 * end when all are idle or their periods over, since the work of one may need another.
 *
 * @see ExecutorOpening
 */
public final class ExecutorLifecycle implements SmartLifecycle {

    /** Lower than that of the web server's own shutdown, so later. */
    private static final int PHASE = SmartLifecycle.DEFAULT_PHASE - 4096;

    private final Supplier<List<SmartAsyncTaskExecutor>> executors;
    private volatile boolean running;

    /** Looks the executors up when it stops them. */
    public ExecutorLifecycle(Supplier<List<SmartAsyncTaskExecutor>> executors) {
        this.executors = executors;
    }

    @Override
    public void start() {
        running = true; // ExecutorOpening opens them
    }

    @Override
    public void stop() {
        running = false;
        long closedAt = System.nanoTime();
        List<SmartAsyncTaskExecutor> all = executors.get();
        all.forEach(SmartAsyncTaskExecutor::close);
        List<SmartAsyncTaskExecutor> inTime = all.stream()
                .sorted(Comparator.comparing(executor -> executor.settings().awaitTermination()))
                .toList();
        boolean ended;
        do { // what ends on one of them may have left a call to one that was idle
            ended = false;
            for (SmartAsyncTaskExecutor executor : inTime) {
                ended |= executor.drain(closedAt);
            }
        } while (ended);
        if (!BodyThreads.isCurrent()) { // it would wait for itself
            inTime.forEach(executor -> executor.drainThreads(closedAt));
        }
        all.forEach(SmartAsyncTaskExecutor::destroy);
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /**
     * Stays open while Spring pauses the context of tests that will come back to it, as Boot's web servers do: their work is
     * still there then.
     */
    @Override
    public boolean isPauseable() {
        return false;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }
}
