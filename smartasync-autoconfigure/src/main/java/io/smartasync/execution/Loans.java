package io.smartasync.execution;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The places that bodies lend to the calls that they make, one at a time: if these waited for a permit only, they might wait
 * for ever. The other calls of a body wait for a permit or for their turn, whichever comes first. Thread-safe.
 */
final class Loans {

    /** Who waits for the place of a body that is lent already. */
    private final Map<Link, Set<OffloadedCall>> waiting = new HashMap<>();

    /** What {@code borrower} does when it waits no more, or has ended on the place of {@code lender}. */
    Waiting waiting(Link lender, OffloadedCall borrower) {
        return new Waiting() {
            @Override
            public boolean stop() {
                return withdraw(lender, borrower);
            }

            @Override
            public void ended() {
                OffloadedCall next = giveBack(lender);
                if (next != null) {
                    next.executor.withdraw(next);
                    next.runBeside();
                }
            }
        };
    }

    /** Lends the place of {@code lender}, or else lets the call wait for it; {@code true} if it may run now. */
    synchronized boolean lend(Link lender, OffloadedCall borrower) {
        Set<OffloadedCall> others = waiting.putIfAbsent(lender, new LinkedHashSet<>());
        if (others == null) {
            return true;
        }
        others.add(borrower);
        return false;
    }

    /** Takes the call back, which has a permit now; {@code false} if it got the place before. */
    private synchronized boolean withdraw(Link lender, OffloadedCall borrower) {
        Set<OffloadedCall> others = waiting.get(lender);
        return others != null && others.remove(borrower);
    }

    /** Takes all back that wait. */
    synchronized List<OffloadedCall> withdrawAll() {
        List<OffloadedCall> all = waiting.values().stream().flatMap(Set::stream).toList();
        waiting.values().forEach(Set::clear);
        return all;
    }

    /** Returns the place; {@code null} or the call that has it next. */
    private synchronized @Nullable OffloadedCall giveBack(Link lender) {
        Set<OffloadedCall> others = waiting.getOrDefault(lender, Set.of());
        if (others.isEmpty()) {
            waiting.remove(lender);
            return null;
        }
        OffloadedCall next = others.iterator().next();
        others.remove(next);
        return next;
    }
}
