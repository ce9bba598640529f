/**
 * What is counted: {@link io.smartasync.metrics.SmartAsyncMeters} names the meters,
 * {@link io.smartasync.metrics.SmartAsyncMetrics} records them.
 *
 * <p>Imports {@code io.smartasync} only. The one place, besides its auto-configuration, that names Micrometer's meters.
 */
@NullMarked
package io.smartasync.metrics;

import org.jspecify.annotations.NullMarked;
