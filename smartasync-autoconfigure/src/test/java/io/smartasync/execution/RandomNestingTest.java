package io.smartasync.execution;

import static org.assertj.core.api.Assertions.assertThat;

import io.smartasync.ReactorSmartAsyncOperations;
import io.smartasync.SmartAsyncOperations;
import io.smartasync.support.Await;
import io.smartasync.support.TestContext;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Trees of calls of every shape, at random, over executors with one or two permits: whatever waits for what, none stands
 * still, and each permit comes back. A tree that does is known by its round.
 */
@Timeout(120)
class RandomNestingTest {

    private static final List<String> EXECUTORS = List.of("one", "two", "three");
    private static final int ROUNDS = 40;
    private static final int AT_ONCE = 12;

    private SmartAsyncOperations operations;
    private ReactorSmartAsyncOperations reactor;

    @Test
    void noTreeOfCallsStandsStill() {
        TestContext.with()
                .withPropertyValues(
                        "smartasync.executors.one.threads=platform",
                        "smartasync.executors.one.concurrency-limit=1",
                        "smartasync.executors.two.threads=auto",
                        "smartasync.executors.two.concurrency-limit=1",
                        "smartasync.executors.three.threads=platform",
                        "smartasync.executors.three.concurrency-limit=2")
                .run(context -> {
                    operations = context.getBean(SmartAsyncOperations.class);
                    reactor = context.getBean(ReactorSmartAsyncOperations.class);
                    for (int round = 0; round < ROUNDS; round++) {
                        SplittableRandom random = new SplittableRandom(round);
                        CompletableFuture<?>[] trees = IntStream.range(0, AT_ONCE)
                                .mapToObj(i -> tree(i, random))
                                .toArray(CompletableFuture<?>[]::new);
                        for (CompletableFuture<?> tree : trees) {
                            if (random.nextInt(8) == 0) {
                                tree.cancel(true);
                            }
                        }
                        assertThat(allDone(trees)).as("round %s", round).succeedsWithin(30, TimeUnit.SECONDS);
                    }
                    EXECUTORS.forEach(
                            name -> Await.idle(context.getBean("smartasync-" + name, SmartAsyncTaskExecutor.class)));
                });
    }

    /** Whether they were cancelled or not. */
    private static CompletableFuture<Void> allDone(CompletableFuture<?>[] trees) {
        return CompletableFuture.allOf(Arrays.stream(trees)
                .map(tree -> tree.handle((value, error) -> value))
                .toArray(CompletableFuture<?>[]::new));
    }

    private CompletableFuture<Integer> tree(int i, SplittableRandom random) {
        long seed = random.nextLong();
        int depth = 1 + random.nextInt(4);
        String executor = oneOf(random);
        return i % 2 == 0
                ? operations.executor(executor).future(() -> body(depth, seed))
                : reactor.executor(executor).mono(() -> body(depth, seed)).toFuture();
    }

    private static String oneOf(SplittableRandom random) {
        return EXECUTORS.get(random.nextInt(EXECUTORS.size()));
    }

    /** Makes calls on executors taken at random, and waits for them; {@code 1} for each that it waited for. */
    private int body(int depth, long seed) throws Exception {
        if (depth == 0) {
            return 1;
        }
        SplittableRandom random = new SplittableRandom(seed);
        SmartAsyncOperations calls = operations.executor(oneOf(random));
        ReactorSmartAsyncOperations publishers = reactor.executor(oneOf(random));
        ReactorSmartAsyncOperations others = reactor.executor(oneOf(random));
        int way = random.nextInt(12);
        long next = random.nextLong();
        int atOnce = 1 + random.nextInt(4);
        List<Long> items = List.of(next + 1, next + 2, next + 3, next + 4);
        Mono<Integer> one = publishers.mono(() -> body(depth - 1, next));
        Flux<Integer> many = publishers.flux(() -> {
            body(depth - 1, next);
            return IntStream.range(0, 600).boxed().toList();
        });
        return switch (way) {
            case 0 -> calls.call(() -> body(depth - 1, next));
            case 1 -> calls.future(() -> body(depth - 1, next)).join();
            case 2 -> one.block();
            case 3 ->
                one.map(value -> calls.future(() -> body(depth - 1, next)).join())
                        .block();
            case 4 -> count(many.toIterable());
            case 5 -> count(many.publishOn(Schedulers.parallel()).toIterable());
            case 6 ->
                publishers
                        .flux(() -> items)
                        .concatMap(
                                item -> others.mono(() -> body(depth - 1, item)).then(one))
                        .collectList()
                        .block()
                        .size();
            case 7 ->
                calls.callAll(items, atOnce, item -> body(depth - 1, item)).size();
            case 8 ->
                calls.futureAll(items, atOnce, item -> body(depth - 1, item))
                        .join()
                        .size();
            case 9 ->
                publishers
                        .fluxAll(items, atOnce, item -> body(depth - 1, item))
                        .collectList()
                        .block()
                        .size();
            case 10 -> reactor.await(later().then(one));
            default ->
                reactor.await(later().thenMany(Flux.fromIterable(items))
                                .flatMap(item -> publishers.mono(() -> body(depth - 1, item)))
                                .concatMap(value -> others.mono(() -> body(depth - 1, next))))
                        .size();
        };
    }

    private static Mono<Long> later() {
        return Mono.delay(Duration.ofMillis(1));
    }

    private static int count(Iterable<Integer> elements) {
        int count = 0;
        for (Integer element : elements) {
            count += element < 0 ? 0 : 1;
        }
        return count;
    }
}
