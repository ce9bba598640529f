/**
 * Measures SmartAsync side by side with what users would pick instead. JMH: {@code Direct}, {@code OffloadFuture},
 * {@code OffloadPublisher}, with {@code Table} for their results; {@code Scale} is a program of its own.
 *
 * <p>Not {@code @NullMarked}: JMH sets the fields.
 */
package io.smartasync.benchmarks;
