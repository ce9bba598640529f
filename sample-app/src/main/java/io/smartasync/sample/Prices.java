package io.smartasync.sample;

import io.smartasync.SmartAsync;
import java.math.BigDecimal;
import java.util.List;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Service;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Prices from a slow remote provider. Nothing blocks here: a publisher is passed through and timed to its completion. */
@Service
@SmartAsync
public class Prices {

    private final WebClient provider = WebClient.create();
    private final Environment environment;

    Prices(Environment environment) {
        this.environment = environment;
    }

    /** All quotes at once: as slow as the slowest, not as their sum. */
    public Mono<List<Portfolio.Position>> of(List<Holding> holdings) {
        return Flux.fromIterable(holdings)
                .flatMap(holding -> quote(holding.symbol())
                        .map(price -> new Portfolio.Position(holding.symbol(), holding.quantity(), price)))
                .collectList();
    }

    private Mono<BigDecimal> quote(String symbol) {
        // The sample serves its own provider, on a port that is known once the server runs
        String server = environment.getRequiredProperty("sample.provider");
        return provider.get()
                .uri(server + "/provider/prices/{symbol}", symbol)
                .retrieve()
                .bodyToMono(BigDecimal.class);
    }
}
