package io.smartasync.aop;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import io.smartasync.SmartAsync;
import io.smartasync.Workload;
import io.smartasync.execution.BoundMethod;
import io.smartasync.execution.MethodRegistry;
import io.smartasync.plan.Plan;
import io.smartasync.plan.Planner;
import io.smartasync.support.Calls;
import io.smartasync.support.TestContext;
import jakarta.annotation.PostConstruct;
import java.lang.reflect.Proxy;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.framework.autoproxy.BeanNameAutoProxyCreator;
import org.springframework.aop.framework.autoproxy.DefaultAdvisorAutoProxyCreator;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.config.CustomScopeConfigurer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Scope;
import org.springframework.context.annotation.ScopedProxyMode;
import org.springframework.context.support.SimpleThreadScope;

/** Beans that are proxies already, or made in another way than most. */
@Timeout(30)
class SpecialBeansTest {

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aCallThroughAGenericInterfaceIsInterceptedOnce(boolean proxyTargetClass) {
        TestContext.with(Doubler.class)
                .withPropertyValues("spring.aop.proxy-target-class=" + proxyTargetClass)
                .run(context -> {
                    @SuppressWarnings("unchecked") // calls the bridge method
                    Converter<Integer> converter = context.getBean(Converter.class);
                    Calls calls = TestContext.calls(context);

                    assertThat(converter.convert(21)).isEqualTo(42);
                    assertThat(converter.convertAll(21)).isEqualTo(42);

                    assertThat(calls.by("method")).containsOnly(entry("convert", 1L), entry("convertAll", 1L));
                });
    }

    interface Converter<T> {
        T convert(T value);

        @SmartAsync
        T convertAll(T value);
    }

    static class Doubler implements Converter<Integer> {
        @Override
        @SmartAsync
        public Integer convert(Integer value) {
            return 2 * value;
        }

        @Override
        public Integer convertAll(Integer value) {
            return 2 * value;
        }
    }

    @Test
    void aCallOfAnOverriddenGenericMethodIsInterceptedOnce() {
        TestContext.with(Tripler.class).run(context -> {
            Calls calls = TestContext.calls(context);
            GenericBase<Integer> base = context.getBean(Tripler.class);

            assertThat(base.convert(14)).isEqualTo(42);

            assertThat(calls.by("method")).containsExactly(entry("convert", 1L));
        });
    }

    abstract static class GenericBase<T> {
        @SmartAsync
        public abstract T convert(T value);
    }

    static class Tripler extends GenericBase<Integer> {
        @Override
        public Integer convert(Integer value) {
            return 3 * value;
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anInterfaceMayAnnotateWhatItsImplementationInherits(boolean proxyTargetClass) {
        TestContext.with(InheritsFinder.class, InheritsConverter.class)
                .withPropertyValues("spring.aop.proxy-target-class=" + proxyTargetClass)
                .run(context -> {
                    Calls calls = TestContext.calls(context);

                    assertThat(context.getBean(AnnotatedFinder.class).find()).isEqualTo("found");
                    assertThat(context.getBean(AnnotatedConverter.class).convert(14))
                            .isEqualTo(14);

                    assertThat(calls.by("method")).containsOnly(entry("find", 1L), entry("convert", 1L));
                    assertThat(calls.by("executor")).as("as the interface says").containsOnly(entry("cpu", 2L));
                });
    }

    interface AnnotatedFinder {
        @SmartAsync("cpu")
        String find();
    }

    static class FindsForOthers {
        public String find() {
            return "found";
        }
    }

    static class InheritsFinder extends FindsForOthers implements AnnotatedFinder {}

    interface AnnotatedConverter {
        @SmartAsync("cpu")
        Integer convert(Integer value);
    }

    static class ConvertsForOthers<T> {
        public T convert(T value) {
            return value;
        }
    }

    static class InheritsConverter extends ConvertsForOthers<Integer> implements AnnotatedConverter {}

    /** The advice of the others is taken out of their proxies, which is not possible here any more. */
    @Test
    void aBeanThatWasHandedOutBeforeItWasFinishedIsInterceptedOnce() {
        TestContext.with(Egg.class, Hen.class).withAllowCircularReferences(true).run(context -> {
            Calls calls = TestContext.calls(context);
            Egg early = context.getBean(Hen.class).egg;

            assertThat(early.goesThroughTheAspect().join()).isTrue();
            assertThat(context.getBean(Egg.class)).isSameAs(early);

            assertThat(calls.by("method")).containsExactly(entry("goesThroughTheAspect", 1L));
        });
        TestContext.with(Egg.class)
                .withBean(Hen.class, () -> new Hen(new Egg()))
                .run(context -> assertThat(context.getBean(Egg.class)
                                .goesThroughTheAspect()
                                .join())
                        .isFalse());
    }

    static class Egg {
        @Autowired
        @Nullable
        Hen hen;

        @SmartAsync(workload = Workload.NON_BLOCKING)
        public CompletableFuture<Boolean> goesThroughTheAspect() {
            return CompletableFuture.completedFuture(StackWalker.getInstance()
                    .walk(frames ->
                            frames.anyMatch(frame -> frame.getClassName().equals(SmartAsyncAspect.class.getName()))));
        }
    }

    static class Hen {
        final Egg egg;

        Hen(Egg egg) {
            this.egg = egg;
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aProxyThatAFactoryMadeOfAnAnnotatedInterfaceIsInterceptedOnce(boolean proxyTargetClass) {
        TestContext.with(ClientFactory.class)
                .withPropertyValues("spring.aop.proxy-target-class=" + proxyTargetClass)
                .run(context -> {
                    Calls calls = TestContext.calls(context);
                    Client client = context.getBean(Client.class);

                    assertThat(client.fetch("a")).isEqualTo("fetched");
                    assertThat(client.fetchLater("a").join()).isEqualTo("fetched");

                    assertThat(calls.by("method")).containsOnly(entry("fetch", 1L), entry("fetchLater", 1L));
                    assertThat(calls.by("class"))
                            .as("the proxy's own class has no name to speak of")
                            .containsExactly(entry("Client", 2L));
                });
    }

    @SmartAsync
    interface Client {
        String fetch(String path);

        @SmartAsync(executor = "io")
        CompletableFuture<String> fetchLater(String path);
    }

    /** As Spring Data makes a repository, and Spring an HTTP interface client. */
    static class ClientFactory implements FactoryBean<Client> {
        @Override
        public Client getObject() {
            return (Client) Proxy.newProxyInstance(
                    Client.class.getClassLoader(),
                    new Class<?>[] {Client.class},
                    (proxy, method, arguments) -> method.getReturnType() == String.class
                            ? "fetched"
                            : CompletableFuture.completedFuture("fetched"));
        }

        @Override
        public Class<?> getObjectType() {
            return Client.class;
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anAnnotationOnARepositoryIsForItsInheritedMethodsToo(boolean proxyTargetClass) {
        TestContext.with(LinesFactory.class, WordsFactory.class)
                .withPropertyValues("spring.aop.proxy-target-class=" + proxyTargetClass)
                .withPropertyValues("smartasync.rules[0].method=Words#first", "smartasync.rules[0].executor=io")
                .run(context -> {
                    Calls calls = TestContext.calls(context);
                    Lines lines = context.getBean(Lines.class);
                    Words words = context.getBean(Words.class);

                    assertThat(lines.first()).isEqualTo("first");
                    assertThat(lines.last()).isEqualTo("last");
                    assertThat(((Rows<?>) lines).all()).isEqualTo("all");
                    assertThat(words.first()).isEqualTo("first");

                    assertThat(calls.by("class")).containsOnly(entry("Lines", 3L), entry("Words", 1L));
                    assertThat(calls.by("path")).containsOnly(entry("direct", 3L), entry("await", 1L));
                    List<Plan> plans = context.getBean(MethodRegistry.class).all().stream()
                            .map(BoundMethod::plan)
                            .toList();
                    assertThat(plans.stream().map(Plan::name).filter(name -> !name.startsWith("SmartAsyncOperations#")))
                            .as("nothing that proxies of Spring offer besides, no name of an inherited interface")
                            .filteredOn(name -> !name.startsWith("ReactorSmartAsyncOperations#"))
                            .containsOnly("Lines#first", "Lines#last", "Lines#all", "Words#first", "Words#all");
                    assertThat(plans)
                            .filteredOn(plan -> plan.name().startsWith("Lines#"))
                            .allSatisfy(plan -> assertThat(plan.settings().workload())
                                    .as("what the annotation on the repository says")
                                    .isEqualTo(Workload.NON_BLOCKING));
                });
    }

    /** Known by what it returns here, not by the superclass, where it may be anything. */
    @Test
    void aMethodOfAGenericSuperclassHasTheShapeOfItsTypeArgument() {
        TestContext.with(LaterQuotes.class, NowQuotes.class).run(context -> {
            Calls calls = TestContext.calls(context);
            assertThat(context.getBean(LaterQuotes.class).find().get(10, TimeUnit.SECONDS))
                    .startsWith("smartasync-io-");
            assertThat(context.getBean(NowQuotes.class).find())
                    .isEqualTo(Thread.currentThread().getName());
            assertThat(calls.by("path")).isEqualTo(Map.of("offload", 1L, "direct", 1L));
        });
    }

    abstract static class AnyQuotes<R> {
        @SmartAsync
        public R find() {
            return give(Thread.currentThread().getName());
        }

        abstract R give(String quote);
    }

    static class LaterQuotes extends AnyQuotes<CompletableFuture<String>> {
        @Override
        CompletableFuture<String> give(String quote) {
            return CompletableFuture.completedFuture(quote);
        }
    }

    static class NowQuotes extends AnyQuotes<String> {
        @Override
        String give(String quote) {
            return quote;
        }
    }

    /** It has no name that would be the same in another process, and none that a rule could say. */
    @Test
    void aLambdaIsKnownByItsInterface() {
        TestContext.with()
                .withBean("words", Said.class, () -> () -> "hello")
                .withPropertyValues("smartasync.rules[0].method=Said#say", "smartasync.rules[0].executor=io")
                .run(context -> {
                    assertThat(context.getBean(Planner.class).unmatchedRules()).isEmpty();
                    Calls calls = TestContext.calls(context);
                    assertThat(context.getBean(Said.class).say()).isEqualTo("hello");
                    assertThat(calls.by("class")).isEqualTo(Map.of("Said", 1L));
                    assertThat(calls.by("executor")).isEqualTo(Map.of("io", 1L));
                    assertThat(context.getBean(MethodRegistry.class).all())
                            .extracting(method -> method.plan().name())
                            .filteredOn(name -> name.endsWith("#say"))
                            .containsExactly("Said#say");
                });
    }

    interface Said {
        @SmartAsync
        String say();
    }

    interface Rows<T> {
        T first();

        Object all();
    }

    @SmartAsync(workload = Workload.NON_BLOCKING)
    interface Lines extends Rows<String> {
        @Override
        String all();

        String last();
    }

    @SmartAsync
    interface Words extends Rows<String> {}

    static class LinesFactory extends RepositoryFactory<Lines> {
        LinesFactory() {
            super(Lines.class);
        }
    }

    static class WordsFactory extends RepositoryFactory<Words> {
        WordsFactory() {
            super(Words.class);
        }
    }

    /** As Spring Data makes its repositories: by a proxy of Spring, which can be asked for its advice. */
    abstract static class RepositoryFactory<T> implements FactoryBean<T> {

        private final Class<T> type;

        RepositoryFactory(Class<T> type) {
            this.type = type;
        }

        @Override
        public T getObject() {
            ProxyFactory factory = new ProxyFactory();
            factory.setInterfaces(type);
            factory.addAdvice((MethodInterceptor) call -> call.getMethod().getName());
            return type.cast(factory.getProxy());
        }

        @Override
        public Class<?> getObjectType() {
            return type;
        }
    }

    @ParameterizedTest
    @ValueSource(classes = {Sealed.class, SealedByInterface.class})
    void aFinalClassBehindItsInterfaceIsInterceptedOnce(Class<?> bean) {
        TestContext.with(bean)
                .withPropertyValues("spring.aop.proxy-target-class=false")
                .run(context -> {
                    Calls calls = TestContext.calls(context);

                    assertThat(context.getBean(Cart.class).size()).isZero();

                    assertThat(calls.by("method")).containsExactly(entry("size", 1L));
                    assertThat(calls.by("class")).containsExactly(entry(bean.getSimpleName(), 1L));
                });
    }

    static final class Sealed implements Cart {
        @Override
        @SmartAsync
        public int size() {
            return 0;
        }
    }

    record SealedByInterface(int size) implements AnnotatedCart {
        SealedByInterface() {
            this(0);
        }
    }

    @SmartAsync
    interface AnnotatedCart extends Cart {}

    /** The type around them can't have a proxy, but these can. */
    @ParameterizedTest
    @ValueSource(
            classes = {InFinalClass.Inner.class, InInterface.Inner.class, InRecord.Inner.class, InFinalClass.Typed.class
            })
    void aClassNestedInAFinalOneOrInAnInterfaceIsInterceptedOnce(Class<? extends Cart> bean) {
        TestContext.with(bean).run(context -> {
            Calls calls = TestContext.calls(context);

            assertThat(context.getBean(bean).size()).isZero();

            assertThat(calls.by("method")).containsExactly(entry("size", 1L));
        });
    }

    static final class InFinalClass {
        static class Inner implements Cart {
            @Override
            @SmartAsync
            public int size() {
                return 0;
            }
        }

        @SmartAsync
        static class Typed implements Cart {
            @Override
            public int size() {
                return 0;
            }
        }
    }

    interface InInterface {
        class Inner extends InFinalClass.Inner {
            @Override
            @SmartAsync
            public int size() {
                return super.size();
            }
        }
    }

    record InRecord() {
        static class Inner implements Cart {
            @Override
            @SmartAsync
            public int size() {
                return 0;
            }
        }
    }

    @ParameterizedTest
    @ValueSource(classes = {ScopedByClass.class, ScopedByInterface.class})
    void aScopedBeanIsInterceptedOnce(Class<?> configuration) {
        TestContext.with().withUserConfiguration(configuration).run(context -> {
            Calls calls = TestContext.calls(context);
            Cart cart = context.getBean("cart", Cart.class);
            assertThat(cart).isInstanceOf(AopInfrastructureBean.class);

            assertThat(cart.size()).isZero();

            assertThat(calls.by("method")).containsExactly(entry("size", 1L));
            assertThat(calls.by("class")).containsExactly(entry("ListCart", 1L));
        });
    }

    interface Cart {
        int size();
    }

    @SmartAsync
    static class ListCart implements Cart {
        @Override
        public int size() {
            return 0;
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class ScopedByClass {
        @Bean
        static CustomScopeConfigurer scopes() {
            return threadScope();
        }

        @Bean
        @Scope(scopeName = "thread", proxyMode = ScopedProxyMode.TARGET_CLASS)
        ListCart cart() {
            return new ListCart();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class ScopedByInterface {
        @Bean
        static CustomScopeConfigurer scopes() {
            return threadScope();
        }

        @Bean
        @Scope(scopeName = "thread", proxyMode = ScopedProxyMode.INTERFACES)
        ListCart cart() {
            return new ListCart();
        }
    }

    private static CustomScopeConfigurer threadScope() {
        CustomScopeConfigurer scopes = new CustomScopeConfigurer();
        scopes.addScope("thread", new SimpleThreadScope());
        return scopes;
    }

    /** Which wraps the proxy of the first, or makes one with the same advice of its own. */
    @ParameterizedTest
    @ValueSource(
            classes = {CreatesProxiesByName.class, CreatesProxiesForAdvisors.class, CreatesSubclassesForAdvisors.class})
    void aBeanThatASecondCreatorOfProxiesComesByIsInterceptedOnce(Class<?> creator) {
        for (Class<? extends Cart> bean : List.of(ListCart.class, InFinalClass.Inner.class)) {
            for (Boolean classProxies : List.of(true, false)) {
                TestContext.with()
                        .withBean("cart", bean)
                        .withUserConfiguration(creator)
                        .withPropertyValues("spring.aop.proxy-target-class=" + classProxies)
                        .run(context -> {
                            Calls calls = TestContext.calls(context);
                            assertThat(context.getBean(Cart.class).size()).isZero();
                            assertThat(calls.by("class")).isEqualTo(Map.of(bean.getSimpleName(), 1L));
                            assertThat(context.getBean(MethodRegistry.class).all())
                                    .extracting(method -> method.plan().name())
                                    .filteredOn(name -> name.endsWith("#size"))
                                    .containsExactly(bean.getSimpleName() + "#size");
                        });
            }
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class CreatesProxiesByName {
        @Bean
        static BeanNameAutoProxyCreator creator() {
            BeanNameAutoProxyCreator creator = new BeanNameAutoProxyCreator();
            creator.setBeanNames("cart");
            creator.setInterceptorNames("noop");
            creator.setProxyTargetClass(true);
            return creator;
        }

        @Bean
        static MethodInterceptor noop() {
            return MethodInvocation::proceed;
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class CreatesProxiesForAdvisors {
        @Bean
        static DefaultAdvisorAutoProxyCreator creator() {
            return new DefaultAdvisorAutoProxyCreator();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class CreatesSubclassesForAdvisors {
        @Bean
        static DefaultAdvisorAutoProxyCreator creator() {
            DefaultAdvisorAutoProxyCreator creator = new DefaultAdvisorAutoProxyCreator();
            creator.setProxyTargetClass(true);
            return creator;
        }
    }

    @Test
    void anAnnotatedMethodOfAConfigurationClassIsInterceptedOnce() {
        TestContext.with().withUserConfiguration(AnnotatedConfiguration.class).run(context -> {
            Calls calls = TestContext.calls(context);

            assertThat(context.getBean(AnnotatedConfiguration.class).describe()).isEqualTo("described");

            assertThat(calls.by("method")).containsExactly(entry("describe", 1L));
            assertThat(calls.by("class")).containsExactly(entry("AnnotatedConfiguration", 1L));
        });
    }

    @Configuration
    static class AnnotatedConfiguration {
        @SmartAsync
        public String describe() {
            return "described";
        }
    }

    @Test
    void theMethodsOfObjectAreNotInterceptedByAnAnnotationOnTheType() {
        TestContext.with(WithObjectMethods.class).run(context -> {
            Calls calls = TestContext.calls(context);
            WithObjectMethods bean = context.getBean(WithObjectMethods.class);
            Set<Object> set = new HashSet<>();
            set.add(bean);

            assertThat(bean.toString()).isEqualTo("text");
            assertThat(set.contains(bean)).isTrue();
            assertThat(calls.byTags()).isEmpty();

            bean.value();
            assertThat(calls.by("method")).containsExactly(entry("value", 1L));
        });
    }

    @SmartAsync
    static class WithObjectMethods {
        public String value() {
            return "";
        }

        @Override
        public String toString() {
            return "text";
        }

        @Override
        public int hashCode() {
            return 1;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return super.equals(other);
        }
    }

    @Test
    void aBeanWithoutTheAnnotationHasNoProxy() {
        TestContext.with(Plain.class, PlainMethodOnly.class).run(context -> {
            assertThat(AopUtils.isAopProxy(context.getBean(Plain.class))).isFalse();
            Calls calls = TestContext.calls(context);

            context.getBean(PlainMethodOnly.class).plain();

            assertThat(calls.byTags())
                    .as("only the annotated method is counted")
                    .isEmpty();
        });
    }

    static class Plain {
        public String value() {
            return "";
        }
    }

    static class PlainMethodOnly {
        @SmartAsync
        public String annotated() {
            return "";
        }

        public String plain() {
            return "";
        }
    }

    @Test
    void aCallFromAnInitializerOfAnotherBeanIsIntercepted() {
        TestContext.with(Warmed.class, Source.class).run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(context.getBean(Warmed.class).loaded).isEqualTo("loaded");
            assertThat(context.getBean(Warmed.class).thread).startsWith("smartasync-io-");
            assertThat(context.getBean(MeterRegistry.class)
                            .find("smartasync.invocations")
                            .timers())
                    .hasSize(2)
                    .allMatch(timer -> timer.count() == 1);
        });
    }

    static class Warmed {
        private final Source source;
        private String loaded = "";
        private String thread = "";

        Warmed(Source source) {
            this.source = source;
        }

        @PostConstruct
        void warm() {
            loaded = source.load();
            thread = source.thread().join();
        }
    }

    @SmartAsync
    static class Source {
        public String load() {
            return "loaded";
        }

        public CompletableFuture<String> thread() {
            return CompletableFuture.completedFuture(Thread.currentThread().getName());
        }
    }
}
