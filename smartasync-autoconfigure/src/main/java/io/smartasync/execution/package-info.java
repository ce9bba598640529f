/**
 * Do it: {@link io.smartasync.execution.SmartAsyncEngine} carries out what the plan says, on the caller's thread or on a
 * {@link io.smartasync.execution.SmartAsyncTaskExecutor}, and tells the listeners.
 *
 * <p>Imports {@code io.smartasync}, {@code caller} and {@code plan}. Reactor is named only in the classes that
 * start with {@code Reactor} or with {@code Kotlin}, since coroutines get here through Reactor.
 */
@NullMarked
package io.smartasync.execution;

import org.jspecify.annotations.NullMarked;
