package io.smartasync.execution;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.context.ContextRegistry;
import io.smartasync.SmartAsync;
import io.smartasync.SmartAsyncOperations;
import io.smartasync.Workload;
import io.smartasync.support.Await;
import io.smartasync.support.TestContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.MDC;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import reactor.core.publisher.Mono;

/** When calls are over, nothing holds on to what they were made with; when an application is over, nothing to its classes. */
@Timeout(60)
class RetentionTest {

    @Test
    void argumentsAndResultsAreFreeWhenTheirCallsAreOver() {
        TestContext.with(Bean.class)
                .withPropertyValues("smartasync.executors.io.threads=platform", "smartasync.default-timeout=30s")
                .run(context -> {
                    List<WeakReference<Object>> used = call(context);
                    used.forEach(RetentionTest::assertCleared);
                });
    }

    /** All shapes; one call fails, one is cancelled while it runs, one while it waits. */
    private static List<WeakReference<Object>> call(AssertableApplicationContext context) throws Exception {
        Bean bean = context.getBean(Bean.class);
        Object argument = new Object();
        MDC.put("key", "value");
        Object result = bean.value(argument);
        Object later = bean.future(argument).get(10, TimeUnit.SECONDS);
        Object mono = bean.mono(argument).toFuture().get(10, TimeUnit.SECONDS);
        bean.failing(argument).handle((value, ex) -> ex).get(10, TimeUnit.SECONDS);
        CountDownLatch started = new CountDownLatch(1);
        CompletableFuture<Object> stuck = bean.stuck(argument, started);
        started.await();
        stuck.cancel(true);
        MDC.clear();
        Await.idle(context.getBean("smartasync-io", SmartAsyncTaskExecutor.class));
        return List.of(
                new WeakReference<>(argument),
                new WeakReference<>(result),
                new WeakReference<>(later),
                new WeakReference<>(mono),
                new WeakReference<>(stuck));
    }

    @Test
    void aFutureThatIsKeptHoldsNeitherTheArgumentsOfItsCallNorTheContextOfItsCaller() {
        TestContext.with(Bean.class)
                .withPropertyValues(
                        "smartasync.executors.io.threads=platform", "smartasync.executors.io.concurrency-limit=1")
                .run(context -> {
                    List<CompletableFuture<?>> kept = new ArrayList<>();
                    List<WeakReference<Object>> used = callAndKeep(context.getBean(Bean.class), kept);
                    Await.idle(context.getBean("smartasync-io", SmartAsyncTaskExecutor.class));
                    used.forEach(RetentionTest::assertCleared);
                    assertThat(kept).hasSize(5).allMatch(CompletableFuture::isDone);
                });
    }

    /** One ends at once, one later, one fails, one is cancelled while it runs and one while it waits. */
    private static List<WeakReference<Object>> callAndKeep(Bean bean, List<CompletableFuture<?>> kept)
            throws Exception {
        Object argument = new Object();
        Object value = new Object();
        ContextRegistry.getInstance().registerThreadLocalAccessor("kept", KEPT::get, KEPT::set, KEPT::remove);
        try {
            KEPT.set(value);
            kept.add(bean.nothing(argument, CompletableFuture.completedFuture("done")));
            CompletableFuture<Object> later = new CompletableFuture<>();
            kept.add(bean.nothing(argument, later));
            later.complete("done");
            kept.add(bean.failing(argument));
            CountDownLatch started = new CountDownLatch(1);
            CompletableFuture<Object> runs = bean.stuck(argument, started);
            started.await();
            CompletableFuture<Object> waits = bean.nothing(argument, later);
            waits.cancel(true);
            runs.cancel(true);
            kept.addAll(List.of(runs, waits));
        } finally {
            KEPT.remove();
            ContextRegistry.getInstance().removeThreadLocalAccessor("kept");
        }
        return List.of(new WeakReference<>(argument), new WeakReference<>(value));
    }

    @Test
    void aFutureThatIsKeptDoesNotHoldTheOneThatItsBodyReturned() {
        TestContext.with(Bean.class).run(context -> {
            List<CompletableFuture<?>> kept = new ArrayList<>();
            WeakReference<Object> own = callWithFutureOfItsOwn(context.getBean(Bean.class), kept);
            Await.idle(context.getBean("smartasync-io", SmartAsyncTaskExecutor.class));
            assertCleared(own);
            assertThat(kept).hasSize(1).allMatch(CompletableFuture::isDone);
        });
    }

    private static WeakReference<Object> callWithFutureOfItsOwn(Bean bean, List<CompletableFuture<?>> kept)
            throws Exception {
        CompletableFuture<Object> own = new CompletableFuture<>() {};
        CompletableFuture<Object> given = bean.nothing("", own);
        kept.add(given);
        own.complete("done");
        given.get(10, TimeUnit.SECONDS);
        return new WeakReference<>(own);
    }

    /** One runs in place, and so under the permit of the call around it; one is cancelled while it waits, one is refused. */
    @Test
    void aFutureThatIsKeptHoldsNothingOfTheCallAroundItsOwn() {
        TestContext.with()
                .withPropertyValues(
                        "smartasync.executors.io.threads=platform",
                        "smartasync.executors.io.concurrency-limit=1",
                        "smartasync.executors.busy.concurrency-limit=1",
                        "smartasync.executors.busy.queue-capacity=1")
                .run(context -> {
                    SmartAsyncOperations operations = context.getBean(SmartAsyncOperations.class);
                    CountDownLatch release = new CountDownLatch(1);
                    CompletableFuture<String> running = operations
                            .executor("busy")
                            .future(() -> {
                                release.await();
                                return "done";
                            });
                    List<CompletableFuture<?>> kept = new ArrayList<>();
                    assertCleared(callAround(operations, kept));
                    release.countDown();
                    running.get(10, TimeUnit.SECONDS);
                    assertThat(kept).hasSize(3).allMatch(CompletableFuture::isDone);
                });
    }

    private static WeakReference<Object> callAround(SmartAsyncOperations operations, List<CompletableFuture<?>> kept)
            throws Exception {
        Object result = operations
                .future(() -> {
                    CompletableFuture<String> inPlace = operations.future(() -> "done");
                    inPlace.join();
                    CompletableFuture<String> waits =
                            operations.executor("busy").future(() -> "never");
                    CompletableFuture<String> refused =
                            operations.executor("busy").future(() -> "never");
                    waits.cancel(true);
                    kept.addAll(List.of(inPlace, waits, refused));
                    return new Object();
                })
                .get(10, TimeUnit.SECONDS);
        return new WeakReference<>(result);
    }

    @Test
    void aFutureOfManyThatIsKeptHoldsNothingOfTheItems() {
        TestContext.with().run(context -> {
            List<CompletableFuture<?>> kept = new ArrayList<>();
            assertCleared(callForMany(context.getBean(SmartAsyncOperations.class), kept));
            assertThat(kept).hasSize(1).allMatch(CompletableFuture::isDone);
        });
    }

    private static WeakReference<Object> callForMany(SmartAsyncOperations operations, List<CompletableFuture<?>> kept)
            throws Exception {
        Object item = new Object();
        CompletableFuture<List<String>> all = operations.futureAll(List.of(item, item), 2, Object::toString);
        all.get(10, TimeUnit.SECONDS);
        kept.add(all);
        return new WeakReference<>(item);
    }

    private static final ThreadLocal<Object> KEPT = new ThreadLocal<>();

    @Test
    void theBeanAndTheApplicationAreFreeWhenItIsClosed() {
        WeakReference<?>[] references = new WeakReference<?>[2];
        TestContext.with(Bean.class).run(context -> {
            call(context);
            references[0] = new WeakReference<>(context.getBean(Bean.class));
            references[1] = new WeakReference<>(context.getBean(SmartAsyncEngine.class));
        });
        assertCleared(references[0]);
        assertCleared(references[1]);
    }

    /** As where each call has what is left until a deadline. */
    @Test
    void operationsThatAreNotUsedAnyMoreAreForgotten() {
        TestContext.with().run(context -> {
            SmartAsyncOperations operations = context.getBean(SmartAsyncOperations.class);
            WeakReference<Object> first = new WeakReference<>(operations.timeout(Duration.ofDays(1)));
            for (int left = 1; left <= 1_000; left++) {
                operations.timeout(Duration.ofSeconds(left)).call(() -> "in time");
            }
            assertCleared(first);
            assertThat(context.getBean(MethodRegistry.class).all()).hasSizeBetween(1, 500);
        });
    }

    /** The bean's class is another in each application, as where one is redeployed. */
    @Test
    void theClassLoaderIsFreeWhenTheApplicationIsClosed() throws Exception {
        WeakReference<ClassLoader> loader = runInClassLoaderOfItsOwn();
        assertCleared(loader);
    }

    private static WeakReference<ClassLoader> runInClassLoaderOfItsOwn() throws Exception {
        ClassLoader loader = new ThrowAwayClassLoader();
        Class<?> type = loader.loadClass(Redeployed.class.getName());
        TestContext.with()
                .withClassLoader(loader)
                .withInitializer(context -> ((org.springframework.context.support.GenericApplicationContext) context)
                        .registerBeanDefinition("bean", definition(type)))
                .run(context -> {
                    Object bean = context.getBean("bean");
                    CompletableFuture<?> future = (CompletableFuture<?>)
                            bean.getClass().getMethod("future", Object.class).invoke(bean, new Object());
                    assertThat(future.get(10, TimeUnit.SECONDS)).isNotNull();
                });
        return new WeakReference<>(loader);
    }

    private static BeanDefinition definition(Class<?> type) {
        return new org.springframework.beans.factory.support.RootBeanDefinition(type);
    }

    private static final class ThrowAwayClassLoader extends ClassLoader {

        ThrowAwayClassLoader() {
            super(RetentionTest.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.equals(Redeployed.class.getName())) {
                return super.loadClass(name, resolve);
            }
            Class<?> loaded = findLoadedClass(name);
            if (loaded != null) {
                return loaded;
            }
            try (InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
                byte[] bytes = in.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException ex) {
                throw new UncheckedIOException(ex);
            }
        }
    }

    private static void assertCleared(WeakReference<?> reference) {
        long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (reference.get() != null && System.nanoTime() < deadline) {
            System.gc();
        }
        assertThat(reference.get()).isNull();
    }

    static class Bean {

        @SmartAsync
        public CompletableFuture<Object> nothing(Object argument, CompletableFuture<Object> result) {
            return result;
        }

        @SmartAsync("io")
        public Object value(Object argument) {
            return new Object[] {argument};
        }

        @SmartAsync
        public CompletableFuture<Object> future(Object argument) {
            return CompletableFuture.completedFuture(new Object[] {argument});
        }

        @SmartAsync(workload = Workload.IO)
        public Mono<Object> mono(Object argument) {
            return Mono.fromSupplier(() -> new Object[] {argument});
        }

        @SmartAsync
        public CompletableFuture<Object> failing(Object argument) {
            throw new IllegalStateException(argument.toString());
        }

        @SmartAsync
        public CompletableFuture<Object> stuck(Object argument, CountDownLatch started) throws InterruptedException {
            started.countDown();
            new CountDownLatch(1).await();
            return CompletableFuture.completedFuture(argument);
        }
    }
}
