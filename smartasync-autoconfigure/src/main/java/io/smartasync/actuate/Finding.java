package io.smartasync.actuate;

/**
 * Something to change.
 *
 * @param subject the method or executor
 * @param finding what is wrong
 * @param measured the value that was measured
 * @param threshold the value from which on it is wrong
 * @param change the lines of YAML or code that help
 */
public record Finding(String subject, String finding, String measured, String threshold, String change) {}
