package io.smartasync.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.smartasync.SmartAsync;
import io.smartasync.SmartAsyncBridge;
import io.smartasync.Workload;
import io.smartasync.bridge.ImportSmartAsyncBridges;
import io.smartasync.support.CallerThread;
import io.smartasync.support.TestContext;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;
import reactor.core.publisher.Mono;

/**
 * Synchronous code over asynchronous over synchronous over asynchronous, each layer called through a bridge, all on an
 * executor that runs one body at a time. The same code is called from a synchronous and from an asynchronous main.
 */
@Timeout(30)
class LayersTest {

    /** The names of the layers with the threads that they ran on, from the bottom up. */
    private static List<String> with(List<String> below, String layer) {
        List<String> layers = new ArrayList<>(below);
        layers.add(layer + " on " + Thread.currentThread().getName());
        return layers;
    }

    @SmartAsync("one")
    static class Bottom {
        @SmartAsync(workload = Workload.IO)
        public Mono<List<String>> get() {
            return Mono.fromSupplier(() -> with(List.of(), "bottom"));
        }
    }

    @SmartAsyncBridge(Bottom.class)
    interface PlainBottom {
        List<String> get();
    }

    @SmartAsync("one")
    static class Third {

        private final PlainBottom bottom;

        Third(PlainBottom bottom) {
            this.bottom = bottom;
        }

        public List<String> get() {
            return with(bottom.get(), "third");
        }
    }

    @SmartAsyncBridge(Third.class)
    interface ReactiveThird {
        Mono<List<String>> get();
    }

    @SmartAsync("one")
    static class Second {

        private final ReactiveThird third;

        Second(ReactiveThird third) {
            this.third = third;
        }

        @SmartAsync(workload = Workload.IO)
        public Mono<List<String>> get() {
            return third.get().map(below -> with(below, "second"));
        }
    }

    @SmartAsyncBridge(Second.class)
    interface PlainSecond {
        List<String> get();
    }

    @SmartAsync("one")
    static class Top {

        private final PlainSecond second;

        Top(PlainSecond second) {
            this.second = second;
        }

        public List<String> get() {
            return with(second.get(), "top");
        }
    }

    @SmartAsyncBridge(Top.class)
    interface ReactiveTop {
        Mono<List<String>> get();
    }

    /** The top stays where it may block; the first publisher over a blocking body leaves, and all below share its thread. */
    @Test
    void fromASynchronousMain() {
        application().run(context -> {
            assertThat(context.getBean(Top.class).get())
                    .containsExactly(
                            "bottom on smartasync-one-1",
                            "third on smartasync-one-1",
                            "second on smartasync-one-1",
                            "top on " + Thread.currentThread().getName());
        });
    }

    @Test
    void fromAnAsynchronousMain() {
        application().run(context -> {
            List<String> layers = CallerThread.REACTOR_LOOP
                    .run(null, () -> context.getBean(ReactiveTop.class).get().toFuture())
                    .get(10, TimeUnit.SECONDS);
            assertThat(layers)
                    .containsExactly(
                            "bottom on smartasync-one-1",
                            "third on smartasync-one-1",
                            "second on smartasync-one-1",
                            "top on smartasync-one-1");
        });
    }

    private static ApplicationContextRunner application() {
        return TestContext.with(Bottom.class, Third.class, Second.class, Top.class)
                .withUserConfiguration(Bridged.class)
                .withPropertyValues(
                        "smartasync.executors.one.threads=platform", "smartasync.executors.one.concurrency-limit=1");
    }

    @Configuration(proxyBeanMethods = false)
    @ImportSmartAsyncBridges({PlainBottom.class, ReactiveThird.class, PlainSecond.class, ReactiveTop.class})
    static class Bridged {}
}
