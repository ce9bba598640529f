package org.example.woven;

import io.smartasync.SmartAsyncBridge;
import java.util.concurrent.CompletableFuture;

@SmartAsyncBridge(Ledger.class)
public interface FutureLedger {

    CompletableFuture<String> find(String id);
}
