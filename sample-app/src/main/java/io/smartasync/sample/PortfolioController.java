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
    private final FutureHoldings futureHoldings;
    private final Prices prices;
    private final PlainPrices plainPrices;
    private final Reports reports;

    PortfolioController(
            Holdings holdings, FutureHoldings futureHoldings, Prices prices, PlainPrices plainPrices, Reports reports) {
        this.holdings = holdings;
        this.futureHoldings = futureHoldings;
        this.prices = prices;
        this.plainPrices = plainPrices;
        this.reports = reports;
    }

    /** A plain value: this handler's thread waits. On Netty that is no event loop but a thread of an executor. */
    @GetMapping("/sync")
    Portfolio sync(@RequestParam(defaultValue = "ada") String owner) {
        return Portfolio.of(owner, plainPrices.of(holdings.of(owner)));
    }

    /** A future: the blocking query runs on an executor, and no thread waits for it or for the prices. */
    @GetMapping("/async")
    CompletableFuture<Portfolio> async(@RequestParam(defaultValue = "ada") String owner) {
        return futureHoldings
                .of(owner)
                .thenCompose(found -> prices.of(found).toFuture())
                .thenApply(positions -> Portfolio.of(owner, positions));
    }

    /** Both at once: a blocking library in a reactive pipeline. */
    @GetMapping("/mixed")
    Mono<Portfolio> mixed(@RequestParam(defaultValue = "ada") String owner) {
        return Mono.fromFuture(() -> futureHoldings.of(owner))
                .flatMap(prices::of)
                .map(positions -> Portfolio.of(owner, positions));
    }

    @GetMapping("/reports/shares")
    CompletableFuture<Map<String, BigDecimal>> shares() {
        return reports.sharesBySymbol();
    }
}
