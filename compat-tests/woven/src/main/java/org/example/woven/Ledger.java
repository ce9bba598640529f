package org.example.woven;

import io.smartasync.SmartAsync;
import io.smartasync.Workload;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.resilience.annotation.Retryable;
import org.springframework.stereotype.Service;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Calls its own methods in every way, each of which says on which thread it ran. */
@Service
public class Ledger {

    private final AtomicInteger attempts = new AtomicInteger();

    @SmartAsync(executor = "io")
    public String find(String id) {
        return thread();
    }

    public String findByThis() {
        return this.find("a");
    }

    public String findLater() {
        return CompletableFuture.supplyAsync(this::findByThis, Runnable::run).join();
    }

    @SmartAsync
    private CompletableFuture<String> hidden(long id, double weight) {
        return CompletableFuture.completedFuture(thread() + " " + id + " " + weight);
    }

    public CompletableFuture<String> callHidden() {
        return hidden(1, 2.0);
    }

    @SmartAsync(debug = true)
    private CompletableFuture<String> forgotten() {
        return CompletableFuture.completedFuture("");
    }

    public void forget() {
        forgotten();
    }

    public void remember() {
        forgotten().join();
    }

    @SmartAsync
    static CompletableFuture<String> ofNobody() {
        return CompletableFuture.completedFuture(thread());
    }

    @SmartAsync(workload = Workload.IO)
    public Flux<String> entries() {
        return Flux.just(thread());
    }

    public Mono<String> twice() {
        Flux<String> entries = entries();
        return entries.concatWith(entries).reduce((one, other) -> one + "," + other);
    }

    @SmartAsync
    @Retryable(maxRetries = 1, delay = 1)
    public String stubborn() {
        if (attempts.incrementAndGet() == 1) {
            throw new IllegalStateException("first attempt");
        }
        return thread();
    }

    public int attempts() {
        return attempts.get();
    }

    @SmartAsync
    public int depth(int n) {
        return n == 0 ? 0 : depth(n - 1) + 1;
    }

    static String thread() {
        return Thread.currentThread().getName();
    }
}
