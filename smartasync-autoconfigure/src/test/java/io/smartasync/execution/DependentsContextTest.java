package io.smartasync.execution;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.context.ContextRegistry;
import io.micrometer.context.ThreadLocalAccessor;
import io.reactivex.rxjava3.core.Single;
import io.smallrye.mutiny.Uni;
import io.smartasync.SmartAsync;
import io.smartasync.SmartAsyncOperations;
import io.smartasync.Workload;
import io.smartasync.support.TestContext;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.MDC;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import reactor.core.publisher.Mono;

/** What depends on a future sees the context of whoever adds it, whichever thread completes the future. */
@Timeout(30)
class DependentsContextTest {

    /** By the name of the method, which adds the work to a future. */
    private static final Map<String, BiFunction<CompletableFuture<String>, Runnable, CompletableFuture<?>>> WAYS =
            Map.ofEntries(
                    Map.entry("thenApply", (future, work) -> future.thenApply(value -> run(work))),
                    Map.entry("thenAccept", (future, work) -> future.thenAccept(value -> work.run())),
                    Map.entry("thenRun", CompletableFuture::thenRun),
                    Map.entry("thenCombine", (future, work) -> future.thenCombine(done(), (one, other) -> run(work))),
                    Map.entry(
                            "thenAcceptBoth",
                            (future, work) -> future.thenAcceptBoth(done(), (one, other) -> work.run())),
                    Map.entry("runAfterBoth", (future, work) -> future.runAfterBoth(done(), work)),
                    Map.entry("applyToEither", (future, work) -> future.applyToEither(never(), value -> run(work))),
                    Map.entry("acceptEither", (future, work) -> future.acceptEither(never(), value -> work.run())),
                    Map.entry("runAfterEither", (future, work) -> future.runAfterEither(never(), work)),
                    Map.entry("thenCompose", (future, work) -> future.thenCompose(value -> done(run(work)))),
                    Map.entry("handle", (future, work) -> future.handle((value, error) -> run(work))),
                    Map.entry("whenComplete", (future, work) -> future.whenComplete((value, error) -> work.run())),
                    Map.entry("exceptionally", (future, work) -> future.exceptionally(error -> run(work))),
                    Map.entry(
                            "exceptionallyCompose",
                            (future, work) -> future.exceptionallyCompose(error -> done(run(work)))));

    private static String run(Runnable work) {
        work.run();
        return "";
    }

    private static CompletableFuture<String> done() {
        return done("");
    }

    private static CompletableFuture<String> done(String value) {
        return CompletableFuture.completedFuture(value);
    }

    private static CompletableFuture<String> never() {
        return new CompletableFuture<>();
    }

    @AfterEach
    void forget() {
        MDC.clear();
    }

    /** So that those which a later Java adds are noticed. */
    @Test
    void allWaysAreTested() {
        Set<String> ways = Arrays.stream(CompletionStage.class.getMethods())
                .filter(method -> Arrays.stream(method.getParameterTypes())
                        .anyMatch(
                                type -> type == Runnable.class || type.getName().startsWith("java.util.function.")))
                .map(java.lang.reflect.Method::getName)
                .filter(name -> !name.endsWith("Async"))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(WAYS).containsOnlyKeys(ways);
    }

    static Stream<String> ways() {
        return WAYS.keySet().stream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("ways")
    void whatDependsOnAFutureSeesTheContextOfWhoeverAddsIt(String way) {
        application().run(context -> {
            CountDownLatch gate = new CountDownLatch(1);
            boolean fails = way.startsWith("exceptionally");
            MDC.put("user", "caller");
            CompletableFuture<String> call = context.getBean(Bean.class).after(gate, fails);
            Queue<String> seen = new ConcurrentLinkedQueue<>();
            Runnable work = () ->
                    seen.add(MDC.get("user") + " on " + Thread.currentThread().getName());

            MDC.put("user", "first");
            CompletableFuture<?> first = WAYS.get(way).apply(call, work);
            MDC.put("user", "second");
            CompletableFuture<?> second = WAYS.get(way).apply(call, work);
            MDC.put("user", "third");
            CompletableFuture<?> third = first.whenComplete((value, error) -> work.run());
            MDC.put("user", "somebody");
            gate.countDown();

            for (CompletableFuture<?> each : List.of(first, second, third)) {
                each.handle((value, error) -> "").get(10, TimeUnit.SECONDS);
            }
            assertThat(seen)
                    .containsExactlyInAnyOrder(
                            "first on smartasync-one-1", "second on smartasync-one-1", "third on smartasync-one-1");
            assertThat(MDC.get("user")).isEqualTo("somebody");
            MDC.clear();
            assertThat(context.getBean(Bean.class).user().get(10, TimeUnit.SECONDS))
                    .isEqualTo("null");
        });
    }

    @Test
    void aCallThatFollowsAnotherHasTheContextToo() {
        application().run(context -> {
            Bean bean = context.getBean(Bean.class);
            CountDownLatch gate = new CountDownLatch(1);
            MDC.put("user", "ada");
            CompletableFuture<String> next = bean.after(gate, false).thenCompose(value -> bean.user());
            gate.countDown();
            assertThat(next.get(10, TimeUnit.SECONDS)).isEqualTo("ada");
        });
    }

    @Test
    void theResultsOfManyItemsAndOfANonBlockingBodyAreNoExceptions() {
        application().run(context -> {
            SmartAsyncOperations operations =
                    context.getBean(SmartAsyncOperations.class).executor("one");
            CountDownLatch gate = new CountDownLatch(1);
            CompletableFuture<String> source = new CompletableFuture<>();
            MDC.put("user", "ada");
            CompletableFuture<String> ofMany = operations
                    .futureAll(List.of(1, 2), 2, item -> gate.await(10, TimeUnit.SECONDS))
                    .thenApply(all -> MDC.get("user"));
            CompletableFuture<String> passed =
                    context.getBean(Bean.class).passThrough(source).thenApply(value -> MDC.get("user"));
            MDC.clear();
            gate.countDown();
            source.complete("");
            assertThat(ofMany.get(10, TimeUnit.SECONDS)).isEqualTo("ada");
            assertThat(passed).isCompletedWithValue("ada");
        });
    }

    @Test
    void whoCompletesTheFutureFindsTheContextAsItWas() {
        application().run(context -> {
            Queue<String> seen = new ConcurrentLinkedQueue<>();
            MDC.put("user", "ada");
            CompletableFuture<String> call = context.getBean(Bean.class).after(new CountDownLatch(1), false);
            CompletableFuture<Void> next = call.thenRun(() -> {
                seen.add(MDC.get("user"));
                MDC.put("user", "left");
            });
            MDC.put("user", "grace");
            call.complete("");
            assertThat(next).isCompleted();
            assertThat(seen).containsExactly("ada");
            assertThat(MDC.get("user")).isEqualTo("grace");
        });
    }

    @Test
    void whatNamesAnExecutorIsLeftToThat() {
        application().run(context -> {
            CountDownLatch gate = new CountDownLatch(1);
            MDC.put("user", "ada");
            CompletableFuture<String> next = context.getBean(Bean.class)
                    .after(gate, false)
                    .thenApplyAsync(value -> String.valueOf(MDC.get("user")), Runnable::run);
            gate.countDown();
            assertThat(next.get(10, TimeUnit.SECONDS)).isEqualTo("null");
        });
    }

    static Stream<Function<CompletableFuture<String>, Supplier<CompletableFuture<String>>>> publishers() {
        return Stream.of(
                future -> {
                    Mono<String> shared = Mono.fromFuture(future).cache();
                    shared.subscribe();
                    return () ->
                            shared.map(value -> String.valueOf(MDC.get("user"))).toFuture();
                },
                future -> {
                    Single<String> shared = Single.fromCompletionStage(future).cache();
                    shared.subscribe().isDisposed();
                    return () -> shared.map(value -> String.valueOf(MDC.get("user")))
                            .toCompletionStage()
                            .toCompletableFuture();
                },
                future -> {
                    Uni<String> shared =
                            Uni.createFrom().completionStage(future).memoize().indefinitely();
                    shared.subscribeAsCompletionStage();
                    return () ->
                            shared.map(value -> String.valueOf(MDC.get("user"))).subscribeAsCompletionStage();
                });
    }

    @ParameterizedTest
    @MethodSource("publishers")
    void whoSharesAPublisherOverTheFutureDoesNotSeeTheContextOfTheFirst(
            Function<CompletableFuture<String>, Supplier<CompletableFuture<String>>> publisher) {
        application().run(context -> {
            CountDownLatch gate = new CountDownLatch(1);
            MDC.put("user", "ada");
            Supplier<CompletableFuture<String>> shared =
                    publisher.apply(context.getBean(Bean.class).after(gate, false));
            MDC.put("user", "grace");
            CompletableFuture<String> second = shared.get();
            gate.countDown();
            assertThat(second.get(10, TimeUnit.SECONDS)).isEqualTo("null");
        });
    }

    @Test
    void whatAnAccessorThrowsKeepsNothingFromRunning() {
        AtomicBoolean broken = new AtomicBoolean();
        ContextRegistry.getInstance().registerThreadLocalAccessor(new ThreadLocalAccessor<String>() {
            @Override
            public Object key() {
                return "broken";
            }

            @Override
            public @Nullable String getValue() {
                if (broken.get()) {
                    throw new IllegalStateException("can't be read");
                }
                return null;
            }

            @Override
            public void setValue(String value) {}

            @Override
            public void setValue() {}
        });
        try {
            application().run(context -> {
                CountDownLatch gate = new CountDownLatch(1);
                CompletableFuture<String> call = context.getBean(Bean.class).after(gate, false);
                broken.set(true);
                CompletableFuture<String> next = call.thenApply(value -> "reached");
                broken.set(false);
                gate.countDown();
                assertThat(next.get(10, TimeUnit.SECONDS)).isEqualTo("reached");
            });
        } finally {
            ContextRegistry.getInstance().removeThreadLocalAccessor("broken");
        }
    }

    @Test
    void itCanBeSwitchedOff() {
        application()
                .withPropertyValues("smartasync.context-propagation.enabled=false")
                .run(context -> {
                    CountDownLatch gate = new CountDownLatch(1);
                    MDC.put("user", "ada");
                    CompletableFuture<String> next = context.getBean(Bean.class)
                            .after(gate, false)
                            .thenApply(value -> String.valueOf(MDC.get("user")));
                    gate.countDown();
                    assertThat(next.get(10, TimeUnit.SECONDS)).isEqualTo("null");
                });
    }

    private static ApplicationContextRunner application() {
        return TestContext.with(Bean.class)
                .withPropertyValues(
                        "smartasync.executors.one.threads=platform", "smartasync.executors.one.concurrency-limit=1");
    }

    static class Bean {

        @SmartAsync("one")
        public CompletableFuture<String> after(CountDownLatch gate, boolean fails) {
            try {
                gate.await();
            } catch (InterruptedException ex) {
                fails = true;
            }
            return fails ? CompletableFuture.failedFuture(new IllegalStateException("wanted")) : done("done");
        }

        @SmartAsync("one")
        public CompletableFuture<String> user() {
            return CompletableFuture.completedFuture(String.valueOf(MDC.get("user")));
        }

        @SmartAsync(workload = Workload.NON_BLOCKING)
        public CompletableFuture<String> passThrough(CompletableFuture<String> source) {
            return source;
        }
    }
}
