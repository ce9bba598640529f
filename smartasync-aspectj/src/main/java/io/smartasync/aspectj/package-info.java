/**
 * Interception by AspectJ weaving, for calls that no proxy sees: {@code this.other()}, private methods, objects that are no
 * beans.
 */
@NullMarked
package io.smartasync.aspectj;

import org.jspecify.annotations.NullMarked;
