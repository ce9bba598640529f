package org.example.woven;

import io.smartasync.SmartAsync;
import java.util.concurrent.CompletableFuture;

/** No bean at all. */
public record Money(long cents) {

    @SmartAsync
    public CompletableFuture<String> convert() {
        return CompletableFuture.completedFuture(Ledger.thread());
    }

    @SmartAsync(executor = "nowhere")
    public CompletableFuture<String> mistaken() {
        return CompletableFuture.completedFuture(Ledger.thread());
    }
}
