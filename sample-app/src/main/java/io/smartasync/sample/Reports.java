package io.smartasync.sample;

import io.smartasync.SmartAsync;
import java.math.BigDecimal;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;

/** Heavy queries, kept from crowding out the others: application.yml sends them to an executor of their own. */
@Service
@SmartAsync
public class Reports {

    private final JdbcClient jdbc;

    Reports(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    public CompletableFuture<Map<String, BigDecimal>> sharesBySymbol() {
        return CompletableFuture.completedFuture(
                jdbc
                        .sql("select symbol, sum(quantity) as shares from holding group by symbol")
                        .query()
                        .listOfRows()
                        .stream()
                        .collect(Collectors.toMap(
                                row -> String.valueOf(row.get("symbol")),
                                row -> new BigDecimal(String.valueOf(row.get("shares"))))));
    }
}
