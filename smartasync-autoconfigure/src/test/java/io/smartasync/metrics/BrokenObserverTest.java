package io.smartasync.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.smartasync.CallObserver;
import io.smartasync.Outcome;
import io.smartasync.Route;
import io.smartasync.SmartAsync;
import io.smartasync.Workload;
import io.smartasync.execution.SmartAsyncTaskExecutor;
import io.smartasync.support.Await;
import io.smartasync.support.TestContext;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Mono;

/** An observer that always throws costs neither a result nor a permit. */
@Timeout(30)
class BrokenObserverTest {

    @Test
    void callsGoOn() {
        TestContext.with(Bean.class)
                .withBean("broken", CallObserver.class, Broken::new)
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

    private static final class Broken implements CallObserver {

        @Override
        public Object contextKey() {
            return "key";
        }

        @Override
        public ObservedCall start(Route route, @Nullable Object outer) {
            return new ObservedCall() {

                @Override
                public Object contextValue() {
                    return "value";
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
