/**
 * What Actuator shows: {@link io.smartasync.actuate.SmartAsyncEndpoint} answers why each call ran where it ran, where time
 * is lost and what to change, and changes it. The dashboard is a page over the same answers.
 *
 * <p>Imports {@code io.smartasync}, {@code plan} and {@code execution}. The one place, besides its
 * auto-configuration, that names Actuator's types.
 */
@NullMarked
package io.smartasync.actuate;

import org.jspecify.annotations.NullMarked;
