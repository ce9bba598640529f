package io.smartasync.execution;

import io.smartasync.ExecutorState;
import io.smartasync.plan.DurationText;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.core.task.AsyncTaskExecutor;
import org.springframework.core.task.TaskRejectedException;

/**
 * One executor of {@code smartasync.executors}, on virtual or platform threads: at most so many bodies run, at most so
 * many wait in FIFO order, the next is rejected. Submitting never blocks and never runs a task on the submitting thread.
 * Thread-safe.
 *
 * <p>A permit is held until the work is done, which for a future or publisher is later than the return of the body.
 * That is why the queue stands before the threads and not in their pool.
 */
public final class SmartAsyncTaskExecutor implements AsyncTaskExecutor, BodyExecutor, ExecutorState, DisposableBean {

    private static final Log logger = LogFactory.getLog(SmartAsyncTaskExecutor.class);

    private final ExecutorSettings settings;
    private final WaitGraph waits;
    private final ContextCarrier context;
    private final @Nullable ClassLoader classLoader;
    private final Permits<Task> permits;
    private volatile ExecutorService threads;
    private final Object idle = new Object();
    private volatile boolean closed;
    private volatile int permitsOfCloser;
    private volatile ExecutorSettings current; // with the limits of the last resize
    private final Loans loans = new Loans();
    private final LongAdder completed = new LongAdder();

    /** The calls whose body is over, but whose result is not there yet. */
    private final Set<OffloadedCall> pending = ConcurrentHashMap.newKeySet();

    /**
     * Makes the executor; it starts threads when there is work for them.
     *
     * @param waits shared by all executors of an application
     * @param context takes away what bodies, and those who depend on them, have left on a thread
     * @param classLoader what bodies find as the context class loader
     */
    public SmartAsyncTaskExecutor(
            ExecutorSettings settings, WaitGraph waits, ContextCarrier context, @Nullable ClassLoader classLoader) {
        this.settings = settings;
        this.waits = waits;
        this.context = context;
        this.classLoader = classLoader;
        this.threads = BodyThreads.of(settings, context, classLoader);
        this.current = settings;
        this.permits = new Permits<>(permits(settings), settings.queueCapacity(), this::start);
    }

    private static int permits(ExecutorSettings settings) {
        Integer limit = settings.concurrencyLimit();
        return limit == null ? Integer.MAX_VALUE : limit;
    }

    /**
     * Changes the limits while calls go on; what runs or waits already goes on, beyond smaller ones too.
     *
     * @param newLimit how many may run at once; {@code null} for no limit (virtual threads only)
     * @param newCapacity how many may wait
     * @throws IllegalArgumentException if it can't work so; then nothing changes
     */
    public synchronized void resize(@Nullable Integer newLimit, int newCapacity) {
        ExecutorSettings next = settings.withLimits(newLimit, newCapacity); // refuses what can't work
        // Whoever has a permit counts on a thread, by the old limit too
        resizeThreads(Math.max(permits(next), permits(current)));
        permits.resize(permits(next), newCapacity);
        resizeThreads(Math.max(permits(next), permits.running()));
        current = next;
    }

    private void resizeThreads(int size) {
        if (threads instanceof BodyThreads.Pool pool) {
            pool.resize(size);
        }
    }

    /** As configured at startup. */
    public ExecutorSettings settings() {
        return settings;
    }

    @Override
    public String name() {
        return settings.name();
    }

    @Override
    public boolean isVirtual() {
        return settings.virtual();
    }

    @Override
    public @Nullable Integer concurrencyLimit() {
        return current.concurrencyLimit();
    }

    @Override
    public int queueCapacity() {
        return current.queueCapacity();
    }

    @Override
    public int active() {
        return permits.running();
    }

    @Override
    public int queued() {
        return permits.waiting();
    }

    @Override
    public long completed() {
        return completed.sum();
    }

    @Override
    public int threads() {
        return threads instanceof BodyThreads.Pool pool ? pool.getPoolSize() : active();
    }

    @Override
    public CapturedContext.ThreadKind threadKind() {
        return settings.virtual() ? CapturedContext.ThreadKind.NEW : CapturedContext.ThreadKind.POOLED;
    }

    /**
     * Runs a task that is done when it returns.
     *
     * @throws TaskRejectedException if as many tasks as may wait already do, or after shutdown
     */
    @Override
    public void execute(Runnable work) {
        PlainTask task = new PlainTask(this, work);
        if (closed) {
            throw shutDown();
        }
        if (!permits.tryStart(task) && !enqueue(task)) {
            throw full();
        }
        TaskRejectedException refusal = task.refusal();
        if (refusal != null) { // the shutdown came meanwhile, or there is no thread for it
            throw refusal;
        }
    }

    private boolean enqueue(Task task) {
        boolean waits = permits.enqueue(task);
        if (threads.isShutdown()) {
            refuseWaiting(); // whoever did so at the shutdown may have missed it
        }
        return waits;
    }

    @Override
    public void submit(OffloadedCall call) {
        if (call.isSettled()) {
            return; // cancelled before it came here
        }
        if (closed) {
            // Work in flight may finish, and so may what it needs
            if (call.hasLiveChain()) {
                runUnderPermitOfChain(call);
            } else {
                call.refused(shutDown());
            }
        } else if (!permits.tryStart(call)) {
            if (call.isOccupiedByChain() || !call.mayWait(waits)) {
                runUnderPermitOfChain(call);
            } else if (!enqueue(call)) {
                call.stopWaiting();
                call.refused(full());
            } else if (call.isSettled()) {
                withdraw(call);
            }
        }
    }

    private void runUnderPermitOfChain(OffloadedCall call) {
        if (Chain.isOnThreadOfBody()) {
            call.runInPlace();
        } else if (!call.runOnLoan(loans)) {
            enqueue(call); // if there is no room, it waits for the loan only
            if (call.isSettled() || !call.ownsPermit()) {
                withdraw(call); // it was cancelled, or has got the loan meanwhile
            }
        }
    }

    @Override
    public void withdraw(OffloadedCall call) {
        permits.withdraw(call);
        call.stopWaiting();
        checkIdle();
    }

    @Override
    public void resume(Task work) {
        launch(work);
    }

    @Override
    public void runBeside(Task work) {
        launch(threads instanceof BodyThreads.Pool pool ? pool.beside(work) : work);
    }

    @Override
    public void ended() {
        completed.increment();
        permits.release();
        checkIdle();
    }

    @Override
    public void resultPends(OffloadedCall call) {
        pending.add(call);
        if (threads.isShutdown()) {
            abandon(call);
        }
    }

    @Override
    public void resultIsThere(OffloadedCall call) {
        pending.remove(call);
        checkIdle();
    }

    private void checkIdle() {
        if (closed && isIdle()) {
            synchronized (idle) {
                idle.notifyAll();
            }
        }
    }

    /** Some results are pending without a permit of their own. */
    private boolean isIdle() {
        return permits.isIdleBut(permitsOfCloser) && pending.isEmpty();
    }

    private boolean start(Task task) {
        return task.stopWaiting() && launch(task);
    }

    private boolean launch(Task task) {
        try {
            threads.execute(task);
            return true;
        } catch (RejectedExecutionException ex) {
            refuse(task, shutDown());
            return false;
        } catch (OutOfMemoryError ex) {
            refuse(task, new TaskRejectedException("smartasync.executors." + name() + " can't start a thread", ex));
            return false;
        }
    }

    private static void refuse(Task task, TaskRejectedException reason) {
        tell(() -> task.refused(reason));
    }

    /** Whatever those throw who hear of it, a subscriber say: others have to hear too, and the permit comes back. */
    private static void tell(Runnable end) {
        try {
            end.run();
        } catch (Throwable ex) {
            CallLog.warn(logger, "Somebody failed on the end of a call that was refused or abandoned", ex);
        }
    }

    /** Takes work again after {@link #close()}, if the application is started again. */
    synchronized void open() {
        if (closed) {
            threads = BodyThreads.of(current, context, classLoader);
            closed = false;
        }
    }

    /** Refuses new work. If a body does so, by stopping the application, neither that nor those who wait for it end before. */
    void close() {
        permitsOfCloser = Chain.permits(Chain.running(), this);
        closed = true;
    }

    /**
     * Lets work in flight finish until the await period after {@code closedAt} is over, then interrupts it. Threads that are
     * idle stay, for what the work of other executors still needs.
     *
     * @return whether there was work that is done now, and may have left other work to other executors
     */
    boolean drain(long closedAt) {
        if (isIdle() || threads.isShutdown()) {
            return false;
        }
        try {
            if (awaitIdle(closedAt)) {
                return true;
            }
            logger.warn("smartasync.executors." + name() + ": " + active() + " calls still run ("
                    + pending.size() + " with a pending result) and " + queued() + " wait after "
                    + DurationText.of(settings.awaitTermination())
                    + "; the former are interrupted or cancelled, the latter refused");
            abandon();
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
        return false;
    }

    private boolean awaitIdle(long closedAt) throws InterruptedException {
        synchronized (idle) {
            while (!isIdle()) {
                long left = left(closedAt);
                if (left <= 0) {
                    return false;
                }
                TimeUnit.NANOSECONDS.timedWait(idle, left);
            }
        }
        return true;
    }

    private long left(long closedAt) {
        return TimeUnit.NANOSECONDS.convert(settings.awaitTermination()) - (System.nanoTime() - closedAt);
    }

    /**
     * Lets the threads finish, until the await period is over, what they do after their bodies: tell of the end, and run what
     * depends on the result.
     */
    void drainThreads(long closedAt) {
        if (threads.isShutdown()) {
            return; // the period was over before the bodies were
        }
        threads.shutdown();
        try {
            if (!threads.awaitTermination(left(closedAt), TimeUnit.NANOSECONDS)) {
                logger.warn("smartasync.executors." + name() + ": what depends on results still runs after "
                        + DurationText.of(settings.awaitTermination()) + "; it is interrupted");
            }
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Interrupts what runs, refuses what waits for a permit or, with one, for a thread, and ends those whose results are
     * pending. What waits or is pending later finds the threads shut down.
     */
    private void abandon() {
        boolean goesOn = BodyThreads.isCurrent() && !Thread.currentThread().isInterrupted();
        List<Runnable> withoutThread = threads.shutdownNow();
        if (goesOn) {
            Thread.interrupted(); // the rest of the application is still to be stopped by this thread
        }
        refuseWaiting();
        for (Runnable lost : withoutThread) {
            if (lost instanceof Task task) {
                refuse(task, shutDown());
                if (task.ownsPermit()) {
                    permits.release();
                }
            }
        }
        pending.forEach(this::abandon);
    }

    private void refuseWaiting() {
        permits.drain(task -> {
            if (task.stopWaiting()) {
                refuse(task, shutDown());
            }
        });
        loans.withdrawAll().forEach(call -> refuse(call, shutDown()));
    }

    private void abandon(OffloadedCall call) {
        tell(() -> call.abandon(
                new CancellationException("The result of " + call.method.plan().name()
                        + " was pending when smartasync.executors." + name() + " was shut down with the application")));
    }

    /** Ends the threads, with what is left on them. */
    @Override
    public void destroy() {
        close();
        abandon();
    }

    private TaskRejectedException full() {
        return new TaskRejectedException("smartasync.executors." + name() + " is full: " + active()
                + " bodies run and " + queueCapacity()
                + " wait. Raise its concurrency-limit or queue-capacity, or call less often.");
    }

    private TaskRejectedException shutDown() {
        return new TaskRejectedException("smartasync.executors." + name() + " is shut down, as the application is");
    }
}
