/**
 * For the tests of applications: {@link io.smartasync.test.CallerThread} runs a test on a given kind of thread,
 * {@link io.smartasync.test.RecordSmartAsyncCalls} shows what way its calls took.
 *
 * <p>Imports {@code io.smartasync} only.
 */
@NullMarked
package io.smartasync.test;

import org.jspecify.annotations.NullMarked;
