package org.example.shop;

import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

/** Handlers that return publishers, where Reactor is. */
@RestController
@ConditionalOnClass(name = "reactor.core.publisher.Mono")
class FeedController {

    private final Feed feed;
    private final Catalogue catalogue;

    FeedController(Feed feed, Catalogue catalogue) {
        this.feed = feed;
        this.catalogue = catalogue;
    }

    @GetMapping("/one")
    Mono<String> one() {
        return feed.one();
    }

    @GetMapping("/many")
    Mono<String> many() {
        return feed.many().collectList().map(all -> String.join(" ", all));
    }

    @GetMapping("/value-on-request-thread")
    Mono<String> valueOnRequestThread() {
        return Mono.fromCallable(catalogue::value);
    }

    @GetMapping("/in-place")
    Mono<String> inPlace() {
        return feed.inPlace();
    }
}
