package io.smartasync.benchmarks;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * What is no matter of nanoseconds: many calls at once, startup, memory, requests per second. Prints one Markdown table.
 * Arguments: which parts ({@code loop}, {@code startup}, {@code http}), all by default.
 */
public final class Scale {

    private Scale() {}

    /** Measures. */
    public static void main(String[] arguments) throws Exception {
        List<String> parts = arguments.length == 0 ? List.of("loop", "startup", "http") : Arrays.asList(arguments);
        System.out.printf(
                "Java %s, %d processors%n%n",
                Runtime.version(), Runtime.getRuntime().availableProcessors());
        System.out.println("| scenario | figure | measured |");
        System.out.println("|---|---|---|");
        if (parts.contains("loop")) {
            LoopScale.measure();
        }
        if (parts.contains("startup")) {
            StartupScale.measure();
        }
        if (parts.contains("http")) {
            HttpScale.measure();
        }
        System.exit(0); // whatever threads the peers have left
    }

    static void row(String scenario, String figure, String measured, Object... values) {
        System.out.printf("| %s | %s | %s |%n", scenario, figure, String.format(Locale.ROOT, measured, values));
    }

    /** The ratio within a round, median over the rounds: the machine may be slower in some. */
    static double ratio(double[] measured, double[] than) {
        return median(IntStream.range(0, measured.length)
                .mapToDouble(round -> measured[round] / than[round])
                .toArray());
    }

    static double median(double... values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
