package io.smartasync.execution;

import io.smartasync.CallObserver;
import io.smartasync.Outcome;
import io.smartasync.Route;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.springframework.util.function.ThrowingFunction;

/**
 * The same work for many items: a few workers, each a call on the executor, take one item after the other. Each item is
 * counted as a call of its own. Whoever ends it first (the last item, the first failure, the deadline, a cancel) stops the
 * rest. Thread-safe.
 */
final class FanOut<R extends @Nullable Object> extends AwaitedFuture<List<R>> {

    private final BoundMethod method;
    private final Route route;
    private final long start = System.nanoTime();
    private final int size;
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicInteger open;
    private final AtomicReference<@Nullable Counted> counted = new AtomicReference<>();
    private final AtomicReference<@Nullable End> end = new AtomicReference<>();
    private final AtomicBoolean failureTold = new AtomicBoolean();
    private final List<Worker> workers = new CopyOnWriteArrayList<>();

    /** What the workers have, and not the future, which may be kept for long. */
    private record Job<T, R extends @Nullable Object>(
            List<T> items, ThrowingFunction<T, R> work, AtomicReferenceArray<R> results, CapturedContext context) {}

    /** How what still runs ends, and what an item or worker failed with, if that ended all. */
    private record End(Outcome outcome, @Nullable Throwable failure) {}

    /** Each item once one has begun; else the call as a whole. */
    private enum Counted {
        ITEMS,
        CALL
    }

    private FanOut(SmartAsyncEngine engine, BoundMethod method, int size) {
        super(engine);
        this.method = method;
        this.route = engine.route(method);
        this.size = size;
        this.open = new AtomicInteger(size);
    }

    /**
     * Starts the work.
     *
     * @throws IllegalArgumentException if {@code concurrency} is less than 1
     */
    static <T, R extends @Nullable Object> FanOut<R> start(
            SmartAsyncEngine engine,
            BoundMethod method,
            Collection<T> items,
            ThrowingFunction<T, R> work,
            int concurrency,
            boolean callerWaits) {
        checkConcurrency(concurrency);
        List<T> copy = new ArrayList<>(items);
        FanOut<R> all = new FanOut<>(engine, method, copy.size());
        boolean inPlace = copy.isEmpty() || all.route.executor() == null;
        CapturedContext context = inPlace ? CapturedContext.NOTHING : engine.capture(callerWaits, null);
        Job<T, R> job = new Job<>(copy, work, new AtomicReferenceArray<>(copy.size()), context);
        if (inPlace) {
            all.runInPlace(job);
        } else {
            all.startWorkers(job, Math.min(concurrency, copy.size()));
        }
        return all;
    }

    static void checkConcurrency(int concurrency) {
        if (concurrency < 1) {
            throw new IllegalArgumentException("concurrency must be at least 1, not " + concurrency);
        }
    }

    private void runInPlace(Job<?, R> job) {
        try {
            open.addAndGet(-workOff(job, start));
            succeedIfAllAreDone(job);
        } catch (Throwable ex) {
            super.completeExceptionally(ex);
        }
    }

    private void startWorkers(Job<?, R> job, int count) {
        Duration limit = method.timeout();
        if (limit != null) {
            var running = engine.timeouts().schedule(() -> timeOut(limit), limit);
            if (running != null) {
                onEnd((value, error) -> running.cancel(false));
            }
        }
        for (int i = 0; i < count && next.get() < size && !isDone(); i++) {
            Worker worker = new Worker(job, System.nanoTime());
            workers.add(worker);
            worker.executor.submit(worker);
            if (worker.refusal() != null && i > 0) {
                return; // those that were taken do the work
            }
            // By now its permit is free again: whoever has the results, or the failure, may call at once
            worker.future.onEnd((done, failure) -> {
                if (failure == null) {
                    open.addAndGet(-(int) done);
                    succeedIfAllAreDone(job);
                } else {
                    boolean refused = worker.refusal() != null;
                    end.compareAndSet(null, new End(refused ? Outcome.REJECTED : Outcome.CANCELLED, failure));
                    tellFailure(refused ? Outcome.REJECTED : Call.outcome(failure));
                }
            });
        }
        if (end.get() != null) {
            stop(); // whoever ended it may have missed the last worker
        }
    }

    /**
     * Takes items as long as there are any; throws what an item fails with, which ends all.
     *
     * @param submitted since when an executor was to do it: the first item has waited from then on
     * @return how many it took
     */
    private <T> int workOff(Job<T, R> job, long submitted) throws Throwable {
        int done = 0;
        long begun = submitted;
        for (int i = next.getAndIncrement();
                i < size && end.get() == null && counts(Counted.ITEMS);
                i = next.getAndIncrement()) {
            Call call = new Call(method, route, method.observe(route, null), begun);
            if (route.executor() != null) {
                call.bodyStarts();
            }
            try (AutoCloseable carried = job.context.open(
                            CapturedContext.ThreadKind.BORROWED); // what an item leaves, the next does not see
                    CallObserver.Scope observed = call.openScope()) {
                job.results.set(i, job.work.applyWithException(job.items.get(i)));
            } catch (Throwable ex) {
                End stopped = end.get();
                call.settle(stopped == null ? Call.outcome(ex) : stopped.outcome, ex);
                end.compareAndSet(null, new End(Outcome.CANCELLED, ex));
                throw ex;
            }
            call.settle(Outcome.SUCCESS, null);
            done++;
            begun = System.nanoTime();
        }
        return done;
    }

    private void succeedIfAllAreDone(Job<?, R> job) {
        if (open.get() == 0 && end(Outcome.SUCCESS)) {
            stop(); // those that wait for a permit would find nothing
            super.complete(IntStream.range(0, size).mapToObj(job.results::get).toList());
        }
    }

    /** Called by whichever worker ends first: the one whose item failed may have been stopped meanwhile. */
    private void tellFailure(Outcome outcome) {
        End ended = end.get();
        Throwable failure = ended == null ? null : ended.failure;
        if (failure != null && failureTold.compareAndSet(false, true)) {
            stop();
            countIfNothingBegan(outcome, failure);
            super.completeExceptionally(failure);
        }
    }

    private void timeOut(Duration limit) {
        completeExceptionally(method.tooLateForAll(size, limit));
    }

    @Override
    public boolean cancel(boolean interrupt) {
        if (!end(Outcome.CANCELLED)) {
            return isCancelled();
        }
        stop(interrupt);
        countIfNothingBegan(Outcome.CANCELLED, null);
        return super.cancel(interrupt);
    }

    @Override
    public boolean complete(List<R> value) {
        if (!end(Outcome.CANCELLED)) {
            return false;
        }
        stop();
        countIfNothingBegan(Outcome.SUCCESS, null);
        return super.complete(value);
    }

    @Override
    public boolean completeExceptionally(Throwable error) {
        Outcome outcome = error instanceof TimeoutException ? Outcome.TIMEOUT : Outcome.CANCELLED;
        if (!end(outcome)) {
            return false;
        }
        stop();
        countIfNothingBegan(outcome, error);
        return super.completeExceptionally(error);
    }

    /** Items are counted, each when it ends; where there is none to tell of it, the call is. */
    private void countIfNothingBegan(Outcome outcome, @Nullable Throwable error) {
        if (counts(Counted.CALL)) {
            method.ended(route, outcome, error, System.nanoTime() - start);
        }
    }

    /** Whether {@code what} is counted: whoever is first says so. */
    private boolean counts(Counted what) {
        return counted.compareAndSet(null, what) || (what == Counted.ITEMS && counted.get() == what);
    }

    /** Ends it; {@code false} if it has ended already. What still runs then ends with {@code outcome}. */
    private boolean end(Outcome outcome) {
        return end.compareAndSet(null, new End(outcome, null));
    }

    private void stop() {
        stop(true);
    }

    private void stop(boolean interrupt) {
        workers.forEach(worker -> worker.future.cancel(interrupt));
    }

    /** Takes items as long as there are any. Its executor knows it as one call, the meters know its items. */
    private final class Worker extends FutureCall<Job<?, R>> {

        Worker(Job<?, R> job, long submitted) {
            super(
                    FanOut.this.engine,
                    FanOut.this.method,
                    FanOut.this.route,
                    work -> workOff(work, submitted),
                    job,
                    job.context,
                    null);
        }

        @Override
        void bodyStarts() {}

        @Override
        void count(Outcome outcome, @Nullable Throwable error, long nanos) {}
    }
}
