package io.smartasync.scenario;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.micrometer.core.instrument.MeterRegistry;
import io.reactivex.rxjava3.core.Single;
import io.smallrye.mutiny.Uni;
import io.smartasync.BlockingCallOnEventLoopException;
import io.smartasync.ExecutionPath;
import io.smartasync.SmartAsync;
import io.smartasync.Workload;
import io.smartasync.execution.SmartAsyncTaskExecutor;
import io.smartasync.support.Await;
import io.smartasync.support.CallerThread;
import io.smartasync.support.Calls;
import io.smartasync.support.Servers;
import java.lang.reflect.InvocationTargetException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.core.ReactiveAdapterRegistry;
import reactor.adapter.JdkFlowAdapter;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Every cell of the design's table, from every kind of thread, on real servers. */
@Timeout(60)
class DecisionTableOnRealThreadsTest {

    /** The table of the design. A path that leaves the caller's thread is followed by the executor. */
    private static final String TABLE = """
            method              | PLATFORM     | SERVLET      | VIRTUAL      | EVENT_LOOP
            plainIo             | DIRECT       | DIRECT       | DIRECT       | REJECT
            plainCpu            | DIRECT       | DIRECT       | AWAIT cpu    | REJECT
            plainNonBlocking    | DIRECT       | DIRECT       | DIRECT       | DIRECT
            plainOnExecutor     | AWAIT few    | AWAIT few    | AWAIT few    | REJECT
            plainWithTimeout    | AWAIT io     | AWAIT io     | AWAIT io     | REJECT
            plainCpuByRule      | AWAIT few    | AWAIT few    | AWAIT few    | REJECT
            inBackground        | OFFLOAD io   | OFFLOAD io   | OFFLOAD io   | OFFLOAD io
            futureIo            | OFFLOAD io   | OFFLOAD io   | OFFLOAD io   | OFFLOAD io
            futureCpu           | OFFLOAD cpu  | OFFLOAD cpu  | OFFLOAD cpu  | OFFLOAD cpu
            futureNonBlocking   | PASS_THROUGH | PASS_THROUGH | PASS_THROUGH | PASS_THROUGH
            stageIo             | OFFLOAD io   | OFFLOAD io   | OFFLOAD io   | OFFLOAD io
            stageNonBlocking    | PASS_THROUGH | PASS_THROUGH | PASS_THROUGH | PASS_THROUGH
            plainFutureIo       | OFFLOAD io   | OFFLOAD io   | OFFLOAD io   | OFFLOAD io
            plainFutureNonBlocking | PASS_THROUGH | PASS_THROUGH | PASS_THROUGH | PASS_THROUGH
            monoIo              | OFFLOAD io   | OFFLOAD io   | OFFLOAD io   | OFFLOAD io
            monoCpu             | OFFLOAD cpu  | OFFLOAD cpu  | OFFLOAD cpu  | OFFLOAD cpu
            monoNonBlocking     | PASS_THROUGH | PASS_THROUGH | PASS_THROUGH | PASS_THROUGH
            fluxIo              | OFFLOAD io   | OFFLOAD io   | OFFLOAD io   | OFFLOAD io
            fluxNonBlocking     | PASS_THROUGH | PASS_THROUGH | PASS_THROUGH | PASS_THROUGH
            flowIo              | OFFLOAD io   | OFFLOAD io   | OFFLOAD io   | OFFLOAD io
            flowNonBlocking     | PASS_THROUGH | PASS_THROUGH | PASS_THROUGH | PASS_THROUGH
            singleIo            | OFFLOAD io   | OFFLOAD io   | OFFLOAD io   | OFFLOAD io
            singleNonBlocking   | PASS_THROUGH | PASS_THROUGH | PASS_THROUGH | PASS_THROUGH
            uniCpu              | OFFLOAD cpu  | OFFLOAD cpu  | OFFLOAD cpu  | OFFLOAD cpu
            uniNonBlocking      | PASS_THROUGH | PASS_THROUGH | PASS_THROUGH | PASS_THROUGH
            """;

    private static Servers servers;

    @BeforeAll
    static void startServers() {
        servers = Servers.start(
                Bean.class,
                "smartasync.executors.few.threads=platform",
                "smartasync.executors.few.concurrency-limit=2",
                "smartasync.rules[0].method=Bean#plainCpuByRule",
                "smartasync.rules[0].executor=few",
                "smartasync.rules[0].workload=cpu");
    }

    @AfterAll
    static void stopServers() {
        servers.close();
    }

    static Stream<Arguments> cells() {
        List<String[]> rows = TABLE.lines().map(row -> row.split("\\s*\\|\\s*")).toList();
        List<String> callers = Arrays.asList(rows.get(0));
        return rows.stream().skip(1).flatMap(row -> Arrays.stream(CallerThread.values())
                .map(thread -> Arguments.of(
                        row[0], thread, row[callers.indexOf(thread.caller().name())].trim())));
    }

    @ParameterizedTest(name = "{0} from {1}: {2}")
    @MethodSource("cells")
    void eachCellIsTakenAsTheTableSays(String method, CallerThread thread, String cell) throws Exception {
        assumeTrue(thread.isAvailable(), "this Java has no virtual threads");
        ExecutionPath path = ExecutionPath.valueOf(cell.split(" ")[0]);
        String executor = cell.contains(" ") ? cell.split(" ")[1] : "none";
        Bean bean = servers.contextFor(thread).getBean(Bean.class);
        MeterRegistry registry = servers.contextFor(thread).getBean(MeterRegistry.class);
        Bean.bodyThread = new CompletableFuture<>();
        Map<String, Long> submissionsBefore = submissions(thread);
        Calls calls = Calls.countedFromNowOn(registry);

        Observation seen = thread.run(servers, () -> Observation.of(() -> call(bean, method)));

        if (path == ExecutionPath.REJECT) {
            assertThat(seen.thrown)
                    .isInstanceOf(BlockingCallOnEventLoopException.class)
                    .hasMessageContaining("Bean#" + method)
                    .hasMessageContaining(seen.callerThread.getName());
            assertThat(Bean.bodyThread).as("the body ran").isNotDone();
        } else {
            assertThat(seen.thrown).isNull();
            assertThat(seen.value()).isEqualTo(method.equals("inBackground") ? null : method);
            Thread bodyThread = Bean.bodyThread.get(10, TimeUnit.SECONDS);
            switch (path) {
                case DIRECT, PASS_THROUGH -> assertThat(bodyThread).isSameAs(seen.callerThread);
                default -> assertThat(bodyThread.getName()).startsWith("smartasync-" + executor + "-");
            }
        }
        if (method.equals("inBackground")) {
            // Nobody is told when it ends; its last trace is the sample on the timer
            Await.until("sample on the timer", () -> !calls.byTags().isEmpty());
        }
        assertThat(calls.byTags())
                .containsExactly(entry(
                        Map.of(
                                "class",
                                "Bean",
                                "method",
                                method,
                                "caller",
                                thread.caller().tag(),
                                "path",
                                path.tag(),
                                "executor",
                                executor,
                                "outcome",
                                path == ExecutionPath.REJECT ? "REJECTED" : "SUCCESS",
                                "exception",
                                path == ExecutionPath.REJECT ? "BlockingCallOnEventLoopException" : "none"),
                        1L));
        Map<String, Long> submissions = submissions(thread);
        submissionsBefore.forEach((name, count) -> submissions.merge(name, -count, Long::sum));
        submissions.values().removeIf(count -> count == 0);
        assertThat(submissions).isEqualTo(executor.equals("none") ? Map.of() : Map.of(executor, 1L));
    }

    private static Map<String, Long> submissions(CallerThread thread) {
        Map<String, Long> submissions = new HashMap<>();
        servers.contextFor(thread)
                .getBeansOfType(SmartAsyncTaskExecutor.class)
                .values()
                .forEach(executor -> submissions.put(executor.name(), executor.completed()));
        return submissions;
    }

    private static @Nullable Object call(Bean proxy, String method) throws Throwable {
        try {
            return Bean.class.getMethod(method).invoke(proxy);
        } catch (InvocationTargetException ex) {
            throw ex.getCause();
        }
    }

    /** What the calling thread got: the result is taken there, a publisher is subscribed to there. */
    private record Observation(
            Thread callerThread,
            @Nullable Object result,
            @Nullable Throwable thrown) {

        interface Call {
            @Nullable
            Object make() throws Throwable;
        }

        static Observation of(Call call) {
            try {
                Object result = call.make();
                var adapter = result == null || result instanceof Future<?>
                        ? null
                        : ReactiveAdapterRegistry.getSharedInstance().getAdapter(null, result);
                return new Observation(
                        Thread.currentThread(),
                        adapter == null
                                ? result
                                : Flux.from(adapter.toPublisher(result)).last().toFuture(),
                        null);
            } catch (Throwable ex) {
                return new Observation(Thread.currentThread(), null, ex);
            }
        }

        @Nullable
        Object value() throws Exception {
            return result instanceof Future<?> future ? future.get(10, TimeUnit.SECONDS) : result;
        }
    }

    /** One method for each row. Each notes its thread and returns its own name. */
    static class Bean {

        static volatile CompletableFuture<Thread> bodyThread = new CompletableFuture<>();

        private static String body(String method) {
            bodyThread.complete(Thread.currentThread());
            return method;
        }

        @SmartAsync
        public String plainIo() {
            return body("plainIo");
        }

        @SmartAsync(workload = Workload.CPU)
        public String plainCpu() {
            return body("plainCpu");
        }

        @SmartAsync(workload = Workload.NON_BLOCKING)
        public String plainNonBlocking() {
            return body("plainNonBlocking");
        }

        @SmartAsync("few")
        public String plainOnExecutor() {
            return body("plainOnExecutor");
        }

        @SmartAsync(timeout = "10s")
        public String plainWithTimeout() {
            return body("plainWithTimeout");
        }

        @SmartAsync
        public String plainCpuByRule() {
            return body("plainCpuByRule");
        }

        @SmartAsync(background = true)
        public void inBackground() {
            body("inBackground");
        }

        @SmartAsync
        public CompletableFuture<String> futureIo() {
            return CompletableFuture.completedFuture(body("futureIo"));
        }

        @SmartAsync(workload = Workload.CPU)
        public CompletableFuture<String> futureCpu() {
            return CompletableFuture.completedFuture(body("futureCpu"));
        }

        @SmartAsync(workload = Workload.NON_BLOCKING)
        public CompletableFuture<String> futureNonBlocking() {
            return CompletableFuture.completedFuture(body("futureNonBlocking"));
        }

        @SmartAsync
        public CompletionStage<String> stageIo() {
            return CompletableFuture.completedStage(body("stageIo"));
        }

        @SmartAsync(workload = Workload.NON_BLOCKING)
        public CompletionStage<String> stageNonBlocking() {
            return CompletableFuture.completedFuture(body("stageNonBlocking")).thenApply(value -> value);
        }

        @SmartAsync
        public Future<String> plainFutureIo() {
            return done(body("plainFutureIo"));
        }

        @SmartAsync(workload = Workload.NON_BLOCKING)
        public Future<String> plainFutureNonBlocking() {
            return done(body("plainFutureNonBlocking"));
        }

        private static Future<String> done(String value) {
            FutureTask<String> task = new FutureTask<>(() -> value);
            task.run();
            return task;
        }

        @SmartAsync(workload = Workload.IO)
        public Mono<String> monoIo() {
            return Mono.fromCallable(() -> body("monoIo"));
        }

        @SmartAsync(workload = Workload.CPU)
        public Mono<String> monoCpu() {
            return Mono.fromCallable(() -> body("monoCpu"));
        }

        @SmartAsync
        public Mono<String> monoNonBlocking() {
            return Mono.fromCallable(() -> body("monoNonBlocking"));
        }

        @SmartAsync(workload = Workload.IO)
        public Flux<String> fluxIo() {
            return Flux.defer(() -> Flux.just(body("fluxIo")));
        }

        @SmartAsync
        public Flux<String> fluxNonBlocking() {
            return Flux.defer(() -> Flux.just(body("fluxNonBlocking")));
        }

        @SmartAsync(workload = Workload.IO)
        public Flow.Publisher<String> flowIo() {
            return JdkFlowAdapter.publisherToFlowPublisher(Mono.fromCallable(() -> body("flowIo")));
        }

        @SmartAsync
        public Flow.Publisher<String> flowNonBlocking() {
            return JdkFlowAdapter.publisherToFlowPublisher(Mono.fromCallable(() -> body("flowNonBlocking")));
        }

        @SmartAsync(workload = Workload.IO)
        public Single<String> singleIo() {
            return Single.fromCallable(() -> body("singleIo"));
        }

        @SmartAsync
        public Single<String> singleNonBlocking() {
            return Single.fromCallable(() -> body("singleNonBlocking"));
        }

        @SmartAsync(workload = Workload.CPU)
        public Uni<String> uniCpu() {
            return Uni.createFrom().item(() -> body("uniCpu"));
        }

        @SmartAsync
        public Uni<String> uniNonBlocking() {
            return Uni.createFrom().item(() -> body("uniNonBlocking"));
        }
    }
}
