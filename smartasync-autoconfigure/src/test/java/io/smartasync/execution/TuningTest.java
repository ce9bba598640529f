package io.smartasync.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.smartasync.Caller;
import io.smartasync.Route;
import io.smartasync.SmartAsync;
import io.smartasync.SmartAsyncOperations;
import io.smartasync.plan.Wish;
import io.smartasync.support.TestContext;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A method's plan is replaced as a whole, and only when it is said so. */
@Timeout(30)
class TuningTest {

    @Test
    void lookingWhetherATuningCanWorkChangesNothing() {
        TestContext.with(Bean.class).run(context -> {
            BoundMethod method = context.getBean(MethodRegistry.class).get(Bean.class, Bean.class.getMethod("future"));
            Wish cpu = new Wish("cpu", null, null, null);
            method.check(cpu);
            Route io = method.route(Caller.PLATFORM);
            Object ioExecutor = context.getBean("smartasync-io");
            assertThat(method.executor(io)).isSameAs(ioExecutor);
            Route tuned = new Route(io.className(), io.methodName(), io.caller(), io.path(), "cpu");
            assertThatIllegalStateException().isThrownBy(() -> method.executor(tuned));

            method.tune(cpu);
            assertThat(method.executor(tuned)).isSameAs(context.getBean("smartasync-cpu"));
            assertThat(method.executor(io)).as("under way").isSameAs(ioExecutor);
        });
    }

    /** A timeout, which may be what a deadline has left, makes one more of it. */
    @Test
    void aPieceOfCodeStaysTunedUnderItsName() {
        TestContext.with().run(context -> {
            SmartAsyncOperations quotes =
                    context.getBean(SmartAsyncOperations.class).named("quotes");
            quotes.future(() -> "known from now on").get(10, TimeUnit.SECONDS);
            MethodRegistry methods = context.getBean(MethodRegistry.class);
            for (BoundMethod method : methods.all()) {
                methods.tune(method, new Wish("cpu", null, null, null));
            }
            assertThat(quotes.timeout(Duration.ofSeconds(9))
                            .future(() -> Thread.currentThread().getName())
                            .get(10, TimeUnit.SECONDS))
                    .startsWith("smartasync-cpu-");
        });
    }

    @Test
    void aBeanMethodThatIsBoundLaterUnderTheNameIsTunedTooButNoneOfAnotherClass() {
        TestContext.with().run(context -> {
            MethodRegistry methods = context.getBean(MethodRegistry.class);
            BoundMethod first = methods.get(First.Quotes.class, First.Quotes.class.getMethod("find"));
            methods.tune(first, new Wish("cpu", null, null, null));
            BoundMethod overload = methods.get(First.Quotes.class, First.Quotes.class.getMethod("find", String.class));
            assertThat(overload.route(Caller.PLATFORM).executor()).isEqualTo("cpu");
            BoundMethod second = methods.get(Second.Quotes.class, Second.Quotes.class.getMethod("find"));
            assertThat(second.route(Caller.PLATFORM).executor()).isEqualTo("io");
        });
    }

    static class First {
        static class Quotes extends Bean {
            @SmartAsync
            public CompletableFuture<String> find() {
                return future();
            }

            @SmartAsync
            public CompletableFuture<String> find(String symbol) {
                return future();
            }
        }
    }

    static class Second {
        static class Quotes extends First.Quotes {
            @Override
            public CompletableFuture<String> find() {
                return future();
            }
        }
    }

    static class Bean {

        @SmartAsync
        public CompletableFuture<String> future() {
            return CompletableFuture.completedFuture("");
        }
    }
}
