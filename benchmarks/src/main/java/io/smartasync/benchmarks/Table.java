package io.smartasync.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.springframework.boot.json.JsonParserFactory;

/**
 * Prints what JMH wrote as Markdown: for each peer its time and bytes, and ours beside it. There is a file for each round, in
 * which everything ran once: ratios are of one round, and medians over the rounds. A row whose name ends in {@code Control} is its
 * namesake measured again and shows the noise.
 */
public final class Table {

    private Table() {}

    /** Reads the JSON files {@code arguments}. */
    public static void main(String[] arguments) throws IOException {
        Map<String, Map<String, List<Row>>> tables = new TreeMap<>();
        for (String file : arguments) {
            for (Object result : JsonParserFactory.getJsonParser().parseList(Files.readString(Path.of(file)))) {
                Row row = Row.of(map(result));
                tables.computeIfAbsent(row.table, key -> new LinkedHashMap<>())
                        .computeIfAbsent(row.name, key -> new ArrayList<>())
                        .add(row);
            }
        }
        tables.forEach(Table::print);
    }

    private static void print(String table, Map<String, List<Row>> rounds) {
        System.out.printf("%n### %s%n%n", table);
        System.out.println("| | ns per call | bytes per call | ours: time | ours: bytes |");
        System.out.println("|---|---|---|---|---|");
        rounds.forEach((name, theirs) -> {
            List<Row> ours = rounds.get(theirs.get(0).namesake());
            boolean compared = ours != null && ours != theirs && ours.size() == theirs.size();
            System.out.printf(
                    "| %s | %.0f | %.0f | %s | %s |%n",
                    name,
                    median(theirs.stream().mapToDouble(Row::nanos)),
                    median(theirs.stream().mapToDouble(Row::bytes)),
                    compared
                            ? "%.2f"
                                    .formatted(median(IntStream.range(0, ours.size())
                                            .mapToDouble(i -> ours.get(i).nanos / theirs.get(i).nanos)))
                            : "",
                    compared
                            ? "%+.0f"
                                    .formatted(median(IntStream.range(0, ours.size())
                                            .mapToDouble(i -> ours.get(i).bytes - theirs.get(i).bytes)))
                            : "");
        });
    }

    private static double median(DoubleStream values) {
        double[] sorted = values.sorted().toArray();
        return sorted[sorted.length / 2];
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
                    number(map(result.get("primaryMetric")).get("score")) / calls,
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
            if (name.equals("emptyAspect")) {
                return "smartAsyncMetricsOff";
            }
            for (String alike : List.of("WithContext", "WithoutBuckets")) {
                if (name.endsWith(alike)) {
                    return "smartAsync" + alike;
                }
            }
            return "smartAsync";
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
