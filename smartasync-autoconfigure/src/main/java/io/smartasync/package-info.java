/**
 * What users import: the annotation, the words of the decision table ({@link io.smartasync.Workload},
 * {@link io.smartasync.Caller}, {@link io.smartasync.ExecutionPath}, {@link io.smartasync.Outcome}), bridges
 * ({@link io.smartasync.SmartAsyncBridge}), operations ({@link io.smartasync.SmartAsyncOperations}), the three extension
 * points ({@link io.smartasync.CallerDetector}, {@link io.smartasync.SmartAsyncListener},
 * {@link io.smartasync.CallObserver}) and the exceptions. Only {@code @ImportSmartAsyncBridges}, for libraries, is in
 * {@code bridge}.
 *
 * <p>This package, {@code io.smartasync.test}, {@code @ImportSmartAsyncBridges}, the properties, the meters and the endpoint
 * are what applications may rely on. Types of other packages are public for each other only and change without notice.
 *
 * <p>Imports nothing else of SmartAsync.
 */
@NullMarked
package io.smartasync;

import org.jspecify.annotations.NullMarked;
