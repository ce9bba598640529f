package io.smartasync.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smartasync.SmartAsync;
import io.smartasync.SmartAsyncBridge;
import io.smartasync.autoconfigure.SmartAsyncAutoConfiguration;
import io.smartasync.autoconfigure.SmartAsyncMetricsAutoConfiguration;
import io.smartasync.support.Calls;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowingConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.aop.aspectj.MethodInvocationProceedingJoinPoint;
import org.springframework.aop.framework.ReflectiveMethodInvocation;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.TypeReference;
import org.springframework.aot.hint.predicate.ReflectionHintsPredicates;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.aot.test.generate.TestGenerationContext;
import org.springframework.asm.ClassReader;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.autoconfigure.task.TaskExecutionAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.aot.ApplicationContextAotGenerator;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.core.test.tools.CompileWithForkedClassLoader;
import org.springframework.core.test.tools.TestCompiler;
import org.springframework.util.ClassUtils;
import reactor.core.publisher.Mono;

/** An application that was processed ahead of time, on a plain JVM. */
@Timeout(60)
class AheadOfTimeTest {

    private static final int CONSTANT_STRING = 8;
    private static final String LAZY = "spring.main.lazy-initialization=true";

    private static final String[] PROPERTIES = {
        "smartasync.executors.reports.threads=platform", "smartasync.executors.reports.concurrency-limit=1"
    };

    @Test
    @CompileWithForkedClassLoader
    void itRunsFromTheGeneratedCode() {
        run(Application.class, List.of(), application -> {
            Calls calls = Calls.countedFromNowOn(application.getBean(SimpleMeterRegistry.class));
            assertThat(application.getBean(Quotes.class).find("tea").get(10, TimeUnit.SECONDS))
                    .startsWith("tea on smartasync-reports-");
            assertThat(application
                            .getBean(ReactiveQuotes.class)
                            .find("rum")
                            .toFuture()
                            .get(10, TimeUnit.SECONDS))
                    .startsWith("rum on smartasync-reports-");
            assertThat(calls.by("executor")).isEqualTo(Map.of("reports", 2L));
        });
    }

    @Test
    @CompileWithForkedClassLoader
    void rulesAndExecutorsMayBeAddedWhenItRuns() {
        List<String> properties = List.of(
                "smartasync.executors.late.concurrency-limit=1",
                "smartasync.rules[0].method=Quotes#find",
                "smartasync.rules[0].executor=late");
        run(Application.class, properties, application -> assertThat(
                        application.getBean(Quotes.class).find("tea").get(10, TimeUnit.SECONDS))
                .startsWith("tea on smartasync-late-"));
    }

    @Test
    @CompileWithForkedClassLoader
    void allBridgesThatDoNotMatchAreReportedAtOnce() {
        assertThatThrownBy(() -> run(WithMistakes.class, List.of(), application -> {}))
                .hasStackTraceContaining("NoSuchMethod.lookFor")
                .hasStackTraceContaining("OtherResult.find");
    }

    @Test
    @CompileWithForkedClassLoader
    void bridgesThatNobodyNeedsYetAreCheckedToo() {
        assertThatThrownBy(() -> run(WithMistakes.class, List.of(LAZY), application -> {}))
                .hasStackTraceContaining("NoSuchMethod.lookFor");
    }

    @Test
    @CompileWithForkedClassLoader
    void finalMethodsAreRefused() {
        assertThatThrownBy(() -> run(WithFinalMethod.class, List.of(), application -> {}))
                .hasStackTraceContaining("Unalterable.find")
                .hasStackTraceContaining("final");
    }

    /** Its proxy would be generated then. */
    @Test
    void aFinalClassIsRefusedWhenItIsProcessed() {
        assertThatThrownBy(() -> hints(WithFinalClass.class)).hasStackTraceContaining("using a final class");
    }

    @Test
    @CompileWithForkedClassLoader
    @ExtendWith(OutputCaptureExtension.class)
    void thatItIsTooLateToTurnItOffIsSaid(CapturedOutput output) {
        run(Application.class, List.of("smartasync.enabled=false"), application -> assertThat(output)
                .contains("smartasync.enabled=false has no effect"));
    }

    @Test
    void theHintsNameWhatIsReflective() throws Exception {
        RuntimeHints hints = hints(Application.class);
        assertThat(RuntimeHintsPredicates.proxies().forInterfaces(ReactiveQuotes.class))
                .accepts(hints);
        ReflectionHintsPredicates reflection = RuntimeHintsPredicates.reflection();
        assertThat(reflection.onMethodInvocation(Quotes.class, "find")).accepts(hints);
        assertThat(reflection.onMethodInvocation(ReactiveQuotes.class, "find")).accepts(hints);
        assertThat(reflection.onMethodInvocation(Orders.class, "inherited")).accepts(hints);
        assertThat(reflection.onMethodInvocation(OrderBook.class, "inherited")).accepts(hints);
        assertThat(reflection.onFieldAccess(ReflectiveMethodInvocation.class, "currentInterceptorIndex"))
                .accepts(hints);
        assertThat(reflection.onFieldAccess(ReflectiveMethodInvocation.class, "interceptorsAndDynamicMethodMatchers"))
                .accepts(hints);
        assertThat(reflection.onFieldAccess(SimpleAsyncTaskExecutor.class, "rejectTasksWhenLimitReached"))
                .accepts(hints);
        assertThat(reflection.onFieldAccess(MethodInvocationProceedingJoinPoint.class, "methodInvocation"))
                .accepts(hints);
        for (String file : List.of("page.html", "page.js", "page.css", "no-chart.js")) {
            assertThat(RuntimeHintsPredicates.resource().forResource("io/smartasync/actuate/" + file))
                    .accepts(hints);
            assertThat(getClass().getResource("/io/smartasync/actuate/" + file)).isNotNull();
        }
    }

    /** A native image finds a class by its name only if a hint names it too. */
    @Test
    void theHintsNameAllClassesThatTheLibraryLooksForByName() throws IOException {
        RuntimeHints hints = hints(Application.class);
        Set<String> names = new TreeSet<>();
        for (Resource file :
                new PathMatchingResourcePatternResolver().getResources("classpath*:io/smartasync/**/*.class")) {
            if (!file.getURL().getPath().contains("test-classes")) {
                addNamesOfClasses(file, names);
            }
        }
        assertThat(names).contains("reactor.core.scheduler.Schedulers", "org.slf4j.MDC");
        assertThat(names).allSatisfy(name -> assertThat(
                        RuntimeHintsPredicates.reflection().onType(TypeReference.of(name)))
                .accepts(hints));
    }

    /** String constants in the code of {@code classFile} that name a class which is there. */
    private static void addNamesOfClasses(Resource classFile, Set<String> names) throws IOException {
        try (InputStream code = classFile.getInputStream()) {
            ClassReader reader = new ClassReader(code);
            char[] buffer = new char[reader.getMaxStringLength()];
            for (int i = 1; i < reader.getItemCount(); i++) {
                int item = reader.getItem(i);
                if (item != 0 && reader.readByte(item - 1) == CONSTANT_STRING) {
                    String text = reader.readUTF8(item, buffer);
                    if (text != null
                            && text.matches("[a-z].*\\.[A-Z][\\w$]*")
                            && ClassUtils.isPresent(text, AheadOfTimeTest.class.getClassLoader())) {
                        names.add(text);
                    }
                }
            }
        }
    }

    private static RuntimeHints hints(Class<?> application) {
        TestGenerationContext generation = new TestGenerationContext();
        process(application, generation);
        return generation.getRuntimeHints();
    }

    private static String process(Class<?> application, TestGenerationContext generation) {
        try (AnnotationConfigApplicationContext source = new AnnotationConfigApplicationContext()) {
            TestPropertyValues.of(PROPERTIES).applyTo(source);
            source.register(application);
            return new ApplicationContextAotGenerator()
                    .processAheadOfTime(source, generation)
                    .canonicalName();
        }
    }

    /** Processes {@code application} and runs it with some more properties. */
    private static void run(
            Class<?> application, List<String> added, ThrowingConsumer<GenericApplicationContext> test) {
        TestGenerationContext generation = new TestGenerationContext();
        String initializer = process(application, generation);
        generation.writeGeneratedContent();
        TestCompiler.forSystem().with(generation).compile(compiled -> {
            try (GenericApplicationContext running = new GenericApplicationContext()) {
                TestPropertyValues.of(PROPERTIES)
                        .and(added.toArray(String[]::new))
                        .applyTo(running);
                if (added.contains(LAZY)) { // as SpringApplication does
                    running.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor());
                }
                @SuppressWarnings("unchecked")
                ApplicationContextInitializer<GenericApplicationContext> generated =
                        compiled.getInstance(ApplicationContextInitializer.class, initializer);
                generated.initialize(running);
                running.refresh();
                test.accept(running);
            }
        });
    }

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({
        AopAutoConfiguration.class,
        TaskExecutionAutoConfiguration.class,
        SmartAsyncAutoConfiguration.class,
        SmartAsyncMetricsAutoConfiguration.class
    })
    @ImportSmartAsyncBridges(ReactiveQuotes.class)
    public static class Application {

        @Bean
        public SimpleMeterRegistry meters() {
            return new SimpleMeterRegistry();
        }

        @Bean
        public Quotes quotes() {
            return new Quotes();
        }

        @Bean
        public Orders orders() {
            return new Orders();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @Import(Application.class)
    @ImportSmartAsyncBridges({NoSuchMethod.class, OtherResult.class})
    public static class WithMistakes {}

    @Configuration(proxyBeanMethods = false)
    @Import(Application.class)
    public static class WithFinalMethod {

        @Bean
        public Unalterable unalterable() {
            return new Unalterable();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @Import(Application.class)
    public static class WithFinalClass {

        @Bean
        public Last last() {
            return new Last();
        }
    }

    @SmartAsync
    public static final class Last {

        public String find() {
            return "nothing";
        }
    }

    public static class Unalterable {

        @SmartAsync
        public final String find() {
            return "nothing";
        }
    }

    @SmartAsync
    interface OrderBook {

        String inherited();
    }

    public static class Orders implements OrderBook {

        @Override
        public String inherited() {
            return "";
        }
    }

    public static class Quotes {

        @SmartAsync("reports")
        public CompletableFuture<String> find(String symbol) {
            return CompletableFuture.completedFuture(
                    symbol + " on " + Thread.currentThread().getName());
        }
    }

    @SmartAsyncBridge(Quotes.class)
    interface ReactiveQuotes {

        Mono<String> find(String symbol);
    }

    @SmartAsyncBridge(Quotes.class)
    interface NoSuchMethod {

        Mono<String> lookFor(String symbol);
    }

    @SmartAsyncBridge(Quotes.class)
    interface OtherResult {

        Mono<Integer> find(String symbol);
    }
}
