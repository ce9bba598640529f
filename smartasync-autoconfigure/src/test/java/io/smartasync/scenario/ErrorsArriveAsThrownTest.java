package io.smartasync.scenario;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.smartasync.SmartAsync;
import io.smartasync.Workload;
import io.smartasync.support.Await;
import io.smartasync.support.Calls;
import io.smartasync.support.TestContext;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.aop.interceptor.AsyncUncaughtExceptionHandler;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.scheduling.annotation.AsyncConfigurer;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** On every path the caller gets the very instance that the body threw. */
@Timeout(30)
@ExtendWith(OutputCaptureExtension.class)
class ErrorsArriveAsThrownTest {

    static Stream<Throwable> errors() {
        return Stream.of(new IllegalStateException("runtime"), new IOException("checked"), new AssertionError("error"));
    }

    /** What joins a future and fails with it throws such a one itself. */
    static Stream<Throwable> errorsOfBodies() {
        return Stream.concat(
                errors(),
                Stream.of(
                        new CompletionException(new IOException("joined")),
                        new CancellationException("cancelled"),
                        new CancellationException("twice").initCause(new CancellationException("cancelled"))));
    }

    /** Reactor tells nobody of such an error, which the subscriber would wait for in vain. */
    @Test
    void anErrorOfTheVirtualMachineThatAResultIsReceivedWithReachesWhoSubscribes() {
        run(bean -> assertThatExceptionOfType(LinkageError.class).isThrownBy(() -> bean.justInPlace()
                .doOnNext(value -> {
                    throw new LinkageError("no such class");
                })
                .subscribe()));
    }

    @ParameterizedTest
    @MethodSource("errorsOfBodies")
    void aPlainValueFailsWithTheSameInstanceInPlaceAndAfterAHop(Throwable error) {
        run(bean -> {
            assertThat(catchThrowable(() -> bean.direct(error))).isSameAs(error);
            assertThat(catchThrowable(() -> bean.awaited(error))).isSameAs(error);
        });
    }

    @ParameterizedTest
    @MethodSource("errors")
    void aFutureHoldsTheSameInstanceWhetherTheBodyThrowsOrItsFutureFails(Throwable error) {
        run(bean -> {
            assertThat(bean.offloaded(error, true).handle((value, ex) -> ex).get(10, TimeUnit.SECONDS))
                    .isSameAs(error);
            assertThat(bean.offloaded(error, false).handle((value, ex) -> ex).get(10, TimeUnit.SECONDS))
                    .isSameAs(error);
            assertThat(bean.derived(error).handle((value, ex) -> ex).get(10, TimeUnit.SECONDS))
                    .isSameAs(error);
            assertThat(bean.passedThrough(error, true).handle((value, ex) -> ex).get(10, TimeUnit.SECONDS))
                    .isSameAs(error);
            assertThat(bean.passedThrough(error, false)
                            .handle((value, ex) -> ex)
                            .get(10, TimeUnit.SECONDS))
                    .isSameAs(error);
            assertThatExceptionOfType(ExecutionException.class)
                    .isThrownBy(() -> bean.plainFuture(error).get(10, TimeUnit.SECONDS))
                    .satisfies(ex -> assertThat(ex.getCause()).isSameAs(error));
        });
    }

    @ParameterizedTest
    @MethodSource("errors")
    void aPublisherSignalsTheSameInstance(Throwable error) {
        run(bean -> {
            assertThat(signalled(bean.monoOffloaded(error, true))).isSameAs(error);
            assertThat(signalled(bean.monoOffloaded(error, false))).isSameAs(error);
            assertThat(signalled(bean.monoInPlace(error, true))).isSameAs(error);
            assertThat(signalled(bean.monoInPlace(error, false))).isSameAs(error);
            assertThat(signalled(bean.flux(error).ignoreElements())).isSameAs(error);
        });
    }

    private static @Nullable Throwable signalled(Mono<?> mono) throws Exception {
        return mono.map(Throwable.class::cast)
                .onErrorResume(Mono::just)
                .toFuture()
                .get(10, TimeUnit.SECONDS);
    }

    @Test
    void whatAMethodReturnsInPlaceOfItsFutureOrPublisherFailsByName() {
        run(bean -> {
            assertThat(bean.nullFuture().handle((value, ex) -> ex).get(10, TimeUnit.SECONDS))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("Bean#nullFuture")
                    .hasMessageContaining("null");
            assertThat(bean.nullFutureInPlace().handle((value, ex) -> ex).get(10, TimeUnit.SECONDS))
                    .hasMessageContaining("Bean#nullFutureInPlace");
            assertThat(signalled(bean.nullMono())).hasMessageContaining("Bean#nullMono");
            assertThat(signalled(bean.nullMonoInPlace())).hasMessageContaining("Bean#nullMonoInPlace");
        });
    }

    @Test
    void errorsAreCountedOnceUnderTheirName() {
        TestContext.with(Bean.class).run(context -> {
            Bean bean = context.getBean(Bean.class);
            Calls calls = TestContext.calls(context);
            IOException error = new IOException();

            catchThrowable(() -> bean.direct(error));
            catchThrowable(() -> bean.awaited(error));
            bean.offloaded(error, true).exceptionally(ex -> null).get(10, TimeUnit.SECONDS);
            bean.offloaded(error, false).exceptionally(ex -> null).get(10, TimeUnit.SECONDS);
            bean.passedThrough(error, true).exceptionally(ex -> null).get(10, TimeUnit.SECONDS);
            signalled(bean.monoOffloaded(error, false));
            signalled(bean.monoInPlace(error, true));

            assertThat(calls.by("exception")).containsOnly(entry("IOException", 7L));
            assertThat(calls.by("outcome")).containsOnly(entry("ERROR", 7L));
        });
    }

    @Test
    void errorsOfBackgroundWorkGoToTheApplicationsHandler() {
        CompletableFuture<List<Object>> handled = new CompletableFuture<>();
        handledBy((error, method, arguments) -> handled.complete(List.of(error, method.getName(), arguments[0])))
                .run(context -> {
                    IOException error = new IOException();
                    context.getBean(Bean.class).inBackground(error);
                    assertThat(handled.get(10, TimeUnit.SECONDS)).containsExactly(error, "inBackground", error);
                });
    }

    @Test
    void whatTheApplicationsHandlerFailsWithIsLoggedWithTheErrorThatItGot(CapturedOutput output) {
        handledBy((error, method, arguments) -> {
                    throw new IllegalStateException("the handler fails");
                })
                .run(context -> {
                    context.getBean(Bean.class).inBackground(new IOException("the body fails"));
                    Await.until("both are logged", () -> output.getAll().contains("the body fails"));
                    assertThat(output)
                            .contains("AsyncUncaughtExceptionHandler failed", "Bean#inBackground", "the handler fails");
                });
    }

    @Test
    void theApplicationsHandlerNeverRunsOnTheCallersThreadHoweverSoonTheBodyFails() {
        CompletableFuture<Thread> handledOn = new CompletableFuture<>();
        Executor slow = body -> { // hands over to another thread, and returns when the body has failed
            Thread thread = new Thread(body);
            thread.start();
            try {
                thread.join();
            } catch (InterruptedException ex) {
                throw new IllegalStateException(ex);
            }
        };
        handledBy((error, method, arguments) -> handledOn.complete(Thread.currentThread()))
                .withBean("slow", Executor.class, () -> slow)
                .withPropertyValues("smartasync.rules[0].method=Bean#inBackground", "smartasync.rules[0].executor=slow")
                .run(context -> {
                    context.getBean(Bean.class).inBackground(new IOException());
                    assertThat(handledOn.get(10, TimeUnit.SECONDS)).isNotSameAs(Thread.currentThread());
                });
    }

    private static ApplicationContextRunner handledBy(AsyncUncaughtExceptionHandler handler) {
        AsyncConfigurer configurer = new AsyncConfigurer() {
            @Override
            public AsyncUncaughtExceptionHandler getAsyncUncaughtExceptionHandler() {
                return handler;
            }
        };
        return TestContext.with(Bean.class).withBean("configurer", AsyncConfigurer.class, () -> configurer);
    }

    private interface BeanTest {
        void accept(Bean bean) throws Exception;
    }

    private static void run(BeanTest test) {
        TestContext.with(Bean.class).run(context -> test.accept(context.getBean(Bean.class)));
    }

    static class Bean {

        @SuppressWarnings("unchecked")
        private static <T extends Throwable> void sneak(Throwable error) throws T {
            throw (T) error;
        }

        private static void raise(Throwable error) throws IOException {
            if (error instanceof IOException checked) {
                throw checked;
            }
            Bean.<RuntimeException>sneak(error);
        }

        @SmartAsync
        public String direct(Throwable error) throws IOException {
            raise(error);
            return "";
        }

        @SmartAsync("io")
        public String awaited(Throwable error) throws IOException {
            raise(error);
            return "";
        }

        @SmartAsync
        public CompletableFuture<String> offloaded(Throwable error, boolean thrown) throws IOException {
            if (thrown) {
                raise(error);
            }
            return CompletableFuture.failedFuture(error);
        }

        /** A future that was derived from another one wraps what that failed with. */
        @SmartAsync
        public CompletableFuture<String> derived(Throwable error) {
            return CompletableFuture.<String>failedFuture(error).thenApply(value -> value);
        }

        @SmartAsync
        public Future<String> plainFuture(Throwable error) {
            return new FutureTask<String>(() -> "") {
                {
                    setException(error);
                }
            };
        }

        @SmartAsync(workload = Workload.NON_BLOCKING)
        public CompletableFuture<String> passedThrough(Throwable error, boolean thrown) throws IOException {
            if (thrown) {
                raise(error);
            }
            return CompletableFuture.failedFuture(error);
        }

        @SmartAsync(workload = Workload.IO)
        public Mono<String> monoOffloaded(Throwable error, boolean thrown) throws IOException {
            if (thrown) {
                raise(error);
            }
            return Mono.error(error);
        }

        @SmartAsync
        public Mono<String> monoInPlace(Throwable error, boolean thrown) throws IOException {
            if (thrown) {
                raise(error);
            }
            return Mono.error(error);
        }

        @SmartAsync(workload = Workload.IO)
        public Flux<String> flux(Throwable error) {
            return Flux.concat(Flux.just("one"), Flux.error(error));
        }

        @SmartAsync(background = true)
        public void inBackground(Throwable error) throws IOException {
            raise(error);
        }

        @SmartAsync
        public CompletableFuture<String> nullFuture() {
            return null;
        }

        @SmartAsync(workload = Workload.NON_BLOCKING)
        public CompletableFuture<String> nullFutureInPlace() {
            return null;
        }

        @SmartAsync
        public Mono<String> justInPlace() {
            return Mono.just("value");
        }

        @SmartAsync(workload = Workload.IO)
        public Mono<String> nullMono() {
            return null;
        }

        @SmartAsync
        public Mono<String> nullMonoInPlace() {
            return null;
        }
    }
}
