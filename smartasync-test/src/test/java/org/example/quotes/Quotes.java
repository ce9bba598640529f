package org.example.quotes;

import io.smartasync.SmartAsync;
import java.util.concurrent.CompletableFuture;
import org.springframework.stereotype.Service;

@SmartAsync
@Service
class Quotes {

    public String find(String symbol) {
        return symbol + " 42";
    }

    public CompletableFuture<String> findLater(String symbol) {
        return CompletableFuture.completedFuture(find(symbol));
    }
}
