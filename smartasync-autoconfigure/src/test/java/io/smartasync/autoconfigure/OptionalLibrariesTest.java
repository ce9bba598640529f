package io.smartasync.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivex.rxjava3.core.Flowable;
import io.smartasync.SmartAsync;
import io.smartasync.Workload;
import io.smartasync.execution.ReactorEngine;
import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.util.ClassUtils;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;

/**
 * Each optional library is really taken off the class path: a {@code FilteredClassLoader} would hide it from conditions
 * only, not from the code. What builds upon a library goes with it.
 */
@Timeout(60)
class OptionalLibrariesTest {

    @ParameterizedTest(name = "without {0}")
    @CsvSource(delimiter = '|', textBlock = """
            Reactor             | reactor- reactive-streams-              | reactor.core.publisher.Mono
            Netty               | netty- reactor-netty- vertx-            | io.netty.util.concurrent.FastThreadLocalThread
            Vert.x              | vertx-                                  | io.vertx.core.Context
            Kotlin              | kotlin-stdlib kotlinx-                  | kotlin.coroutines.Continuation
            the servlet API     | jakarta.servlet-api- tomcat-embed-      | jakarta.servlet.ServletRequest
            Spring Web          | spring-web                              | org.springframework.web.context.request.RequestContextHolder
            transactions        | spring-tx-                              | org.springframework.transaction.TransactionManager
            Spring Security     | spring-security-                        | org.springframework.security.core.context.SecurityContext
            Actuator            | spring-boot-actuator spring-boot-health | org.springframework.boot.actuate.endpoint.annotation.Endpoint
            context-propagation | context-propagation-                    | io.micrometer.context.ContextSnapshot
            """)
    void theStarterRunsWithout(String library, String jars, String type) throws Exception {
        try (URLClassLoader classPath = classPathWithout(jars.split(" "))) {
            assertThat(ClassUtils.isPresent(type, classPath))
                    .as(library + " is there")
                    .isFalse();

            assertThat(runIn(classPath)).isEqualTo("found, found by smartasync-io-");
        }
    }

    @Test
    void theStarterRunsWithoutAnyOfThem() throws Exception {
        try (URLClassLoader classPath = classPathWithout(
                "reactor-",
                "reactive-streams-",
                "netty-",
                "vertx-",
                "kotlin-stdlib",
                "kotlinx-",
                "jakarta.servlet-api-",
                "tomcat-embed-",
                "spring-web",
                "spring-tx-",
                "spring-security-",
                "spring-boot-actuator",
                "spring-boot-health",
                "context-propagation-")) {
            assertThat(runIn(classPath)).isEqualTo("found, found by smartasync-io-");
        }
    }

    @Test
    void publishersRunWithoutSpringSecurity() throws Exception {
        try (URLClassLoader classPath = classPathWithout("spring-security-")) {
            assertThat(run(ReactiveApplication.class, classPath)).isEqualTo("found by smartasync-io-, asked");
        }
    }

    @Test
    void aPublisherWithoutReactorIsRefusedAtStartup() throws Exception {
        try (URLClassLoader classPath = classPathWithout("reactor-")) {
            assertThat(run(RxApplication.class, classPath))
                    .isEqualTo("@SmartAsync method " + RxQuotes.class.getName()
                            + ".find: it returns a publisher, but Reactor is not on the class path."
                            + " Add io.projectreactor:reactor-core.");
        }
    }

    private static Object runIn(ClassLoader classPath) throws Exception {
        return run(Application.class, classPath);
    }

    private static Object run(Class<?> type, ClassLoader classPath) throws Exception {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(classPath);
        try {
            Callable<?> application = (Callable<?>) Class.forName(type.getName(), true, classPath)
                    .getDeclaredConstructor()
                    .newInstance();
            return application.call();
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    private static URLClassLoader classPathWithout(String... jars) {
        // Surefire starts the JVM with a jar that only refers to the class path
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        URL[] urls = Arrays.stream(classPath.split(File.pathSeparator))
                .map(Path::of)
                .filter(path -> Arrays.stream(jars).noneMatch(path.getFileName().toString()::startsWith))
                .map(OptionalLibrariesTest::url)
                .toArray(URL[]::new);
        return new URLClassLoader(urls, ClassLoader.getPlatformClassLoader());
    }

    private static URL url(Path path) {
        try {
            return path.toUri().toURL();
        } catch (MalformedURLException ex) {
            throw new IllegalArgumentException(ex);
        }
    }

    /** Loaded by the class loader above, with all that it uses. */
    public static class Application implements Callable<String> {

        @Override
        public String call() throws Exception {
            try (var context = new AnnotationConfigApplicationContext(
                    Quotes.class,
                    Unused.class,
                    AopAutoConfiguration.class,
                    SmartAsyncAutoConfiguration.class,
                    SmartAsyncMetricsAutoConfiguration.class)) {
                Quotes quotes = context.getBean(Quotes.class);
                return quotes.find() + ", " + quotes.findLater().get(10, TimeUnit.SECONDS);
            }
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Unused {

        @Bean
        @Lazy
        NeverMade neverMade() {
            return new NeverMade();
        }
    }

    /** Where Reactor is not, its methods can't even be listed. */
    static class NeverMade {
        public void take(Mono<?> mono) {}
    }

    @SmartAsync
    static class Quotes {
        public String find() {
            return "found";
        }

        public CompletableFuture<String> findLater() {
            String thread = Thread.currentThread().getName();
            return CompletableFuture.completedFuture("found by " + thread.replaceAll("\\d+$", ""));
        }
    }

    /** A publisher with a context, that a thread asks for its result too. */
    public static class ReactiveApplication implements Callable<String> {

        @Override
        public String call() throws Exception {
            try (var context = new AnnotationConfigApplicationContext(
                    ReactiveQuotes.class, AopAutoConfiguration.class, SmartAsyncAutoConfiguration.class)) {
                Mono<String> found = context.getBean(ReactiveQuotes.class).find();
                return found.contextWrite(Context.of("key", "value")).block(Duration.ofSeconds(10)) + ", "
                        + ReactorEngine.toFuture(Mono.just("asked")).get(10, TimeUnit.SECONDS);
            }
        }
    }

    /** Says why it does not start. */
    public static class RxApplication implements Callable<String> {

        @Override
        public String call() {
            try (var context = new AnnotationConfigApplicationContext(
                    RxQuotes.class, AopAutoConfiguration.class, SmartAsyncAutoConfiguration.class)) {
                return "it starts";
            } catch (RuntimeException ex) {
                return String.valueOf(
                        NestedExceptionUtils.getMostSpecificCause(ex).getMessage());
            }
        }
    }

    static class RxQuotes {

        @SmartAsync(workload = Workload.IO)
        public Flowable<String> find() {
            return Flowable.just("found");
        }
    }

    static class ReactiveQuotes {

        @SmartAsync(workload = Workload.IO)
        public Mono<String> find() {
            return Mono.fromCallable(
                    () -> "found by " + Thread.currentThread().getName().replaceAll("\\d+$", ""));
        }
    }
}
