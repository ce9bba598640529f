package io.smartasync.benchmarks;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Ours and one peer in turn, a fifth of a second each, in one JVM: what slows the machine for a while slows both. Each pair has
 * a JVM of its own, so that neither is compiled for the calls of a third. The peer comes twice in each turn, before ours and
 * after; how far it is from itself is the control. Pairs without a ceiling tell how much of the cost is that of the least that one
 * would write by hand.
 */
public final class Pairs {

    private static final int WARMUP = 12;
    private static final int TURNS = 25;
    private static final long BLOCK = TimeUnit.MILLISECONDS.toNanos(200);

    private static final List<Pair> PAIRS = List.of(
            new Pair("OffloadFuture", "platform", 1, "supplyAsync", "smartAsync", "<= 1.15"),
            new Pair("OffloadFuture", "platform", 64, "supplyAsync", "smartAsync", "<= 2.0"),
            new Pair("OffloadFuture", "platform", 1, "async", "smartAsync", "<= 1.10"),
            new Pair("OffloadFuture", "platform", 64, "async", "smartAsync", "<= 1.25"),
            new Pair("OffloadFuture", "platform", 64, "asyncWithContext", "smartAsyncWithContext", "<= 0.85"),
            new Pair("OffloadFuture", "virtual", 64, "asyncWithContext", "smartAsyncWithContext", "<= 1.25"),
            new Pair("OffloadFuture", "platform", 64, "asyncAndTimed", "smartAsync", "<= 1.0"),
            new Pair("OffloadFuture", "virtual", 64, "asyncAndTimed", "smartAsync", "<= 1.0"),
            new Pair("OffloadFuture", "platform", 64, "asyncAndTimedWithContext", "smartAsyncWithContext", "<= 1.0"),
            new Pair("OffloadFuture", "virtual", 64, "asyncAndTimedWithContext", "smartAsyncWithContext", "<= 1.0"),
            new Pair("OffloadFuture", "platform", 64, "async", "byHand", ""),
            new Pair("OffloadFuture", "platform", 64, "byHand", "smartAsync", ""),
            new Pair("OffloadFuture", "virtual", 64, "async", "byHand", ""),
            new Pair("OffloadFuture", "virtual", 64, "byHand", "smartAsync", ""),
            new Pair("OffloadPublisher", "platform", 1, "boundedElastic", "smartAsync", "<= 1.25"),
            new Pair("OffloadPublisher", "platform", 64, "boundedElastic", "smartAsync", "<= 0.4"),
            new Pair("OffloadPublisher", "virtual", 1, "boundedElastic", "smartAsync", "<= 1.75"),
            new Pair("OffloadPublisher", "virtual", 64, "boundedElastic", "smartAsync", "<= 0.4"),
            new Pair("OffloadPublisher", "platform", 1, "fromExecutorService", "smartAsync", "<= 1.1"),
            new Pair("OffloadPublisher", "platform", 64, "fromExecutorService", "smartAsync", "<= 1.5"),
            new Pair("OffloadPublisher", "virtual", 1, "fromExecutorService", "smartAsync", "<= 1.1"),
            new Pair("OffloadPublisher", "virtual", 64, "fromExecutorService", "smartAsync", "<= 1.5"),
            new Pair("OffloadPublisher", "platform", 64, "fromExecutorService", "byHand", ""),
            new Pair("OffloadPublisher", "platform", 64, "byHand", "smartAsync", ""),
            new Pair("OffloadPublisher", "virtual", 1, "fromExecutorService", "byHand", ""),
            new Pair("OffloadPublisher", "virtual", 1, "byHand", "smartAsync", ""),
            new Pair("OffloadPublisher", "virtual", 64, "byHand", "smartAsync", ""));

    private Pairs() {}

    private record Pair(String benchmark, String threads, int inFlight, String peer, String ours, String ceiling) {

        boolean isPossible() {
            return threads.equals("platform") || Runtime.version().feature() >= 21;
        }

        @Override
        public String toString() {
            return benchmark + ", " + threads + " threads, " + inFlight + " in flight, " + ours + " against " + peer;
        }
    }

    /** Without an argument all pairs, each in three JVMs or as many as {@code ROUNDS} says; with its number one pair, here. */
    public static void main(String[] arguments) throws Exception {
        if (arguments.length > 0) {
            measure(PAIRS.get(Integer.parseInt(arguments[0])));
            System.exit(0); // some peers have threads that would stay
        }
        int rounds = Integer.parseInt(System.getenv().getOrDefault("ROUNDS", "3"));
        List<List<double[]>> measured = PAIRS.stream()
                .map(pair -> (List<double[]>) new ArrayList<double[]>())
                .toList();
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < PAIRS.size(); i++) {
                if (PAIRS.get(i).isPossible()) {
                    measured.get(i).add(inJvmOfItsOwn(i));
                }
            }
        }
        System.out.println("| pair | ceiling | ours: time | in each JVM | control |");
        System.out.println("|---|---|---|---|---|");
        for (int i = 0; i < PAIRS.size(); i++) {
            if (PAIRS.get(i).isPossible()) {
                print(PAIRS.get(i), measured.get(i));
            }
        }
    }

    private static void print(Pair pair, List<double[]> measured) {
        double[] ours = measured.stream().mapToDouble(one -> one[0]).sorted().toArray();
        double[] control = measured.stream().mapToDouble(one -> one[1]).toArray();
        System.out.printf(
                "| %s | %s | %.2f | %.2f to %.2f | %.2f |%n",
                pair, pair.ceiling, Scale.median(ours), ours[0], ours[ours.length - 1], Scale.median(control));
    }

    private static double[] inJvmOfItsOwn(int pair) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Pairs.class.getName(),
                        String.valueOf(pair))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IllegalStateException(PAIRS.get(pair) + " failed: " + output);
        }
        String last = output.strip().lines().reduce((one, other) -> other).orElseThrow();
        return Arrays.stream(last.split(" ")).mapToDouble(Double::parseDouble).toArray();
    }

    private static void measure(Pair pair) throws ReflectiveOperationException {
        Class<?> type = Class.forName(Pairs.class.getPackageName() + "." + pair.benchmark);
        Object benchmark = type.getConstructor().newInstance();
        type.getField("threads").set(benchmark, pair.threads);
        type.getField("inFlight").set(benchmark, pair.inFlight);
        type.getMethod("start").invoke(benchmark);
        Method peer = method(type, pair.peer);
        Method ours = method(type, pair.ours);
        double[] ofOurs = new double[TURNS];
        double[] theirs = new double[TURNS];
        double[] before = new double[TURNS];
        double[] after = new double[TURNS];
        for (int turn = -WARMUP; turn < TURNS; turn++) {
            double first = nanos(benchmark, peer);
            double second = nanos(benchmark, ours);
            double third = nanos(benchmark, peer);
            if (turn >= 0) {
                before[turn] = first;
                ofOurs[turn] = second;
                after[turn] = third;
                theirs[turn] = (first + third) / 2;
            }
        }
        System.out.println(Scale.ratio(ofOurs, theirs) + " " + Scale.ratio(after, before));
    }

    private static Method method(Class<?> type, String name) {
        return Arrays.stream(type.getMethods())
                .filter(method -> method.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** For one call of {@code method}; with a context, if it is to be propagated. */
    private static double nanos(Object benchmark, Method method)
            throws InvocationTargetException, IllegalAccessException {
        Object[] arguments = new Object[method.getParameterCount()];
        if (arguments.length > 0) {
            OffloadFuture.TwoEntries context = new OffloadFuture.TwoEntries();
            context.put();
            arguments[0] = context;
        }
        int calls = 0;
        long start = System.nanoTime();
        long end = start;
        while (end - start < BLOCK) {
            for (int i = 0; i < 10; i++) {
                method.invoke(benchmark, arguments);
            }
            calls += 10;
            end = System.nanoTime();
        }
        return (double) (end - start) / calls;
    }
}
