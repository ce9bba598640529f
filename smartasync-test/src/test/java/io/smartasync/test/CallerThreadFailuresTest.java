package io.smartasync.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;
import static org.junit.platform.testkit.engine.EventConditions.abortedWithReason;
import static org.junit.platform.testkit.engine.EventConditions.event;
import static org.junit.platform.testkit.engine.EventConditions.finishedWithFailure;
import static org.junit.platform.testkit.engine.EventConditions.test;
import static org.junit.platform.testkit.engine.TestExecutionResultConditions.instanceOf;
import static org.junit.platform.testkit.engine.TestExecutionResultConditions.message;

import io.smartasync.Caller;
import io.smartasync.caller.CallerDetection;
import java.io.File;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Events;
import org.opentest4j.TestAbortedException;

/** What JUnit reports of tests that do not pass. */
@Timeout(60)
class CallerThreadFailuresTest {

    private static final IOException THROWN = new IOException("thrown");
    private static final CountDownLatch INTERRUPTED = new CountDownLatch(1);

    @Test
    void whatATestThrowsArrivesAsItWasThrown() {
        run("throwing").assertThatEvents().haveExactly(1, event(test(), finishedWithFailure(message("thrown"))));
        run("throwing")
                .assertThatEvents()
                .haveExactly(
                        1,
                        event(finishedWithFailure(
                                new org.assertj.core.api.Condition<>(error -> error == THROWN, "the same instance"))));
    }

    @Test
    void aCompletionExceptionArrivesAsSuch() {
        run("joining")
                .assertThatEvents()
                .haveExactly(1, event(test(), finishedWithFailure(instanceOf(CompletionException.class))));
    }

    @Test
    void aTimeoutOfJUnitInterruptsTheTest() throws Exception {
        run("hanging")
                .assertThatEvents()
                .haveExactly(1, event(test(), finishedWithFailure(instanceOf(TimeoutException.class))));
        assertThat(INTERRUPTED.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aVirtualCallerIsSkippedWithAReasonBeforeJava21() {
        assumeThat(Runtime.version().feature()).isLessThan(21);

        run("virtual")
                .assertThatEvents()
                .haveExactly(
                        1,
                        event(
                                test(),
                                abortedWithReason(
                                        instanceOf(TestAbortedException.class),
                                        message(text -> text.contains("needs Java 21")))));
    }

    @Test
    void withoutReactorAnEventLoopIsNettys() throws Exception {
        assertThat(without("reactor-", "reactive-streams-")).isEqualTo("EVENT_LOOP on FastThreadLocalThread");
    }

    @Test
    void withoutReactorAndNettyThereIsNoEventLoop() throws Exception {
        assertThat(without("reactor-", "reactive-streams-", "netty-"))
                .isEqualTo("@CallerThread(EVENT_LOOP) needs Reactor or Netty on the class path of the test");
    }

    private static Events run(String method) {
        return EngineTestKit.engine("junit-jupiter")
                .selectors(selectMethod(Cases.class, method))
                .execute()
                .testEvents();
    }

    /** What becomes of an event loop when these jars are really gone. */
    private static Object without(String... jars) throws Exception {
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        URL[] urls = Arrays.stream(classPath.split(File.pathSeparator))
                .map(Path::of)
                .filter(path -> Arrays.stream(jars).noneMatch(path.getFileName().toString()::startsWith))
                .map(CallerThreadFailuresTest::url)
                .toArray(URL[]::new);
        try (var without = new URLClassLoader(urls, ClassLoader.getPlatformClassLoader())) {
            return ((Callable<?>) without.loadClass(EventLoop.class.getName())
                            .getDeclaredConstructor()
                            .newInstance())
                    .call();
        }
    }

    private static URL url(Path path) {
        try {
            return path.toUri().toURL();
        } catch (MalformedURLException ex) {
            throw new IllegalArgumentException(ex);
        }
    }

    /** Loaded by the class loader above. */
    public static class EventLoop implements Callable<String> {

        private volatile Caller caller = Caller.PLATFORM;

        @Override
        public String call() throws Exception {
            var detection = new CallerDetection(List.of(), List.of(), getClass().getClassLoader());
            try {
                Thread thread = CallerThreads.of(Caller.EVENT_LOOP, () -> caller = detection.current());
                thread.start();
                thread.join();
                return caller + " on " + thread.getClass().getSimpleName();
            } catch (ExtensionConfigurationException ex) {
                return ex.getMessage();
            }
        }
    }

    /** Run by the tests above, not by Surefire, which leaves nested classes out. */
    static class Cases {

        @Test
        @CallerThread(Caller.EVENT_LOOP)
        void throwing() throws IOException {
            throw THROWN;
        }

        @Test
        @CallerThread(Caller.PLATFORM)
        void joining() {
            CompletableFuture.failedFuture(THROWN).join();
        }

        @Test
        @CallerThread(Caller.EVENT_LOOP)
        @Timeout(value = 200, unit = TimeUnit.MILLISECONDS)
        void hanging() throws InterruptedException {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException ex) {
                INTERRUPTED.countDown();
                throw ex;
            }
        }

        @Test
        @CallerThread(Caller.VIRTUAL)
        void virtual() {}
    }
}
