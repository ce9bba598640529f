/**
 * Other interfaces over a bean. {@link io.smartasync.bridge.BridgeMatcher} finds for each method of a bridge the target's
 * method and a way to convert its result; {@link io.smartasync.bridge.Bridges} makes the bridge; the engine runs its calls.
 *
 * <p>Imports {@code io.smartasync}, {@code plan} and {@code execution}.
 */
@NullMarked
package io.smartasync.bridge;

import org.jspecify.annotations.NullMarked;
