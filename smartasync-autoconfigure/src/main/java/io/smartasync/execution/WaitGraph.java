package io.smartasync.execution;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Which executors' permits are held by calls that wait for which other executors, so that no cycle of them closes: it would
 * wait for ever. Only nested calls that would have to wait come here. Thread-safe.
 */
public final class WaitGraph {

    private final Map<BodyExecutor, Map<BodyExecutor, Integer>> waits = new HashMap<>();

    /** Notes that holders of {@code held} wait for {@code wanted}; {@code null} if that would close a cycle. */
    synchronized @Nullable Waiting enter(Set<BodyExecutor> held, BodyExecutor wanted) {
        if (reaches(wanted, held, new HashSet<>())) {
            return null;
        }
        for (BodyExecutor holder : held) {
            waits.computeIfAbsent(holder, key -> new HashMap<>()).merge(wanted, 1, Integer::sum);
        }
        AtomicBoolean waiting = new AtomicBoolean(true);
        return () -> {
            if (waiting.getAndSet(false)) {
                leave(held, wanted);
            }
            return true;
        };
    }

    private synchronized void leave(Set<BodyExecutor> held, BodyExecutor wanted) {
        for (BodyExecutor holder : held) {
            waits.computeIfPresent(holder, (key, wants) -> {
                wants.computeIfPresent(wanted, (executor, count) -> count == 1 ? null : count - 1);
                return wants.isEmpty() ? null : wants;
            });
        }
    }

    private boolean reaches(BodyExecutor from, Set<BodyExecutor> targets, Set<BodyExecutor> seen) {
        if (targets.contains(from)) {
            return true;
        }
        return seen.add(from)
                && waits.getOrDefault(from, Map.of()).keySet().stream().anyMatch(next -> reaches(next, targets, seen));
    }
}
