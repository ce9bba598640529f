package org.example.shop;

import io.smartasync.SmartAsyncBridge;
import java.util.concurrent.CompletableFuture;

/** The catalogue for callers that can't wait. */
@SmartAsyncBridge(Catalogue.class)
public interface FutureCatalogue {

    CompletableFuture<String> value();
}
