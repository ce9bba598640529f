package io.smartasync.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.springframework.boot.json.JsonParserFactory;

/**
 * Prints what JMH wrote as Markdown: for each peer its time and bytes, and ours beside it. Times are medians over forks,
 * per call; a row whose name ends in {@code Control} is its namesake measured again and shows the noise.
 */
public final class Table {

    private Table() {}

    /** Reads the JSON file {@code arguments[0]}. */
    public static void main(String[] arguments) throws IOException {
        Map<String, List<Row>> tables = new TreeMap<>();
        for (Object result : JsonParserFactory.getJsonParser().parseList(Files.readString(Path.of(arguments[0])))) {
            Row row = Row.of(map(result));
            tables.computeIfAbsent(row.table, key -> new ArrayList<>()).add(row);
        }
        tables.forEach(Table::print);
    }

    private static void print(String name, List<Row> rows) {
        System.out.printf("%n### %s%n%n", name);
        System.out.println("| | ns per call | bytes per call | ours: time | ours: bytes |");
        System.out.println("|---|---|---|---|---|");
        for (Row row : rows) {
            Row ours = rows.stream()
                    .filter(other -> other.name.equals(row.namesake()))
                    .findFirst()
                    .orElse(row);
            System.out.printf(
                    "| %s | %.0f | %.0f | %s | %s |%n",
                    row.name,
                    row.nanos,
                    row.bytes,
                    ours == row ? "" : "%.2f".formatted(ours.nanos / row.nanos),
                    ours == row ? "" : "%+.0f".formatted(ours.bytes - row.bytes));
        }
    }

    private record Row(String table, String name, double nanos, double bytes) {

        static Row of(Map<String, Object> result) {
            String[] benchmark = result.get("benchmark").toString().split("\\.");
            Map<String, Object> parameters =
                    result.get("params") == null ? Map.of() : new TreeMap<>(map(result.get("params")));
            double calls =
                    Double.parseDouble(parameters.getOrDefault("inFlight", "1").toString());
            double bytes = number(map(map(result.get("secondaryMetrics")).get("gc.alloc.rate.norm"))
                    .get("score"));
            return new Row(
                    benchmark[benchmark.length - 2] + (parameters.isEmpty() ? "" : " " + parameters),
                    benchmark[benchmark.length - 1],
                    medianOfForks(map(result.get("primaryMetric"))) / calls,
                    bytes / calls);
        }

        /** The one of ours that it is compared with. */
        String namesake() {
            if (name.startsWith("smartAsync")) {
                return name;
            }
            if (name.endsWith("Control")) {
                return name.substring(0, name.length() - "Control".length());
            }
            return name.equals("emptyAspect")
                    ? "smartAsyncMetricsOff"
                    : name.endsWith("WithContext") ? "smartAsyncWithContext" : "smartAsync";
        }

        private static double medianOfForks(Map<String, Object> metric) {
            List<Double> forks = new ArrayList<>();
            for (Object fork : (List<?>) metric.get("rawData")) {
                forks.add(((List<?>) fork)
                        .stream().mapToDouble(Row::number).average().orElseThrow());
            }
            Collections.sort(forks);
            return forks.get(forks.size() / 2);
        }

        private static double number(Object json) {
            return Double.parseDouble(json.toString());
        }
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(Object json) {
        return (Map<String, Object>) json;
    }
}
