package org.example.shop;

import io.smartasync.SmartAsync;
import io.smartasync.Workload;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.stereotype.Service;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The shapes of Reactor, where it is. */
@Service
@ConditionalOnClass(name = "reactor.core.publisher.Mono")
public class Feed {

    @SmartAsync(executor = "reports", workload = Workload.IO)
    public Mono<String> one() {
        return Mono.just(Thread.currentThread().getName());
    }

    @SmartAsync(workload = Workload.IO)
    public Flux<String> many() {
        return Flux.just("1", Thread.currentThread().getName());
    }

    @SmartAsync
    public Mono<String> inPlace() {
        return Mono.just(Thread.currentThread().getName());
    }
}
