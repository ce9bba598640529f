package io.smartasync.sample;

import java.math.BigDecimal;
import java.time.Duration;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

/** Plays the slow remote provider: 100 ms a quote, without holding a thread. */
@RestController
class PriceProvider {

    @GetMapping("/provider/prices/{symbol}")
    Mono<BigDecimal> quote(@PathVariable String symbol) {
        return Mono.delay(Duration.ofMillis(100)).map(tick -> price(symbol));
    }

    /** The same symbol always has the same price, so that all servers give the same answers. */
    private static BigDecimal price(String symbol) {
        return BigDecimal.valueOf(Math.floorMod(symbol.hashCode(), 50_000), 2);
    }
}
