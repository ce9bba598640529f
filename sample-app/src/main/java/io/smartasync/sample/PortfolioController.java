package io.smartasync.sample;

import java.math.BigDecimal;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

/** The three kinds of handlers, over the same beans. All give the same answer on all three servers. */
@RestController
class PortfolioController {

    private final Holdings holdings;
    private final Prices prices;
    private final Reports reports;

    PortfolioController(Holdings holdings, Prices prices, Reports reports) {
        this.holdings = holdings;
        this.prices = prices;
        this.reports = reports;
    }

    /** A plain value: this handler's thread waits. */
    @GetMapping("/sync")
    Portfolio sync(@RequestParam(defaultValue = "ada") String owner) {
        return Portfolio.of(owner, prices.of(holdings.of(owner)).blockOptional().orElseThrow());
    }

    /** A future: the blocking query runs on an executor, and no thread waits for it or for the prices. */
    @GetMapping("/async")
    CompletableFuture<Portfolio> async(@RequestParam(defaultValue = "ada") String owner) {
        return holdings.ofAsync(owner)
                .thenCompose(found -> prices.of(found).toFuture())
                .thenApply(positions -> Portfolio.of(owner, positions));
    }

    /** Both at once: a blocking library in a reactive pipeline. */
    @GetMapping("/mixed")
    Mono<Portfolio> mixed(@RequestParam(defaultValue = "ada") String owner) {
        return Mono.fromFuture(() -> holdings.ofAsync(owner))
                .flatMap(prices::of)
                .map(positions -> Portfolio.of(owner, positions));
    }

    @GetMapping("/reports/shares")
    CompletableFuture<Map<String, BigDecimal>> shares() {
        return reports.sharesBySymbol();
    }
}
