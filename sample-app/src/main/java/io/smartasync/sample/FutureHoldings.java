package io.smartasync.sample;

import io.smartasync.SmartAsyncBridge;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** {@link Holdings} for callers that must not wait: the blocking query runs on an executor. */
@SmartAsyncBridge(Holdings.class)
interface FutureHoldings {

    CompletableFuture<List<Holding>> of(String owner);
}
