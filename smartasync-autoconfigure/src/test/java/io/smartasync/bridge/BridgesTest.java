package io.smartasync.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.smartasync.SmartAsync;
import io.smartasync.SmartAsyncBridge;
import io.smartasync.TargetMethod;
import io.smartasync.Workload;
import io.smartasync.support.Calls;
import io.smartasync.support.TestContext;
import java.io.IOException;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** One bean, held by other interfaces. */
@Timeout(30)
class BridgesTest {

    private static final IOException FAILURE = new IOException("the disk");

    record User(long id, String thread) {}

    interface Users {

        User find(long id) throws IOException;

        List<User> all();

        Optional<User> maybe(boolean there);

        int count();

        void rename(long id, String... names);

        String hashPassword(String password);
    }

    @SmartAsync
    static class JdbcUsers implements Users {

        @Override
        public User find(long id) throws IOException {
            if (id < 0) {
                throw FAILURE;
            }
            return new User(id, Thread.currentThread().getName());
        }

        @Override
        public List<User> all() {
            return List.of(new User(1, ""), new User(2, ""));
        }

        @Override
        public Optional<User> maybe(boolean there) {
            return there ? Optional.of(new User(1, "")) : Optional.empty();
        }

        @Override
        public int count() {
            return 2;
        }

        @Override
        public void rename(long id, String... names) {
            if (names.length == 0) {
                throw new IllegalArgumentException("no name");
            }
        }

        @Override
        @SmartAsync(workload = Workload.CPU)
        public String hashPassword(String password) {
            return password.length() + " on " + Thread.currentThread().getName();
        }
    }

    @SmartAsyncBridge(Users.class)
    interface ReactiveUsers {

        Mono<User> find(long id);

        Flux<User> all();

        Mono<User> maybe(boolean there);

        Mono<Integer> count();

        Mono<Void> rename(long id, String... names);

        @TargetMethod("hashPassword")
        Mono<String> hashPasswordAsync(String password);

        default Mono<String> idOf(long id) {
            return find(id).map(user -> "user " + user.id());
        }
    }

    @SmartAsyncBridge(Users.class)
    interface FutureUsers {

        CompletableFuture<User> find(long id);

        CompletableFuture<List<User>> all();

        CompletableFuture<Void> rename(long id, String... names);

        @Override
        boolean equals(Object other);

        @Override
        int hashCode();

        @Override
        String toString();
    }

    interface RemoteQuotes {

        Mono<Integer> price(String symbol);

        Flux<String> symbols();

        CompletableFuture<Integer> priceLater(String symbol);
    }

    /** As a library would have it: nothing of ours. */
    static class HttpQuotes implements RemoteQuotes {

        @Override
        public Mono<Integer> price(String symbol) {
            return symbol.isEmpty() ? Mono.empty() : Mono.just(symbol.length());
        }

        @Override
        public Flux<String> symbols() {
            return Flux.just("a", "b", "a");
        }

        @Override
        public CompletableFuture<Integer> priceLater(String symbol) {
            return CompletableFuture.supplyAsync(symbol::length);
        }
    }

    @SmartAsyncBridge(RemoteQuotes.class)
    interface PlainQuotes {

        int price(String symbol);

        List<String> symbols();

        @TargetMethod("symbols")
        Stream<String> stream();

        @TargetMethod("price")
        Optional<Integer> maybePrice(String symbol);

        Integer priceLater(String symbol);
    }

    @Test
    void aBlockingImplementationIsCalledAsPublisherAndRunsOnceForEachSubscription() {
        application().run(context -> {
            Calls calls = TestContext.calls(context);
            ReactiveUsers users = context.getBean(ReactiveUsers.class);
            Mono<User> user = users.find(7);
            assertThat(calls.byTags()).isEmpty();
            assertThat(get(user).thread()).startsWith("smartasync-io-");
            assertThat(get(user).id()).isEqualTo(7);
            assertThat(calls.byTags())
                    .containsExactly(Map.entry(
                            Map.of(
                                    "class", "JdbcUsers",
                                    "method", "find",
                                    "caller", "platform",
                                    "path", "offload",
                                    "executor", "io",
                                    "outcome", "SUCCESS",
                                    "exception", "none"),
                            2L));
            assertThat(get(users.all().map(User::id).collectList())).containsExactly(1L, 2L);
            assertThat(get(users.maybe(true))).isNotNull();
            assertThat(get(users.maybe(false))).isNull();
            assertThat(get(users.count())).isEqualTo(2);
            assertThat(get(users.rename(1, "Ada", "Augusta"))).isNull();
            assertThat(get(users.idOf(3))).isEqualTo("user 3");
            assertThatThrownBy(() -> get(users.find(-1))).hasCause(FAILURE);
        });
    }

    @Test
    void aBlockingImplementationIsCalledAsFuture() {
        application().run(context -> {
            Calls calls = TestContext.calls(context);
            FutureUsers users = context.getBean(FutureUsers.class);
            assertThat(users.find(7).get(10, TimeUnit.SECONDS).thread()).startsWith("smartasync-io-");
            assertThat(users.all().get(10, TimeUnit.SECONDS)).hasSize(2);
            assertThat(users.rename(1, "Ada").get(10, TimeUnit.SECONDS)).isNull();
            assertThat(calls.by("path")).isEqualTo(Map.of("offload", 3L));
        });
    }

    @Test
    void itHonoursWhatTheTargetSays() {
        application()
                .withPropertyValues(
                        "smartasync.executors.named.threads=platform",
                        "smartasync.rules[0].method=JdbcUsers#find",
                        "smartasync.rules[0].executor=named")
                .run(context -> {
                    ReactiveUsers users = context.getBean(ReactiveUsers.class);
                    assertThat(get(users.hashPasswordAsync("secret"))).startsWith("6 on smartasync-cpu-");
                    assertThat(get(users.find(1)).thread()).startsWith("smartasync-named-");
                });
    }

    @Test
    void aReactiveImplementationIsCalledAsPlainValue() {
        application().run(context -> {
            Calls calls = TestContext.calls(context);
            PlainQuotes quotes = context.getBean(PlainQuotes.class);
            assertThat(quotes.price("abc")).isEqualTo(3);
            assertThat(quotes.symbols()).containsExactly("a", "b", "a");
            assertThat(quotes.stream()).containsExactly("a", "b", "a");
            assertThat(quotes.maybePrice("")).isEmpty();
            assertThat(quotes.maybePrice("ab")).hasValue(2);
            assertThat(quotes.priceLater("abcd")).isEqualTo(4);
            assertThatIllegalStateException()
                    .isThrownBy(() -> quotes.price(""))
                    .withMessage("There is no value for PlainQuotes.price(String), which returns int");
            assertThat(calls.by("path")).isEqualTo(Map.of("await", 7L));
            assertThat(calls.by("class")).isEqualTo(Map.of("HttpQuotes", 7L));
            assertThat(calls.by("executor")).isEqualTo(Map.of("none", 7L));
        });
    }

    @Test
    void itHasANameAndIsEqualToItselfOnly() {
        application().run(context -> {
            ReactiveUsers users = context.getBean(ReactiveUsers.class);
            FutureUsers others = context.getBean(FutureUsers.class);
            assertThat(users).hasToString("ReactiveUsers over JdbcUsers").isEqualTo(users);
            assertThat(users.equals(others)).isFalse();
            assertThat(users.hashCode()).isEqualTo(users.hashCode());
            assertThat(others).hasToString("FutureUsers over JdbcUsers").isEqualTo(others);
            assertThat(others.equals(users)).isFalse();
            assertThat(others.hashCode()).isEqualTo(others.hashCode());
        });
    }

    @Test
    void theTargetIsChosenByQualifier() {
        application().withBean("archive", HttpQuotes.class).run(context -> assertThat(context)
                .getFailure()
                .rootCause()
                .hasMessageContaining("several beans are of its target type"));
        TestContext.with()
                .withUserConfiguration(ImportsQualified.class)
                .withBean("live", HttpQuotes.class)
                .withBean("archive", HttpQuotes.class)
                .run(context -> assertThat(context.getBean(ArchivedQuotes.class).price("ab"))
                        .isEqualTo(2));
    }

    @SmartAsyncBridge(RemoteQuotes.class)
    @Qualifier("archive")
    interface ArchivedQuotes {

        int price(String symbol);
    }

    @Configuration(proxyBeanMethods = false)
    @ImportSmartAsyncBridges(ArchivedQuotes.class)
    static class ImportsQualified {}

    @Qualifier("archive")
    @Retention(RetentionPolicy.RUNTIME)
    @interface Archive {}

    @Qualifier
    @Retention(RetentionPolicy.RUNTIME)
    @interface Live {}

    @Live
    static class LiveQuotes extends HttpQuotes {}

    @SmartAsyncBridge(RemoteQuotes.class)
    @Archive
    interface OldQuotes extends PlainPrices {}

    @SmartAsyncBridge(RemoteQuotes.class)
    @Live
    @Lazy
    interface NewQuotes extends PlainPrices {}

    interface PlainPrices {

        int price(String symbol);
    }

    @Configuration(proxyBeanMethods = false)
    @ImportSmartAsyncBridges({OldQuotes.class, NewQuotes.class})
    static class ImportsComposed {}

    @Test
    void theTargetIsChosenByTheApplicationsOwnQualifiers() {
        TestContext.with(LiveQuotes.class)
                .withUserConfiguration(ImportsComposed.class)
                .withBean("archive", HttpQuotes.class)
                .run(context -> {
                    assertThat(context.getBean(OldQuotes.class)).hasToString("OldQuotes over HttpQuotes");
                    assertThat(context.getBean(NewQuotes.class)).hasToString("NewQuotes over LiveQuotes");
                });
    }

    private static <T> T get(Mono<T> mono) throws Exception {
        return mono.toFuture().get(10, TimeUnit.SECONDS);
    }

    private static ApplicationContextRunner application() {
        return TestContext.with(JdbcUsers.class, HttpQuotes.class).withUserConfiguration(Application.class);
    }

    @Configuration(proxyBeanMethods = false)
    @ImportSmartAsyncBridges({ReactiveUsers.class, FutureUsers.class, PlainQuotes.class})
    static class Application {}
}
