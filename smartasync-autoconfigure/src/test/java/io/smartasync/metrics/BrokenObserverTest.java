package io.smartasync.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import io.smartasync.CallObserver;
import io.smartasync.CallObserver.ObservedCall;
import io.smartasync.Outcome;
import io.smartasync.Route;
import io.smartasync.SmartAsync;
import io.smartasync.SmartAsyncListener;
import io.smartasync.Workload;
import io.smartasync.execution.SmartAsyncTaskExecutor;
import io.smartasync.support.Await;
import io.smartasync.support.TestContext;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import reactor.core.publisher.Mono;

/** An observer or listener that always throws costs neither a result nor a permit. */
@Timeout(30)
@ExtendWith(OutputCaptureExtension.class)
class BrokenObserverTest {

    @Test
    void callsGoOnPastAnObserver(CapturedOutput output) {
        callsGoOn(application -> application.withBean("broken", CallObserver.class, Broken::new));
        assertThat(output).contains("The listener or observer " + Broken.class.getName());
    }

    @Test
    void callsGoOnPastAnObserverWithoutContext() {
        callsGoOn(application -> application.withBean("broken", CallObserver.class, WithoutContext::new));
    }

    /** As a mock has it. */
    @Test
    void callsGoOnPastAnObserverThatReturnsNothing() {
        callsGoOn(application -> application.withBean("broken", CallObserver.class, () -> mock(CallObserver.class)));
        callsGoOn(application -> application.withBean("broken", CallObserver.class, () -> {
            CallObserver observer = mock(CallObserver.class);
            when(observer.start(any(), any())).thenReturn(mock(ObservedCall.class));
            return observer;
        }));
    }

    @Test
    void callsGoOnPastAListener(CapturedOutput output) {
        callsGoOn(application -> application.withBean("broken", SmartAsyncListener.class, BrokenListener::new));
        assertThat(output).contains("The listener or observer " + BrokenListener.class.getName() + " failed");
    }

    private static void callsGoOn(UnaryOperator<ApplicationContextRunner> broken) {
        broken.apply(TestContext.with(Bean.class))
                .withPropertyValues("smartasync.executors.one.concurrency-limit=1")
                .run(context -> {
                    Bean bean = context.getBean(Bean.class);
                    for (int i = 0; i < 3; i++) {
                        assertThat(bean.direct()).isEqualTo("x");
                        assertThat(bean.awaited()).isEqualTo("x");
                        assertThat(bean.future().get(10, TimeUnit.SECONDS)).isEqualTo("x");
                        assertThat(bean.mono().toFuture().get(10, TimeUnit.SECONDS))
                                .isEqualTo("x");
                        assertThat(bean.passed().toFuture().get(10, TimeUnit.SECONDS))
                                .isEqualTo("x");
                    }
                    Await.idle(context.getBean("smartasync-one", SmartAsyncTaskExecutor.class));
                });
    }

    private static final class BrokenListener implements SmartAsyncListener {

        @Override
        public void onStart(Route route, long waitNanos) {
            throw new AssertionError("planned");
        }

        @Override
        public void onReturn(Route route, long nanos) {
            throw new AssertionError("planned");
        }

        @Override
        public void onEnd(Route route, Outcome outcome, @Nullable Throwable error, long nanos) {
            throw new AssertionError("planned");
        }
    }

    private static final class WithoutContext extends Broken {

        @Override
        public Object contextKey() {
            throw new AssertionError("planned");
        }
    }

    private static class Broken implements CallObserver {

        @Override
        public Object contextKey() {
            return "key";
        }

        @Override
        public ObservedCall start(Route route, @Nullable Object outer) {
            return new ObservedCall() {

                @Override
                public Object contextValue() {
                    throw new IllegalStateException("planned");
                }

                @Override
                public Scope openScope() {
                    throw new IllegalStateException("planned");
                }

                @Override
                public void onStart() {
                    throw new IllegalStateException("planned");
                }

                @Override
                public void onEnd(Outcome outcome, @Nullable Throwable error) {
                    throw new IllegalStateException("planned");
                }
            };
        }
    }

    static class Bean {

        @SmartAsync
        String direct() {
            return "x";
        }

        @SmartAsync("one")
        String awaited() {
            return "x";
        }

        @SmartAsync("one")
        CompletableFuture<String> future() {
            return CompletableFuture.completedFuture("x");
        }

        @SmartAsync(executor = "one", workload = Workload.IO)
        Mono<String> mono() {
            return Mono.just("x");
        }

        @SmartAsync
        Mono<String> passed() {
            return Mono.just("x");
        }
    }
}
