/**
 * What shall be done? {@link io.smartasync.plan.Planner} makes of annotation and rules one immutable
 * {@link io.smartasync.plan.Plan} per method, at registration; {@link io.smartasync.plan.DecisionTable} is the table
 * that it reads its row from.
 *
 * <p>Imports {@code io.smartasync} only.
 */
@NullMarked
package io.smartasync.plan;

import org.jspecify.annotations.NullMarked;
