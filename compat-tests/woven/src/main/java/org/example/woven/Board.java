package org.example.woven;

import io.smartasync.SmartAsync;
import java.util.concurrent.CompletableFuture;
import org.springframework.stereotype.Service;

/** A bean that can't have a proxy. */
@Service
public record Board(Ledger ledger) {

    @SmartAsync
    public CompletableFuture<String> show() {
        return CompletableFuture.completedFuture(Ledger.thread());
    }
}
