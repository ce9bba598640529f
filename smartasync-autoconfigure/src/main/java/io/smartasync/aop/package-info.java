/**
 * How calls get to the engine: {@link io.smartasync.aop.SmartAsyncAspect} for what a pointcut expression can see,
 * {@link io.smartasync.aop.MergedAnnotationAdvisor} for annotations on types and overridden methods. Both say
 * which calls; {@link io.smartasync.aop.SmartAsyncInterceptor} takes them: one look-up, one call.
 *
 * <p>Imports {@code io.smartasync}, {@code plan} and {@code execution}.
 */
@NullMarked
package io.smartasync.aop;

import org.jspecify.annotations.NullMarked;
