/**
 * How it all comes together in an application: properties, conditions, beans, and what is said when something is wrong.
 * Nothing below sees a property class.
 *
 * <p>May import every other package.
 */
@NullMarked
package io.smartasync.autoconfigure;

import org.jspecify.annotations.NullMarked;
