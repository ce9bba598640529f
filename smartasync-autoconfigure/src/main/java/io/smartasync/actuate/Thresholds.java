package io.smartasync.actuate;

import java.time.Duration;

/**
 * From when on something is worth a finding.
 *
 * @param samples how many calls there must be: of one kind of caller, or of all where the finding is about all of them
 * @param slow how long 95 of 100 calls may take
 * @param held how long a body without blocking may hold an event loop
 * @param callers how many calls of a method may be under way at once, on average
 */
public record Thresholds(long samples, Duration slow, Duration held, int callers) {}
