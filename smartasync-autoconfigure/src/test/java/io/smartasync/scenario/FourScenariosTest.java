package io.smartasync.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.smartasync.SmartAsync;
import io.smartasync.SmartAsyncBridge;
import io.smartasync.bridge.ImportSmartAsyncBridges;
import io.smartasync.support.CallerThread;
import io.smartasync.support.TestContext;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;
import reactor.core.publisher.Mono;

/** The four scenarios: called from synchronous or asynchronous code, implemented in synchronous or asynchronous code. */
@Timeout(30)
class FourScenariosTest {

    interface Greeter {
        String greet(String name);
    }

    interface ReactiveGreeter {
        Mono<String> greet(String name);
    }

    /** Synchronous: it blocks the thread that it runs on. */
    @SmartAsync
    static class BlockingGreeter implements Greeter {

        @Override
        public String greet(String name) {
            return "Hello " + name + " from " + Thread.currentThread().getName();
        }
    }

    /** Asynchronous: it never blocks. */
    @SmartAsync
    static class NonBlockingGreeter implements ReactiveGreeter {

        @Override
        public Mono<String> greet(String name) {
            return Mono.fromSupplier(
                    () -> "Hello " + name + " from " + Thread.currentThread().getName());
        }
    }

    @SmartAsyncBridge(BlockingGreeter.class)
    interface BlockingGreeterForAsync extends ReactiveGreeter {}

    @SmartAsyncBridge(NonBlockingGreeter.class)
    interface NonBlockingGreeterForSync extends Greeter {}

    @Test
    void synchronousCodeCallsASynchronousImplementationOnItsOwnThread() {
        application().run(context -> {
            Greeter greeter = context.getBean(BlockingGreeter.class);
            assertThat(greeter.greet("Ada"))
                    .isEqualTo("Hello Ada from " + Thread.currentThread().getName());
        });
    }

    @Test
    void synchronousCodeCallsAnAsynchronousImplementationAndWaits() {
        application().run(context -> {
            Greeter greeter = context.getBean(NonBlockingGreeterForSync.class);
            assertThat(greeter.greet("Ada"))
                    .isEqualTo("Hello Ada from " + Thread.currentThread().getName());
        });
    }

    @Test
    void asynchronousCodeCallsASynchronousImplementationOnAnExecutor() {
        application().run(context -> {
            ReactiveGreeter greeter = context.getBean(BlockingGreeterForAsync.class);
            assertThat(onEventLoop(greeter)).startsWith("Hello Ada from smartasync-io-");
        });
    }

    @Test
    void asynchronousCodeCallsAnAsynchronousImplementationOnItsOwnEventLoop() {
        application().run(context -> {
            ReactiveGreeter greeter = context.getBean(NonBlockingGreeter.class);
            assertThat(onEventLoop(greeter)).startsWith("Hello Ada from test-loop-");
        });
    }

    private static String onEventLoop(ReactiveGreeter greeter) throws Exception {
        return CallerThread.REACTOR_LOOP
                .run(null, () -> greeter.greet("Ada").toFuture())
                .get(10, TimeUnit.SECONDS);
    }

    private static ApplicationContextRunner application() {
        return TestContext.with(BlockingGreeter.class, NonBlockingGreeter.class).withUserConfiguration(Bridged.class);
    }

    @Configuration(proxyBeanMethods = false)
    @ImportSmartAsyncBridges({BlockingGreeterForAsync.class, NonBlockingGreeterForSync.class})
    static class Bridged {}
}
