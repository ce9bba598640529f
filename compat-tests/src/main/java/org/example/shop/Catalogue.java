package org.example.shop;

import io.smartasync.SmartAsync;
import io.smartasync.Workload;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import org.springframework.stereotype.Service;

/** Every shape that needs no library. Each body answers with the name of its thread. */
@Service
@SmartAsync
public class Catalogue {

    static final class SoldOut extends Exception {
        private static final long serialVersionUID = 1;
    }

    public String value() {
        return thread();
    }

    @SmartAsync("reports")
    public String valueElsewhere() {
        return thread();
    }

    public String ruled() {
        return thread();
    }

    public String failing() throws SoldOut {
        throw new SoldOut();
    }

    @SmartAsync(background = true)
    public void inBackground(CompletableFuture<String> done) {
        done.complete(thread());
    }

    @SmartAsync("reports")
    public CompletableFuture<String> future() {
        return CompletableFuture.completedFuture(thread());
    }

    public CompletionStage<String> stage() {
        return CompletableFuture.completedFuture(thread());
    }

    @SmartAsync(workload = Workload.CPU)
    public Future<String> computed() {
        return CompletableFuture.completedFuture(thread());
    }

    private static String thread() {
        return Thread.currentThread().getName();
    }
}
