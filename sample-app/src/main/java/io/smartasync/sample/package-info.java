/** A small portfolio service: the same beans on platform, virtual and event-loop threads. */
@NullMarked
package io.smartasync.sample;

import org.jspecify.annotations.NullMarked;
