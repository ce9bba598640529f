package io.smartasync.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Single;
import io.smallrye.mutiny.Uni;
import io.smartasync.SmartAsync;
import io.smartasync.SmartAsyncBridge;
import io.smartasync.SmartAsyncConfigurationException;
import io.smartasync.TargetMethod;
import io.smartasync.Workload;
import io.smartasync.support.Await;
import io.smartasync.support.Calls;
import io.smartasync.support.TestContext;
import java.io.IOException;
import java.lang.reflect.UndeclaredThrowableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.aopalliance.intercept.MethodInterceptor;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.beans.factory.annotation.Lookup;
import org.springframework.beans.factory.config.CustomScopeConfigurer;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurationPackages;
import org.springframework.boot.context.TypeExcludeFilter;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Primary;
import org.springframework.context.annotation.Profile;
import org.springframework.context.annotation.Scope;
import org.springframework.context.annotation.ScopedProxyMode;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.context.support.SimpleThreadScope;
import org.springframework.core.type.classreading.MetadataReader;
import org.springframework.core.type.classreading.MetadataReaderFactory;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.config.annotation.method.configuration.EnableMethodSecurity;
import org.springframework.security.core.context.SecurityContextHolder;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;

/** What bridges make of the corners of Java and Spring. */
@Timeout(30)
class BridgeDetailsTest {

    @AfterEach
    void signOut() {
        SecurityContextHolder.clearContext();
    }

    interface Crud<T, I> {

        T load(I id);

        List<T> all();

        default String name() {
            return "crud";
        }
    }

    abstract static class BaseCrud<T, I> implements Crud<T, I> {

        @Override
        public List<T> all() {
            return List.of(load(null), load(null));
        }
    }

    interface Texts extends Crud<String, Long> {

        String join(String separator, String... parts);

        String pick(int index);

        String pick(Object key);

        Set<String> words();

        Single<String> single();

        Flowable<String> flowable();

        Uni<String> uni();
    }

    static class TextsBean extends BaseCrud<String, Long> implements Texts {

        @Override
        public String load(Long id) {
            return "text " + id;
        }

        @Override
        public String join(String separator, String... parts) {
            return String.join(separator, parts);
        }

        @Override
        public String pick(int index) {
            return "by index";
        }

        @Override
        public String pick(Object key) {
            return "by key";
        }

        @Override
        public Set<String> words() {
            return Set.of("a");
        }

        @Override
        public Single<String> single() {
            return Single.just("single");
        }

        @Override
        public Flowable<String> flowable() {
            return Flowable.just("a", "b");
        }

        @Override
        public Uni<String> uni() {
            return Uni.createFrom().item("uni");
        }
    }

    interface ReactiveCrud<T, I> {

        Mono<T> load(I id);

        Flux<T> all();
    }

    @SmartAsyncBridge(Texts.class)
    interface ReactiveTexts extends ReactiveCrud<String, Long> {

        Mono<String> join(String separator, String... parts);

        Mono<String> pick(int index);

        Mono<String> pick(Object key);

        Flux<String> words();

        Mono<String> name();

        @TargetMethod("flowable")
        Mono<String> one();

        default Mono<String> twice(long id) {
            return load(id).map(text -> text + text);
        }
    }

    @SmartAsyncBridge(Texts.class)
    interface PlainTexts {

        String single();

        List<String> flowable();

        String uni();
    }

    @Test
    void overloadsGenericsVarargsAndDefaultMethodsFindTheirTargets() {
        run(context -> {
            ReactiveTexts texts = context.getBean(ReactiveTexts.class);
            assertThat(get(texts.load(1L))).isEqualTo("text 1");
            assertThat(get(texts.all().collectList())).containsExactly("text null", "text null");
            assertThat(get(texts.join("-", "a", "b"))).isEqualTo("a-b");
            assertThat(get(texts.join("-"))).isEmpty();
            assertThat(get(texts.pick(1))).isEqualTo("by index");
            assertThat(get(texts.pick("one"))).isEqualTo("by key");
            assertThat(get(texts.words().collectList())).containsExactly("a");
            assertThat(get(texts.name())).isEqualTo("crud");
            assertThat(get(texts.twice(1))).isEqualTo("text 1text 1");
        });
    }

    /** What can't be cancelled, or is cancelled when it is done, is none of the log's business. */
    static class Stages {

        final CompletableFuture<String> future = new CompletableFuture<>();

        public CompletionStage<String> done() {
            return CompletableFuture.completedStage("done");
        }

        @SmartAsync(timeout = "20ms")
        public CompletionStage<String> never() {
            return new CompletableFuture<String>().minimalCompletionStage();
        }

        public CompletableFuture<String> cancellable() {
            return future;
        }

        public CompletionStage<String> failing() {
            return CompletableFuture.failedStage(new IllegalStateException("the disk"));
        }
    }

    @SmartAsyncBridge(Stages.class)
    interface StagesAsPublishers {

        @TargetMethod("done")
        Uni<String> uni();

        Mono<String> done();

        Mono<String> never();

        Mono<String> cancellable();

        Mono<String> failing();
    }

    @Configuration(proxyBeanMethods = false)
    @ImportSmartAsyncBridges(StagesAsPublishers.class)
    static class UsesStages {}

    @Test
    void aStageThatCantBeCancelledIsLeftAloneByPublishers() {
        List<Throwable> dropped = new CopyOnWriteArrayList<>();
        Hooks.onErrorDropped(dropped::add);
        try {
            TestContext.with(Stages.class)
                    .withUserConfiguration(UsesStages.class)
                    .run(context -> {
                        StagesAsPublishers stages = context.getBean(StagesAsPublishers.class);
                        assertThat(stages.uni().await().atMost(Duration.ofSeconds(10)))
                                .isEqualTo("done");
                        assertThat(get(stages.done())).isEqualTo("done");
                        assertThatThrownBy(() -> get(stages.never())).hasRootCauseInstanceOf(TimeoutException.class);
                        assertThatThrownBy(() -> get(stages.failing())).hasRootCauseMessage("the disk");
                        assertThat(dropped).isEmpty();
                    });
        } finally {
            Hooks.resetOnErrorDropped();
        }
    }

    @Test
    void aFutureIsCancelledWithItsPublisher() {
        TestContext.with(Stages.class).withUserConfiguration(UsesStages.class).run(context -> {
            CompletableFuture<String> future = context.getBean(Stages.class).cancellable();
            Disposable subscription =
                    context.getBean(StagesAsPublishers.class).cancellable().subscribe();
            Await.until("the body", () -> future.getNumberOfDependents() > 0);
            subscription.dispose();
            Await.until("its cancellation", future::isCancelled);
        });
    }

    interface Finding<R> {

        R find(String key);
    }

    static class PlainStore {

        public String find(String key) {
            return "plain " + key;
        }
    }

    abstract static class AnyStore<R> {

        abstract R load(String key);

        public R find(String key) {
            return load(key);
        }
    }

    static class MonoStore extends AnyStore<Mono<String>> {

        @Override
        Mono<String> load(String key) {
            return Mono.just("reactive " + key);
        }
    }

    @SmartAsyncBridge(PlainStore.class)
    interface FutureFinding extends Finding<CompletableFuture<String>> {}

    @SmartAsyncBridge(MonoStore.class)
    interface PlainFinding extends Finding<String> {}

    @Configuration(proxyBeanMethods = false)
    @ImportSmartAsyncBridges({FutureFinding.class, PlainFinding.class})
    static class UsesFinding {}

    @Test
    void whatAGenericBridgeOrTargetReturnsIsWhatItsTypeVariableStandsFor() {
        TestContext.with(PlainStore.class, MonoStore.class)
                .withUserConfiguration(UsesFinding.class)
                .run(context -> {
                    Calls calls = TestContext.calls(context);
                    assertThat(context.getBean(FutureFinding.class).find("a").get(10, TimeUnit.SECONDS))
                            .isEqualTo("plain a");
                    assertThat(context.getBean(PlainFinding.class).find("b")).isEqualTo("reactive b");
                    assertThat(calls.by("path")).isEqualTo(Map.of("offload", 1L, "await", 1L));
                });
    }

    @Test
    void publishersOfOtherLibrariesAreWaitedFor() {
        run(context -> {
            PlainTexts texts = context.getBean(PlainTexts.class);
            assertThat(texts.single()).isEqualTo("single");
            assertThat(texts.flowable()).containsExactly("a", "b");
            assertThat(texts.uni()).isEqualTo("uni");
        });
    }

    @Test
    void moreThanOneElementForASingleValueIsAnError() {
        run(context -> assertThatExceptionOfType(Exception.class)
                .isThrownBy(() -> get(context.getBean(ReactiveTexts.class).one()))
                .havingRootCause()
                .isInstanceOf(IllegalStateException.class)
                .withMessage("ReactiveTexts.one() returns a single value, but its target gave 2 elements."
                        + " Let it return a List, Flux or Stream."));
    }

    interface Failing {
        Mono<String> fail(Exception error);
    }

    static class FailingBean implements Failing {
        @Override
        public Mono<String> fail(Exception error) {
            return Mono.error(error);
        }
    }

    @SmartAsyncBridge(Failing.class)
    interface PlainFailing {
        String fail(Exception error);
    }

    /** Nothing can throw what an interface does not declare; Java wraps it. */
    @Test
    void aCheckedErrorThatTheBridgeDoesNotDeclareIsWrappedByJava() {
        run(context -> {
            PlainFailing failing = context.getBean(PlainFailing.class);
            IOException checked = new IOException();
            assertThatExceptionOfType(UndeclaredThrowableException.class)
                    .isThrownBy(() -> failing.fail(checked))
                    .havingCause()
                    .isSameAs(checked);
            assertThatIllegalStateException().isThrownBy(() -> failing.fail(new IllegalStateException()));
        });
    }

    static class Vault {

        private final Vault self;

        Vault(@Lazy Vault self) {
            this.self = self;
        }

        @SmartAsync
        @PreAuthorize("hasRole('OWNER')")
        public String open() {
            return SecurityContextHolder.getContext().getAuthentication().getName() + " on "
                    + Thread.currentThread().getName();
        }

        @SmartAsync
        public CompletableFuture<String> nested() {
            return self.inner();
        }

        @SmartAsync
        public CompletableFuture<String> inner() {
            return CompletableFuture.completedFuture("inner");
        }
    }

    @SmartAsyncBridge(Vault.class)
    interface ReactiveVault {

        Mono<String> open();

        Mono<String> nested();
    }

    @Test
    void whatStandsAroundTheTargetStandsAroundItsBridgeToo() {
        run(context -> {
            Calls calls = TestContext.calls(context);
            ReactiveVault vault = context.getBean(ReactiveVault.class);
            SecurityContextHolder.getContext()
                    .setAuthentication(new TestingAuthenticationToken("ada", "", "ROLE_OWNER"));
            assertThat(get(vault.open())).startsWith("ada on smartasync-io-");
            SecurityContextHolder.getContext()
                    .setAuthentication(new TestingAuthenticationToken("mallory", "", "ROLE_GUEST"));
            assertThatExceptionOfType(Exception.class)
                    .isThrownBy(() -> get(vault.open()))
                    .withCauseInstanceOf(AccessDeniedException.class);
            assertThat(calls.by("outcome")).isEqualTo(Map.of("SUCCESS", 1L, "ERROR", 1L));
        });
    }

    interface Basket {

        String owner();
    }

    static class ThreadsBasket implements Basket {

        private final String owner = Thread.currentThread().getName();

        @Override
        @SmartAsync(workload = Workload.CPU)
        public String owner() {
            return owner + " on " + Thread.currentThread().getName();
        }
    }

    @SmartAsyncBridge(Basket.class)
    interface FutureBasket {

        CompletableFuture<String> owner();
    }

    @Configuration(proxyBeanMethods = false)
    static class ScopedByClass {

        @Bean
        @Scope(scopeName = "thread", proxyMode = ScopedProxyMode.TARGET_CLASS)
        ThreadsBasket basket() {
            return new ThreadsBasket();
        }
    }

    /** Which class the bean has is seen when it is made. */
    @Configuration(proxyBeanMethods = false)
    static class ScopedByInterface {

        @Bean
        @Scope(scopeName = "thread", proxyMode = ScopedProxyMode.INTERFACES)
        Basket basket() {
            return new ThreadsBasket();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ImportSmartAsyncBridges(FutureBasket.class)
    static class UsesBasket {

        @Bean
        static CustomScopeConfigurer scopes() {
            CustomScopeConfigurer scopes = new CustomScopeConfigurer();
            scopes.addScope("thread", new SimpleThreadScope());
            return scopes;
        }
    }

    @ParameterizedTest
    @ValueSource(classes = {ScopedByClass.class, ScopedByInterface.class})
    void theTargetIsThatOfTheCallersScopeAndDecidesAndCountsOnce(Class<?> scoped) {
        TestContext.with().withUserConfiguration(UsesBasket.class, scoped).run(context -> {
            Calls calls = TestContext.calls(context);
            FutureBasket basket = context.getBean(FutureBasket.class);
            assertThat(basket.owner().get(10, TimeUnit.SECONDS))
                    .startsWith(Thread.currentThread().getName() + " on smartasync-cpu-");
            assertThat(calls.by("class")).isEqualTo(Map.of("ThreadsBasket", 1L));
            assertThat(calls.by("path")).isEqualTo(Map.of("offload", 1L));
        });
    }

    /** Let through is the call of the bridge, and no other that its body makes. */
    @Test
    void callsThatTheTargetMakesThroughProxiesAreCountedToo() {
        run(context -> {
            Calls calls = TestContext.calls(context);
            assertThat(get(context.getBean(ReactiveVault.class).nested())).isEqualTo("inner");
            assertThat(calls.by("method")).isEqualTo(Map.of("nested", 1L, "inner", 1L));
        });
    }

    @Test
    void bridgesInThePackagesOfTheApplicationAreFound() {
        scanned().run(context -> assertThat(Arrays.asList(context.getBeanDefinitionNames()))
                .contains("io.smartasync.bridge.found.FoundTexts")
                .doesNotContain(ReactiveTexts.class.getName()));
    }

    /** Its own, and those that it inherits from interfaces of Java. */
    @Test
    void defaultMethodsOfAPackagePrivateBridgeRunAsTheyAre() {
        scanned().run(context -> {
            Object texts = context.getBean("io.smartasync.bridge.found.HiddenTexts");
            List<Object> indexes = new ArrayList<>();
            ((Iterable<?>) texts).forEach(indexes::add);
            assertThat(indexes).containsExactly(0, 1, 2, 3, 4, 5);
            assertThatIOException().isThrownBy(((Callable<?>) texts)::call).withMessage("as thrown");
        });
    }

    @Test
    void aBridgeMayDependOnWhichBeansThereAre() {
        scanned().run(context -> assertThat(Arrays.asList(context.getBeanDefinitionNames()))
                .contains("io.smartasync.bridge.found.ConditionalTexts")
                .doesNotContain("io.smartasync.bridge.found.UnwantedTexts"));
    }

    /** As one that is nested in the class of another test. */
    @Test
    void aBridgeMayBeExcludedFromTheScanAsComponentsAre() {
        scanned()
                .withInitializer(
                        context -> context.getBeanFactory().registerSingleton("excluding", new TypeExcludeFilter() {
                            @Override
                            public boolean match(MetadataReader type, MetadataReaderFactory types) {
                                return type.getClassMetadata().getClassName().endsWith("HiddenTexts");
                            }

                            @Override
                            public boolean equals(@Nullable Object other) {
                                return super.equals(other);
                            }

                            @Override
                            public int hashCode() {
                                return super.hashCode();
                            }
                        }))
                .run(context -> assertThat(Arrays.asList(context.getBeanDefinitionNames()))
                        .contains("io.smartasync.bridge.found.FoundTexts")
                        .doesNotContain("io.smartasync.bridge.found.HiddenTexts"));
    }

    @Test
    void whereAllBeansAreLazyABridgeIsTooAndItsTarget() {
        TestContext.with(Lookups.class)
                .withUserConfiguration(UsesLookups.class)
                .withInitializer(context ->
                        context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
                .run(context -> {
                    String target = context.getBeanNamesForType(Lookups.class)[0];
                    assertThat(context.getBeanFactory().containsSingleton(target))
                            .isFalse();
                    assertThat(context.getBean(FutureLookups.class).find().get(10, TimeUnit.SECONDS))
                            .isEqualTo("found");
                });
    }

    static class Lookups {

        public String find() {
            return "found";
        }

        @Lookup
        protected @Nullable Callable<?> lookedUp() {
            return null;
        }
    }

    @SmartAsyncBridge(Lookups.class)
    interface FutureLookups {
        CompletableFuture<String> find();
    }

    @Configuration(proxyBeanMethods = false)
    @ImportSmartAsyncBridges(FutureLookups.class)
    static class UsesLookups {}

    /** Spring makes a subclass of its own, whose name nobody would write into a rule. */
    @Test
    void aTargetWithALookupMethodIsKnownByItsOwnClass() {
        TestContext.with(Lookups.class)
                .withUserConfiguration(UsesLookups.class)
                .withPropertyValues("smartasync.rules[0].method=Lookups#find", "smartasync.rules[0].executor=cpu")
                .run(context -> {
                    Calls calls = TestContext.calls(context);
                    assertThat(context.getBean(FutureLookups.class).find().get(10, TimeUnit.SECONDS))
                            .isEqualTo("found");
                    assertThat(calls.by("class")).isEqualTo(Map.of("Lookups", 1L));
                    assertThat(calls.by("executor")).isEqualTo(Map.of("cpu", 1L));
                });
    }

    interface Words {
        String first();
    }

    @SmartAsync
    interface AnnotatedWords extends Words {
        @Override
        String first();
    }

    @SmartAsyncBridge(Words.class)
    interface FutureWords {
        CompletableFuture<String> first();
    }

    static class ClassOfLibrary {}

    /** As Spring Data makes its repositories: the target of its proxy has none of its methods. */
    private static <T> T repository(Class<T> type) {
        ProxyFactory factory = new ProxyFactory(new ClassOfLibrary());
        factory.setInterfaces(type);
        factory.addAdvice((MethodInterceptor) call -> call.getMethod().getName());
        return type.cast(factory.getProxy());
    }

    @Configuration(proxyBeanMethods = false)
    @ImportSmartAsyncBridges(FutureWords.class)
    static class UsesWords {}

    @ParameterizedTest
    @ValueSource(classes = {Words.class, AnnotatedWords.class})
    void aRepositoryIsKnownByItsInterfaceAndCountedOnce(Class<? extends Words> type) {
        TestContext.with()
                .withUserConfiguration(UsesWords.class)
                .withInitializer(context -> ((GenericApplicationContext) context)
                        .registerBean("words", Words.class, () -> repository(type)))
                .run(context -> {
                    Calls calls = TestContext.calls(context);
                    assertThat(context.getBean(FutureWords.class).first().get(10, TimeUnit.SECONDS))
                            .isEqualTo("first");
                    assertThat(calls.by("class")).isEqualTo(Map.of(type.getSimpleName(), 1L));
                });
    }

    @SmartAsyncBridge(CharSequence.class)
    @Profile("elsewhere")
    interface ElsewhereTexts {
        CompletableFuture<Integer> length();
    }

    interface Lengths {
        CompletableFuture<Integer> length();
    }

    @SmartAsyncBridge(CharSequence.class)
    interface SecondTexts extends Lengths {}

    @SmartAsyncBridge(CharSequence.class)
    @Primary
    interface FirstTexts extends Lengths {}

    @SmartAsyncBridge(CharSequence.class)
    @Lazy
    interface LazyTexts extends Lengths {}

    @Configuration(proxyBeanMethods = false)
    @ImportSmartAsyncBridges({ElsewhereTexts.class, SecondTexts.class, FirstTexts.class, LazyTexts.class})
    static class Imports {}

    @Test
    void whatStandsOnABridgeHoldsForItAsForOtherBeans() {
        TestContext.with()
                .withUserConfiguration(Imports.class)
                .withBean(String.class, () -> "a bean")
                .run(context -> {
                    assertThat(context).doesNotHaveBean(ElsewhereTexts.class);
                    assertThat(context.getBean(Lengths.class)).isInstanceOf(FirstTexts.class);
                    assertThat(context.getBeanFactory()
                                    .getBeanDefinition(LazyTexts.class.getName())
                                    .isLazyInit())
                            .isTrue();
                    assertThat(context.getBean(LazyTexts.class).length().get(10, TimeUnit.SECONDS))
                            .isEqualTo(6);
                });
    }

    static class NeedsBridge {
        NeedsBridge(FirstTexts texts) {}
    }

    /** A library may import bridges into an application that has switched SmartAsync off, or into a slice of a test. */
    @Test
    void whereNothingMakesBridgesOnlyWhoeverNeedsOneIsRefused() {
        List<ApplicationContextRunner> without = List.of(
                TestContext.with().withPropertyValues("smartasync.enabled=false"), new ApplicationContextRunner());
        for (ApplicationContextRunner runner : without) {
            ApplicationContextRunner imported =
                    runner.withUserConfiguration(Imports.class).withBean(String.class, () -> "a bean");
            imported.run(context -> assertThat(context).hasNotFailed());
            imported.withBean(NeedsBridge.class).run(context -> assertThat(context)
                    .getFailure()
                    .rootCause()
                    .isInstanceOf(SmartAsyncConfigurationException.class)
                    .hasMessageContaining("FirstTexts")
                    .hasMessageContaining("smartasync.enabled is false"));
        }
    }

    private static ApplicationContextRunner scanned() {
        return new ApplicationContextRunner()
                .withInitializer(context -> AutoConfigurationPackages.register(
                        (org.springframework.beans.factory.support.BeanDefinitionRegistry) context,
                        "io.smartasync.bridge.found"))
                .withConfiguration(TestContext.autoConfigurations())
                .withBean(String.class, () -> "a bean");
    }

    private static <T> T get(Mono<T> mono) throws Exception {
        return mono.toFuture().get(10, TimeUnit.SECONDS);
    }

    private static void run(
            org.springframework.boot.test.context.runner.ContextConsumer<
                            org.springframework.boot.test.context.assertj.AssertableApplicationContext>
                    test) {
        TestContext.with(TextsBean.class, FailingBean.class, Vault.class)
                .withUserConfiguration(Application.class)
                .run(test);
    }

    @Configuration(proxyBeanMethods = false)
    @EnableMethodSecurity
    @ImportSmartAsyncBridges({ReactiveTexts.class, PlainTexts.class, PlainFailing.class, ReactiveVault.class})
    static class Application {}
}
