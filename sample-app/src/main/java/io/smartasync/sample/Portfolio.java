package io.smartasync.sample;

import java.math.BigDecimal;
import java.util.Comparator;
import java.util.List;

/** What somebody owns, at present prices. */
record Portfolio(String owner, List<Position> positions, BigDecimal value) {

    record Position(String symbol, int quantity, BigDecimal price) {}

    static Portfolio of(String owner, List<Position> positions) {
        BigDecimal value = positions.stream()
                .map(position -> position.price().multiply(BigDecimal.valueOf(position.quantity())))
                .reduce(BigDecimal.ZERO, BigDecimal::add);
        return new Portfolio(
                owner,
                positions.stream()
                        .sorted(Comparator.comparing(Position::symbol))
                        .toList(),
                value);
    }
}
