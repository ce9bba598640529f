package io.smartasync.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.smartasync.SmartAsync;
import io.smartasync.Workload;
import io.smartasync.support.TestContext;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.util.ReflectionUtils;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** What a debugged method returned and nobody took is warned of, with the place of the call; nothing else is. */
@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class ForgottenResultsTest {

    @Test
    void aPublisherWithoutSubscriberIsForgotten(CapturedOutput output) {
        run(context -> {
            context.getBean(Bean.class).mono();
            context.getBean(Bean.class).flux();
            untilForgotten(context, "mono", "none");
            untilForgotten(context, "flux", "none");
        });
        assertThat(output)
                .containsPattern(
                        "result of Bean#mono, called at io.smartasync.scenario.ForgottenResultsTest\\.\\S+"
                                + "\\(ForgottenResultsTest.java:\\d+\\), was forgotten: nobody subscribed to it or asked for it");
    }

    @Test
    void aFutureThatNobodyAsksIsForgotten(CapturedOutput output) {
        run(context -> {
            context.getBean(Bean.class).future();
            context.getBean(Bean.class).ready();
            untilForgotten(context, "future", "none");
            untilForgotten(context, "ready", "none");
        });
        assertThat(output).containsPattern("result of Bean#future, called at .*ForgottenResultsTest.java:\\d+");
    }

    @Test
    void whereOnlyLibrariesCalledNoPlaceIsNamed(CapturedOutput output) {
        run(context -> {
            CompletableFuture.supplyAsync(context.getBean(Bean.class)::mono).join();
            untilForgotten(context, "mono", "none");
        });
        assertThat(output).contains("The result of Bean#mono was forgotten");
    }

    @Test
    void anErrorThatNobodySeesIsForgotten(CapturedOutput output) {
        run(context -> {
            context.getBean(Bean.class).failing();
            untilForgotten(context, "failing", "IllegalStateException");
        });
        assertThat(output)
                .containsPattern(
                        "result of Bean#failing, .*nobody saw its error, java.lang.IllegalStateException: planned");
    }

    @Test
    void anErrorIsSeenHoweverSoonItComes() {
        int times = 300;
        run(context -> {
            for (int i = 0; i < times; i++) {
                context.getBean(Bean.class).failing();
            }
            untilForgotten(context, "failing", "IllegalStateException", times);
        });
    }

    @Test
    void whatSomebodyTookIsNotForgotten(CapturedOutput output) {
        run(context -> {
            Bean bean = context.getBean(Bean.class);
            bean.mono().block();
            bean.flux().subscribe();
            bean.future().join();
            bean.future().thenAccept(value -> {});
            bean.ready().cancel(true);
            CompletableFuture<String> done = CompletableFuture.completedFuture("");
            done.thenCompose(value -> bean.ready());
            done.thenCombine(bean.ready(), String::concat);
            catchThrowable(bean.failing()::join);
            bean.failing().exceptionally(error -> null);
            CompletableFuture<Void> all = CompletableFuture.allOf(bean.waiting(), bean.waiting());
            bean.go().countDown();
            all.join();
            if (Runtime.version().feature() >= 19) {
                assertThat(now("resultNow", bean.ready())).isEqualTo("");
                assertThat(now("exceptionNow", bean.readyToFail())).isInstanceOf(IllegalStateException.class);
                assertThatThrownBy(() -> now("exceptionNow", bean.ready())).isInstanceOf(IllegalStateException.class);
                assertThatThrownBy(() -> now("resultNow", bean.readyToFail()))
                        .isInstanceOf(IllegalStateException.class);
            }

            bean.marker();
            untilForgotten(context, "marker", "none", 1);
            bean.marker(); // found in a later collection than any of those above
            untilForgotten(context, "marker", "none", 2);
            assertThat(context.getBean(MeterRegistry.class)
                            .find("smartasync.forgotten")
                            .counters())
                    .hasSize(1);
        });
        assertThat(output.getOut().lines().filter(line -> line.contains("was forgotten")))
                .hasSize(2);
    }

    @Test
    void withoutDebugNothingIsWatched(CapturedOutput output) {
        run(context -> {
            context.getBean(Bean.class).undebugged();
            context.getBean(Bean.class).marker();
            untilForgotten(context, "marker", "none");
            assertThat(forgotten(context, "undebugged", "none")).isNull();
        });
        assertThat(output).doesNotContain("Bean#undebugged");
    }

    @Test
    void anErrorThatCannotBeToldFailsNobodyElsesCall(CapturedOutput output) {
        run(context -> {
            context.getBean(Bean.class).untold();
            untilForgotten(context, "untold", "Untold");
        });
        assertThat(output).contains("A forgotten result of Bean#untold can't be reported");
    }

    /** Of Java 19. */
    private static Object now(String method, CompletableFuture<?> future) {
        return ReflectionUtils.invokeMethod(ReflectionUtils.findMethod(CompletableFuture.class, method), future);
    }

    private static void run(Consumer<AssertableApplicationContext> test) {
        TestContext.with(Bean.class).run(test::accept);
    }

    /** Until the garbage collector has found it, and another call has asked. */
    private static void untilForgotten(AssertableApplicationContext context, String method, String exception) {
        untilForgotten(context, method, exception, 1);
    }

    private static void untilForgotten(
            AssertableApplicationContext context, String method, String exception, int times) {
        Bean bean = context.getBean(Bean.class);
        for (Counter counter = null; counter == null || counter.count() < times; ) {
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
            System.gc();
            bean.future().join();
            counter = forgotten(context, method, exception);
        }
    }

    private static Counter forgotten(AssertableApplicationContext context, String method, String exception) {
        return context.getBean(MeterRegistry.class)
                .find("smartasync.forgotten")
                .tags("class", "Bean", "method", method, "exception", exception)
                .counter();
    }

    static class Untold extends RuntimeException {
        private static final long serialVersionUID = 1L;

        @Override
        public String getMessage() {
            throw new AssertionError("planned");
        }
    }

    static class Bean {
        private final CountDownLatch go = new CountDownLatch(1);

        @SmartAsync(debug = true)
        public CompletableFuture<String> untold() {
            throw new Untold();
        }

        @SmartAsync(debug = true)
        public CompletableFuture<String> waiting() {
            try {
                go.await();
            } catch (InterruptedException ex) {
                throw new IllegalStateException(ex);
            }
            return CompletableFuture.completedFuture("");
        }

        public CountDownLatch go() {
            return go;
        }

        @SmartAsync(debug = true, workload = Workload.IO)
        public Mono<String> mono() {
            return Mono.just("");
        }

        @SmartAsync(debug = true)
        public Flux<String> flux() {
            return Flux.just("");
        }

        @SmartAsync(debug = true)
        public Mono<String> marker() {
            return Mono.just("");
        }

        @SmartAsync(debug = true)
        public CompletableFuture<String> future() {
            return CompletableFuture.completedFuture("");
        }

        @SmartAsync(debug = true, workload = Workload.NON_BLOCKING)
        public CompletableFuture<String> ready() {
            return CompletableFuture.completedFuture("");
        }

        @SmartAsync(debug = true, workload = Workload.NON_BLOCKING)
        public CompletableFuture<String> readyToFail() {
            return CompletableFuture.failedFuture(new IllegalStateException("planned"));
        }

        @SmartAsync(debug = true)
        public CompletableFuture<String> failing() {
            throw new IllegalStateException("planned");
        }

        @SmartAsync
        public Mono<String> undebugged() {
            return Mono.just("");
        }
    }
}
