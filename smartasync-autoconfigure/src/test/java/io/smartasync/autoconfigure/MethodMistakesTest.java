package io.smartasync.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

import io.smartasync.CallObserver;
import io.smartasync.SmartAsync;
import io.smartasync.Workload;
import io.smartasync.autoconfigure.elsewhere.Inherited;
import io.smartasync.support.Calls;
import io.smartasync.support.TestContext;
import java.io.Serializable;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.aspectj.lang.annotation.Aspect;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.aop.SpringProxy;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.context.PropertyPlaceholderAutoConfiguration;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.scheduling.annotation.Async;
import org.springframework.test.util.AopTestUtils;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import reactor.core.publisher.ConnectableFlux;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.ParallelFlux;

/** What an annotated method can have wrong, and what its author is told. */
@Timeout(30)
class MethodMistakesTest {

    @Test
    void anUnknownExecutorOnAMethodIsRefusedWithTheMethodAndWhatExists() {
        FailureAnalysis refusal = refusalOf(UnknownExecutorOnMethod.class);

        assertThat(refusal.getDescription())
                .startsWith("SmartAsync can't start:")
                .contains(UnknownExecutorOnMethod.class.getName() + ".find\n", "no executor named 'nowhere'");
        assertThat(refusal.getAction()).contains("smartasync.executors.nowhere", "applicationTaskExecutor, cpu, io");
    }

    static class UnknownExecutorOnMethod {
        @SmartAsync("nowhere")
        public String find() {
            return "";
        }
    }

    @Test
    void anUnknownExecutorOnATypeIsRefused() {
        assertThat(refusalOf(UnknownExecutorOnType.class).getDescription())
                .contains(UnknownExecutorOnType.class.getName() + ".find\n", "no executor named 'nowhere'");
    }

    @SmartAsync(executor = "nowhere")
    static class UnknownExecutorOnType {
        public String find() {
            return "";
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"soon", "0s", "0", "-1s", "2 parsecs"})
    void aTimeoutThatIsNoneIsRefusedWithOneThatWouldBe(String timeout) {
        FailureAnalysis refusal = Refusal.of(application(TimeoutFromProperty.class)
                .withPropertyValues("find.timeout=" + timeout, "find.executor=io"));

        assertThat(refusal.getDescription())
                .contains(TimeoutFromProperty.class.getName() + ".find\n", "'" + timeout + "' is not a timeout");
        assertThat(refusal.getAction()).contains("\"500ms\" or \"2s\"");
    }

    @Test
    void placeholdersOfExecutorAndTimeoutAreResolved() {
        application(TimeoutFromProperty.class)
                .withPropertyValues("find.timeout=2s", "find.executor=cpu")
                .run(context -> assertThat(
                                context.getBean(TimeoutFromProperty.class).find())
                        .startsWith("smartasync-cpu-"));
    }

    @Test
    void aPlaceholderThatIsResolvedToAnUnknownExecutorIsRefusedByThatName() {
        FailureAnalysis refusal = Refusal.of(
                application(TimeoutFromProperty.class).withPropertyValues("find.timeout=2s", "find.executor=nowhere"));

        assertThat(refusal.getDescription()).contains("no executor named 'nowhere'");
    }

    @Test
    void aPlaceholderThatNobodyResolvesIsRefusedWithTheMethod() {
        FailureAnalysis refusal = Refusal.of(application(TimeoutFromProperty.class)
                .withConfiguration(AutoConfigurations.of(PropertyPlaceholderAutoConfiguration.class))
                .withPropertyValues("find.timeout=2s"));

        assertThat(refusal.getDescription()).contains(TimeoutFromProperty.class.getName() + ".find\n", "find.executor");
    }

    static class TimeoutFromProperty {
        @SmartAsync(executor = "${find.executor}", timeout = "${find.timeout}")
        public String find() {
            return Thread.currentThread().getName();
        }
    }

    @Test
    void backgroundOnAMethodThatReturnsSomethingIsRefused() {
        FailureAnalysis refusal = refusalOf(BackgroundWithResult.class);

        assertThat(refusal.getDescription())
                .contains(BackgroundWithResult.class.getName() + ".count\n", "background", "returns int");
        assertThat(refusal.getAction()).contains("Return void", "CompletableFuture<Integer>");
    }

    static class BackgroundWithResult {
        @SmartAsync(background = true)
        public int count() {
            return 0;
        }
    }

    @Test
    void backgroundOnAMethodThatReturnsAFutureIsRefused() {
        FailureAnalysis refusal = refusalOf(BackgroundWithFuture.class);

        assertThat(refusal.getDescription()).contains("background", "returns CompletableFuture");
        assertThat(refusal.getAction())
                .contains("Return void, or remove background")
                .doesNotContain("CompletableFuture<CompletableFuture>");
    }

    static class BackgroundWithFuture {
        @SmartAsync(background = true)
        public CompletableFuture<String> find() {
            return CompletableFuture.completedFuture("");
        }
    }

    @ParameterizedTest
    @ValueSource(classes = {AsyncOnMethod.class, AsyncOnType.class, BothOnType.class, AsyncOnInterface.class})
    void asyncOnTheSameMethodIsRefused(Class<?> bean) {
        FailureAnalysis refusal = refusalOf(bean);

        assertThat(refusal.getDescription()).contains(bean.getName() + ".find\n", "@Async");
        assertThat(refusal.getAction()).contains("Remove one of the two");
    }

    static class AsyncOnMethod {
        @Async
        @SmartAsync
        public CompletableFuture<String> find() {
            return CompletableFuture.completedFuture("");
        }
    }

    @Async
    static class AsyncOnType {
        @SmartAsync
        public CompletableFuture<String> find() {
            return CompletableFuture.completedFuture("");
        }
    }

    @Async
    @SmartAsync
    static class BothOnType {
        public CompletableFuture<String> find() {
            return CompletableFuture.completedFuture("");
        }
    }

    interface AsyncFinder {
        @Async
        CompletableFuture<String> find();
    }

    @SmartAsync
    static class AsyncOnInterface implements AsyncFinder {
        @Override
        public CompletableFuture<String> find() {
            return CompletableFuture.completedFuture("");
        }
    }

    @Test
    void asyncOnAnotherMethodOfTheBeanIsNotRefused() {
        starts(AsyncBeside.class);
    }

    static class AsyncBeside {
        @Async
        public void later() {}

        @SmartAsync
        public void now() {}
    }

    @ParameterizedTest
    @ValueSource(classes = {BeanMethod.class, BeanMethodOfAnnotatedClass.class})
    void aBeanMethodIsRefusedSinceItSaysNothingOfTheBean(Class<?> configuration) {
        FailureAnalysis refusal = refusalOf(configuration);

        assertThat(refusal.getDescription()).contains(configuration.getName() + ".counter\n", "@Bean method");
        assertThat(refusal.getAction()).contains("Annotate the class of that bean", "@SmartAsyncBridge");
    }

    @Configuration
    static class BeanMethod {
        @Bean
        @SmartAsync
        AtomicInteger counter() {
            return new AtomicInteger();
        }
    }

    @SmartAsync
    @Configuration(proxyBeanMethods = false)
    static class BeanMethodOfAnnotatedClass {
        @Bean
        AtomicInteger counter() {
            return new AtomicInteger();
        }
    }

    @Test
    void aFinalMethodIsRefusedWithTheMethodAndTheCure() {
        FailureAnalysis refusal = refusalOf(FinalMethod.class);

        assertThat(refusal.getDescription()).contains(FinalMethod.class.getName() + ".find\n", "final", "empty");
        assertThat(refusal.getAction()).contains("Remove 'final'");
    }

    static class FinalMethod {
        @SmartAsync
        public final String find() {
            return "";
        }
    }

    @Test
    void aFinalMethodOfAnAnnotatedClassIsRefused() {
        assertThat(refusalOf(FinalMethodOfAnnotatedClass.class).getDescription())
                .contains(FinalMethodOfAnnotatedClass.class.getName() + ".find\n", "final");
    }

    @SmartAsync
    static class FinalMethodOfAnnotatedClass {
        public final String find() {
            return "";
        }
    }

    @Test
    void anInheritedFinalMethodOfASuperClassWithoutAnnotationIsNotRefused() {
        starts(InheritsFinalMethod.class);
    }

    @SmartAsync
    static class InheritsFinalMethod extends Template {
        public String find() {
            return "";
        }
    }

    static class Template {
        public final String describe() {
            return "";
        }
    }

    @Test
    void anInheritedFinalMethodThatImplementsAnAnnotatedInterfaceIsRefused() {
        assertThat(refusalOf(InheritsFinalFinder.class).getDescription())
                .contains(InheritsFinalFinder.class.getName() + ".find\n", "final");
    }

    @SmartAsync
    interface AnnotatedFinder {
        String find();
    }

    static class FinalFinder {
        public final String find() {
            return "";
        }
    }

    static class InheritsFinalFinder extends FinalFinder implements AnnotatedFinder {}

    /** The compiler's second method for the interface is not final, but only calls the one that is. */
    @Test
    void anInheritedFinalMethodWithASecondSignatureIsNotRefused() {
        application(InheritsFinalHandler.class).run(context -> {
            assertThat(context).hasNotFailed();
            InheritsFinalHandler bean = context.getBean(InheritsFinalHandler.class);
            Handler<Integer> handler = bean;
            assertThat(handler.handle(1)).isEqualTo(2);
            assertThat(bean.handle(1)).isEqualTo(2);
        });
    }

    interface Handler<T> {
        T handle(T event);
    }

    abstract static class FinalHandler<T extends Number> implements Handler<T> {
        @Override
        public final T handle(T event) {
            return doIt(event);
        }

        protected abstract T doIt(T event);
    }

    @SmartAsync
    static class InheritsFinalHandler extends FinalHandler<Integer> {
        @Override
        protected Integer doIt(Integer event) {
            return event + 1;
        }
    }

    @Test
    void anInheritedFinalMethodWithASecondSignatureThatImplementsAnAnnotatedInterfaceIsRefused() {
        assertThat(refusalOf(InheritsFinalAnnotatedHandler.class).getDescription())
                .contains(InheritsFinalAnnotatedHandler.class.getName() + ".handle\n", "final");
    }

    @SmartAsync
    interface AnnotatedHandler extends Handler<Integer> {
        @Override
        Integer handle(Integer event);
    }

    static class InheritsFinalAnnotatedHandler extends FinalHandler<Integer> implements AnnotatedHandler {
        @Override
        protected Integer doIt(Integer event) {
            return event;
        }
    }

    @Test
    void anEnumBehindAnAnnotatedInterfaceIsNotRefused() {
        TestContext.with()
                .withBean("finder", AnnotatedFinder.class, () -> EnumFinder.FINDER)
                .withPropertyValues("spring.aop.proxy-target-class=false")
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    Calls calls = TestContext.calls(context);
                    AnnotatedFinder finder = context.getBean(AnnotatedFinder.class);
                    assertThat(finder.find()).isEqualTo("found");
                    assertThat(calls.by("method")).isEqualTo(Map.of("find", 1L));
                });
    }

    enum EnumFinder implements AnnotatedFinder {
        FINDER;

        @Override
        public String find() {
            return "found";
        }
    }

    @Test
    void anAnnotationOnTheTypeSaysNothingOfInheritedMethodsThatNoProxyCanOverride() {
        application(InheritsFromLibrary.class).run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(context.getBean(InheritsFromLibrary.class).size()).isZero();
        });
    }

    @SmartAsync
    static class InheritsFromLibrary extends HashMap<String, String> {
        private static final long serialVersionUID = 1L;
    }

    @Test
    void backgroundOnATypeIsForItsVoidMethods() {
        application(BackgroundOnType.class).run(context -> {
            BackgroundOnType bean = context.getBean(BackgroundOnType.class);
            assertThat(bean.count()).isEqualTo(1);
            bean.log();
            BackgroundOnType target = AopTestUtils.getTargetObject(bean);
            assertThat(target.loggedBy.get(10, TimeUnit.SECONDS)).startsWith("smartasync-io-");
        });
    }

    @SmartAsync(background = true)
    static class BackgroundOnType {
        final CompletableFuture<String> loggedBy = new CompletableFuture<>();

        public int count() {
            return 1;
        }

        public void log() {
            loggedBy.complete(Thread.currentThread().getName());
        }
    }

    @Test
    void aPrivateMethodIsRefused() {
        FailureAnalysis refusal = refusalOf(PrivateMethod.class);

        assertThat(refusal.getDescription()).contains(PrivateMethod.class.getName() + ".find\n", "private");
        assertThat(refusal.getAction()).contains("Make it public");
    }

    static class PrivateMethod {
        @SmartAsync
        private void find() {}

        public void call() {
            find();
        }
    }

    @Test
    void aStaticMethodIsRefused() {
        FailureAnalysis refusal = refusalOf(StaticMethod.class);

        assertThat(refusal.getDescription()).contains(StaticMethod.class.getName() + ".find\n", "static");
        assertThat(refusal.getAction()).contains("Remove 'static'");
    }

    static class StaticMethod {
        @SmartAsync
        public static String find() {
            return "";
        }
    }

    @Test
    void privateAndStaticHelpersOfAnAnnotatedClassAreNotRefused() {
        starts(HasHelpers.class);
    }

    @SmartAsync
    static class HasHelpers {
        public String find() {
            return helper() + utility();
        }

        private String helper() {
            return "";
        }

        static String utility() {
            return "";
        }
    }

    @Test
    void aBeanIsRefusedWhereSpringMakesNoProxies() {
        FailureAnalysis refusal = Refusal.of(application(Intercepted.class)
                .withBean(InterceptedByType.class)
                .withBean(PackagePrivate.class, PackagePrivate::new, definition -> definition.setLazyInit(true))
                .withBean(AllShapes.class, AllShapes::new, definition -> definition.setScope("prototype"))
                .withPropertyValues("spring.aop.auto=false"));

        assertThat(refusal.getDescription())
                .contains(Intercepted.class.getName() + "\n", "no proxy intercepts the calls of bean")
                .contains(InterceptedByType.class.getName() + "\n")
                .contains(PackagePrivate.class.getName() + "\n")
                .contains(AllShapes.class.getName() + "\n");
        assertThat(refusal.getAction()).contains("spring.aop.auto=false");
    }

    @Test
    void aBeanIsRefusedWhereTheProxiesOfTransactionsKnowNoAspects() {
        FailureAnalysis refusal = Refusal.of(application(PartlyIntercepted.class)
                .withUserConfiguration(Transactions.class)
                .withPropertyValues("spring.aop.auto=false"));

        assertThat(refusal.getDescription())
                .contains(PartlyIntercepted.class.getName() + "\n", "no proxy intercepts the calls of bean");
    }

    @Configuration(proxyBeanMethods = false)
    @EnableTransactionManagement
    static class Transactions {}

    @SmartAsync
    static class PartlyIntercepted {
        public String byType() {
            return "";
        }

        @SmartAsync
        public String byMethod() {
            return "";
        }
    }

    @Test
    void anAspectIsRefusedWhichSpringPutsNoProxyBefore() {
        assertThat(refusalOf(AnnotatedAspect.class).getDescription())
                .contains(AnnotatedAspect.class.getName() + "\n", "no proxy intercepts");
    }

    static class Intercepted {
        @SmartAsync
        public String find() {
            return "";
        }
    }

    @SmartAsync
    static class InterceptedByType {
        public String find() {
            return "";
        }
    }

    @Aspect
    static class AnnotatedAspect {
        @SmartAsync
        public String find() {
            return "";
        }
    }

    @Test
    void aFinalClassWithoutAnInterfaceIsRefused() {
        FailureAnalysis refusal = refusalOf(FinalClass.class);

        assertThat(refusal.getDescription()).contains(FinalClass.class.getName() + "\n", "final and has no interface");
        assertThat(refusal.getAction()).contains("Remove 'final'", "spring.aop.proxy-target-class=false");
    }

    @Test
    void aRecordIsNotAskedToRemoveItsFinal() {
        assertThat(refusalOf(Recorded.class).getAction())
                .contains("Make it a class, or ")
                .doesNotContain("Remove");
    }

    record Recorded() {
        @SmartAsync
        public String find() {
            return "";
        }
    }

    static final class FinalClass {
        @SmartAsync
        public String find() {
            return "";
        }
    }

    @Test
    void aFinalClassWithAnInterfaceWorksBehindAJdkProxy() {
        application(FinalClassWithInterface.class)
                .withPropertyValues("spring.aop.proxy-target-class=false")
                .run(context -> assertThat(context.getBean(Finder.class).find()).isEqualTo("found"));
    }

    @Test
    void aFinalClassIsRefusedWhereOnlySubclassesServeAsProxies() {
        // Boot's default is to make every proxy a subclass, whatever interfaces there are
        FailureAnalysis refusal = refusalOf(FinalClassWithInterface.class);

        assertThat(refusal.getDescription()).contains(FinalClassWithInterface.class.getName() + "\n", "final");
        assertThat(refusal.getAction()).contains("spring.aop.proxy-target-class=false");
    }

    interface Finder {
        String find();
    }

    static final class FinalClassWithInterface implements Finder {
        @Override
        @SmartAsync
        public String find() {
            return "found";
        }
    }

    @ParameterizedTest
    @ValueSource(classes = {ReturnsFutureTask.class, ReturnsScheduledFuture.class})
    void aFutureThatNobodyElseCanCompleteIsRefusedWithThoseThatWork(Class<?> bean) {
        FailureAnalysis refusal = refusalOf(bean);

        assertThat(refusal.getDescription()).contains(bean.getName() + ".find\n", "no other thread can complete");
        assertThat(refusal.getAction()).contains("CompletableFuture, CompletionStage or Future", "NON_BLOCKING");
    }

    static class ReturnsFutureTask {
        @SmartAsync
        public FutureTask<String> find() {
            return new FutureTask<>(() -> "");
        }
    }

    static class ReturnsScheduledFuture {
        @SmartAsync
        public ScheduledFuture<?> find() {
            throw new UnsupportedOperationException();
        }
    }

    @Test
    void aFutureOfAnyTypeWorksWhereItsBodyNeverBlocks() {
        starts(NonBlockingFutureTask.class);
    }

    static class NonBlockingFutureTask {
        @SmartAsync(workload = Workload.NON_BLOCKING)
        public FutureTask<String> find() {
            return new FutureTask<>(() -> "");
        }
    }

    @ParameterizedTest
    @ValueSource(classes = {ReturnsConnectableFlux.class, ReturnsParallelFlux.class})
    void aPublisherThatCantBeReplacedIsRefusedWithOneThatCan(Class<?> bean) {
        FailureAnalysis refusal = refusalOf(bean);

        assertThat(refusal.getDescription()).contains(bean.getName() + ".find\n", "can't be subscribed to later");
        assertThat(refusal.getAction()).containsPattern("Return (Flux|Publisher)");
    }

    static class ReturnsConnectableFlux {
        @SmartAsync
        public ConnectableFlux<String> find() {
            return Flux.just("").publish();
        }
    }

    static class ReturnsParallelFlux {
        @SmartAsync
        public ParallelFlux<String> find() {
            return Flux.just("").parallel();
        }
    }

    @Test
    void aSealedClassIsRefused() {
        FailureAnalysis refusal = refusalOf(SealedClass.class);

        assertThat(refusal.getDescription()).contains(SealedClass.class.getName() + "\n", "it is sealed");
        assertThat(refusal.getAction()).contains("Remove 'sealed'");
    }

    static sealed class SealedClass permits OnlySubclass {
        @SmartAsync
        public void find() {}
    }

    static final class OnlySubclass extends SealedClass {}

    /** No bean's own class is sealed and abstract. */
    @Test
    void aSealedTypeThatALazyBeanIsDeclaredByIsNotRefused() {
        application(DeclaredBySealedType.class).run(context -> {
            assertThat(context).hasNotFailed();
            Calls calls = TestContext.calls(context);
            context.getBean(SealedFinder.class).find();
            assertThat(calls.by("class")).isEqualTo(Map.of("OpenFinder", 1L));
        });
    }

    sealed interface SealedFinder permits OpenFinder {
        @SmartAsync
        void find();
    }

    static non-sealed class OpenFinder implements SealedFinder {
        @Override
        public void find() {}
    }

    @Configuration(proxyBeanMethods = false)
    static class DeclaredBySealedType {

        @Bean
        @Lazy
        SealedFinder finder() {
            return new OpenFinder();
        }
    }

    /** Spring makes no proxy of these. */
    @ParameterizedTest
    @ValueSource(classes = {FinalCloseable.class, FinalSerializable.class, FinalOfSealed.class})
    void aFinalClassWhoseInterfacesAreNotEnoughForAProxyIsRefused(Class<?> bean) {
        FailureAnalysis refusal =
                Refusal.of(application(bean).withPropertyValues("spring.aop.proxy-target-class=false"));

        assertThat(refusal.getDescription()).contains(bean.getName() + "\n", "final and has no interface for a proxy");
        assertThat(refusal.getAction()).contains("let it implement an interface");
    }

    static final class FinalCloseable implements AutoCloseable {
        @SmartAsync
        public void find() {}

        @Override
        public void close() {}
    }

    static final class FinalSerializable implements Serializable {
        private static final long serialVersionUID = 1L;

        @SmartAsync
        public void find() {}
    }

    sealed interface Sealed permits FinalOfSealed {
        void find();
    }

    static final class FinalOfSealed implements Sealed {
        @Override
        @SmartAsync
        public void find() {}
    }

    @Test
    void aPackagePrivateMethodOfAnotherPackageIsRefused() {
        FailureAnalysis refusal = refusalOf(InheritsPackagePrivate.class);

        assertThat(refusal.getDescription())
                .contains("InheritsPackagePrivate.find\n", "package-private in another package");
        assertThat(refusal.getAction()).contains("Make it protected or public");
    }

    static class InheritsPackagePrivate extends Inherited {}

    @Test
    void aPackagePrivateMethodOfTheSamePackageIsNotRefused() {
        starts(PackagePrivate.class);
    }

    static class PackagePrivate {
        @SmartAsync
        void find() {}
    }

    @Test
    void aRouteToAnUnknownExecutorIsRefusedByItsPropertyWhateverTheBeanReturns() {
        assertThat(Refusal.of(TestContext.with(AsyncBeside.class)
                                .withPropertyValues("smartasync.routes.platform.io=nope"))
                        .getDescription())
                .contains("smartasync.routes.platform.io\n", "no executor named 'nope'");
    }

    /** As tracing does, with a proxy or a subclass of its own. */
    @Test
    void aBeanWhoseProxyIsWrappedByAnotherPostProcessorIsNotRefused() {
        TestContext.with(Wrapping.class, Finding.class)
                .withPropertyValues("spring.aop.proxy-target-class=false")
                .run(context -> {
                    Calls calls = TestContext.calls(context);
                    assertThat(context.getBean(Finder.class).find()).isEqualTo("found");
                    assertThat(calls.by("class")).isEqualTo(Map.of("Finding", 1L));
                });
    }

    static class Finding implements Finder {
        @Override
        @SmartAsync
        public String find() {
            return "found";
        }
    }

    static class Wrapping implements BeanPostProcessor {
        @Override
        public Object postProcessAfterInitialization(Object bean, String beanName) {
            return bean instanceof Finder finder
                    ? (Finder) Proxy.newProxyInstance(
                            getClass().getClassLoader(),
                            new Class<?>[] {Finder.class},
                            (proxy, method, arguments) -> method.invoke(finder, arguments))
                    : bean;
        }
    }

    @Test
    void severalObserversAreRefused() {
        FailureAnalysis refusal = Refusal.of(TestContext.with(PackagePrivate.class)
                .withBean("one", CallObserver.class, () -> mock(CallObserver.class))
                .withBean("two", CallObserver.class, () -> mock(CallObserver.class)));

        assertThat(refusal.getDescription()).contains("CallObserver beans one, two");
        assertThat(refusal.getAction()).contains("@Primary");
    }

    /** Its class has no name that anybody knows. */
    @Test
    void theMistakeOfAProxyOfTheApplicationIsNamedAndMendedByItsInterface() {
        ApplicationContextRunner application = TestContext.with().withUserConfiguration(Clients.class);
        assertThat(Refusal.of(application).getDescription())
                .contains(Client.class.getName() + ".fetch\n", "no executor named 'nowhere'");
        application
                .withPropertyValues("smartasync.rules[0].method=Client#fetch", "smartasync.rules[0].executor=io")
                .run(context -> assertThat(context).hasNotFailed());
    }

    interface Client {
        @SmartAsync("nowhere")
        String fetch();
    }

    @Configuration(proxyBeanMethods = false)
    static class Clients {
        @Bean
        Client client() {
            return (Client) Proxy.newProxyInstance(
                    getClass().getClassLoader(),
                    new Class<?>[] {Client.class},
                    (proxy, method, arguments) -> "fetched");
        }
    }

    /** It is made before any post-processor of ours sees it, and intercepted all the same. */
    @Test
    void aMistakeOfABeanThatAPostProcessorNeedsIsFoundToo() {
        for (Boolean classProxies : List.of(true, false)) {
            FailureAnalysis refusal = Refusal.of(TestContext.with(NeedsBean.class, UnknownExecutorOfNeeded.class)
                    .withPropertyValues("spring.aop.proxy-target-class=" + classProxies));
            assertThat(refusal.getDescription())
                    .contains(UnknownExecutorOfNeeded.class.getName() + ".find\n", "no executor named 'nowhere'");
        }
    }

    static class UnknownExecutorOfNeeded implements Finder {
        @Override
        @SmartAsync("nowhere")
        public String find() {
            return "";
        }
    }

    static class NeedsBean implements BeanPostProcessor {
        NeedsBean(Finder needed) {
            assertThat(needed).isInstanceOf(SpringProxy.class);
        }
    }

    @Test
    void allThatCanWorkStarts() {
        starts(AllShapes.class);
    }

    @SmartAsync
    static class AllShapes {
        public void nothing() {}

        public String value() {
            return "";
        }

        public Future<String> future() {
            return CompletableFuture.completedFuture("");
        }

        public CompletionStage<String> stage() {
            return CompletableFuture.completedFuture("");
        }

        public CompletableFuture<String> completable() {
            return CompletableFuture.completedFuture("");
        }

        public Mono<String> mono() {
            return Mono.just("");
        }

        public Flux<String> flux() {
            return Flux.just("");
        }

        @SmartAsync(background = true)
        public void background() {}
    }

    private static ApplicationContextRunner application(Class<?> bean) {
        return TestContext.with(bean);
    }

    private static FailureAnalysis refusalOf(Class<?> bean) {
        return Refusal.of(application(bean));
    }

    private static void starts(Class<?> bean) {
        application(bean).run(context -> assertThat(context).hasNotFailed());
    }
}
