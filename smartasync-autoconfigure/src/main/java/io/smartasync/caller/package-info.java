/**
 * Who is calling? One question, answered by {@link io.smartasync.caller.CallerDetection} in one readable method; the
 * libraries that it asks are each named in one small class.
 *
 * <p>Imports {@code io.smartasync} only.
 */
@NullMarked
package io.smartasync.caller;

import org.jspecify.annotations.NullMarked;
