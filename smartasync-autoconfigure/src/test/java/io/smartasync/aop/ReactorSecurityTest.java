package io.smartasync.aop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.context.ContextRegistry;
import io.smartasync.SmartAsyncBridge;
import io.smartasync.bridge.ImportSmartAsyncBridges;
import io.smartasync.support.TestContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.authentication.AuthenticationCredentialsNotFoundException;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.config.annotation.method.configuration.EnableMethodSecurity;
import org.springframework.security.config.annotation.method.configuration.EnableReactiveMethodSecurity;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.ReactiveSecurityContextHolder;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.core.context.SecurityContextImpl;
import org.springframework.util.SerializationUtils;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.util.context.Context;

/** Who is signed in stays so where a publisher becomes a blocking method, and where a thread asks a publisher. */
@Timeout(30)
class ReactorSecurityTest {

    @AfterEach
    void signOut() {
        SecurityContextHolder.clearContext();
    }

    @Test
    void aBlockingBodyKnowsWhoIsSignedInWithItsSubscriber() {
        blocking().run(context -> {
            ReactiveVault vault = context.getBean(ReactiveVault.class);
            assertThat(get(vault.who().contextWrite(signedIn("ada", "ROLE_OWNER"))))
                    .isEqualTo("ada");
            assertThat(get(vault.open().contextWrite(signedIn("ada", "ROLE_OWNER"))))
                    .isEqualTo("ada");
        });
    }

    @Test
    void aSubscriberWhoMayNotOrIsNobodyIsRefusedByTheBlockingBean() {
        blocking().run(context -> {
            Mono<String> open = context.getBean(ReactiveVault.class).open();
            assertThatExceptionOfType(AccessDeniedException.class)
                    .isThrownBy(() -> get(open.contextWrite(signedIn("mallory", "ROLE_GUEST"))));
            assertThatExceptionOfType(AuthenticationCredentialsNotFoundException.class)
                    .isThrownBy(() ->
                            get(open.contextWrite(ReactiveSecurityContextHolder.withSecurityContext(Mono.empty()))));
            assertThatExceptionOfType(AuthenticationCredentialsNotFoundException.class)
                    .isThrownBy(() -> get(open));
        });
    }

    /** As a session that is looked up, with what the subscriber's context has for it. */
    @Test
    void theBodyWaitsForWhoIsLookedUp() {
        blocking().run(context -> {
            ReactiveVault vault = context.getBean(ReactiveVault.class);
            assertThat(get(vault.open().contextWrite(lookedUp()).contextWrite(Context.of("session", "ada"))))
                    .isEqualTo("ada");
            assertThatExceptionOfType(AccessDeniedException.class)
                    .isThrownBy(() ->
                            get(vault.open().contextWrite(lookedUp()).contextWrite(Context.of("session", "mallory"))));
        });
    }

    /** Who is signed in may be looked up by a body of ours; a lookup that fails is no matter to who does not ask. */
    @Test
    void aBodyThatDoesNotAskDoesNotWait() {
        blocking().run(context -> {
            ReactiveVault vault = context.getBean(ReactiveVault.class);
            Mono<SecurityContext> byVault = vault.lookUp("ada").map(ReactorSecurityTest::contextOf);
            assertThat(get(vault.open().contextWrite(ReactiveSecurityContextHolder.withSecurityContext(byVault))))
                    .isEqualTo("ada");

            IllegalStateException planned = new IllegalStateException("planned");
            for (Mono<SecurityContext> broken :
                    List.<Mono<SecurityContext>>of(Mono.error(planned), Mono.defer(() -> Mono.error(planned)))) {
                Context failing = ReactiveSecurityContextHolder.withSecurityContext(broken);
                assertThat(get(vault.lookUp("ada").contextWrite(failing))).isEqualTo("ada");
                assertThatThrownBy(() -> get(vault.who().contextWrite(failing))).isSameAs(planned);
            }
        });
    }

    /** What the subscribing thread has is not the subscriber's. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theSubscriberIsNearerThanTheThread(boolean automatic) {
        withAutomaticPropagation(automatic, () -> blocking().run(context -> {
            ReactiveVault vault = context.getBean(ReactiveVault.class);
            signIn("mallory", "ROLE_GUEST");
            assertThat(get(vault.open().contextWrite(signedIn("ada", "ROLE_OWNER"))))
                    .isEqualTo("ada");
            assertThat(get(vault.open().contextWrite(lookedUp()).contextWrite(Context.of("session", "ada"))))
                    .isEqualTo("ada");
            assertThat(get(vault.who().contextWrite(ReactiveSecurityContextHolder.withSecurityContext(Mono.empty()))))
                    .isEqualTo("nobody");
            assertThat(get(vault.who())).isEqualTo("mallory");
            assertThat(SecurityContextHolder.getContext().getAuthentication().getName())
                    .isEqualTo("mallory");
        }));
    }

    @Test
    void whoWasSignedInDoesNotStayOnThePooledThread() {
        blocking().run(context -> {
            ReactiveVault vault = context.getBean(ReactiveVault.class);
            Mono<String> lookedUp = vault.who().contextWrite(lookedUp()).contextWrite(Context.of("session", "ada"));
            for (Mono<String> who : List.of(vault.who().contextWrite(signedIn("ada", "ROLE_OWNER")), lookedUp)) {
                assertThat(get(who)).isEqualTo("ada");
                assertThat(get(vault.who())).isEqualTo("nobody");
            }
        });
    }

    @Test
    void whatABodyKeepsOfItKnowsWhoWasSignedIn() {
        blocking().run(context -> {
            Mono<SecurityContext> kept = context.getBean(ReactiveVault.class).kept();
            SecurityContext copy = get(kept.contextWrite(lookedUp()).contextWrite(Context.of("session", "ada")));
            assertThat(copy.getAuthentication().getName()).isEqualTo("ada");
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aReactiveBeanKnowsWhoIsSignedInOnTheThreadThatAsks(boolean automatic) {
        withAutomaticPropagation(automatic, () -> reactive().run(context -> {
            signIn("ada", "ROLE_OWNER");
            assertThat(context.getBean(PlainStore.class).who()).isEqualTo("ada");
            assertThat(context.getBean(PlainStore.class).open()).isEqualTo("ada");
            assertThat(context.getBean(FutureStore.class).open().get(10, TimeUnit.SECONDS))
                    .isEqualTo("ada");
        }));
    }

    @Test
    void aThreadThatMayNotOrIsNobodyIsRefusedByTheReactiveBean() {
        reactive().run(context -> {
            PlainStore store = context.getBean(PlainStore.class);
            assertThat(store.who()).isEqualTo("nobody");
            assertThatExceptionOfType(AccessDeniedException.class).isThrownBy(store::open);
            signIn("mallory", "ROLE_GUEST");
            assertThatExceptionOfType(AccessDeniedException.class).isThrownBy(store::open);
            assertThatThrownBy(() -> context.getBean(FutureStore.class).open().get(10, TimeUnit.SECONDS))
                    .hasRootCauseInstanceOf(AccessDeniedException.class);
        });
    }

    /** Nothing comes back. */
    @Test
    void whoTheBodySignsInIsNotSignedInWithTheSubscriber() {
        reactive().run(context -> {
            SecurityContext ofSubscriber = contextOf("ada");
            Mono<String> asked = context.getBean(ReactiveOffice.class)
                    .askAs("grace")
                    .contextWrite(ReactiveSecurityContextHolder.withSecurityContext(Mono.just(ofSubscriber)));
            assertThat(get(asked)).isEqualTo("grace");
            assertThat(ofSubscriber.getAuthentication().getName()).isEqualTo("ada");
        });
    }

    /** From a subscriber to a thread and on to a publisher, which may not wait. */
    @Test
    void theReactiveBeanThatABodyAsksKnowsItToo() {
        reactive().run(context -> {
            ReactiveOffice office = context.getBean(ReactiveOffice.class);
            assertThat(get(office.ask().contextWrite(signedIn("ada", "ROLE_OWNER"))))
                    .isEqualTo("ada");
            assertThat(get(office.ask().contextWrite(lookedUp()).contextWrite(Context.of("session", "ada"))))
                    .isEqualTo("ada");
            assertThat(get(office.askAs("grace").contextWrite(signedIn("mallory", "ROLE_GUEST"))))
                    .isEqualTo("grace");
            assertThat(get(office.askAs("grace").contextWrite(lookedUp()).contextWrite(Context.of("session", "ada"))))
                    .isEqualTo("grace");
        });
    }

    @Test
    void theGlobalRegistryIsLeftAlone() {
        List<Object> before = new ArrayList<>(ContextRegistry.getInstance().getThreadLocalAccessors());
        blocking().run(context -> {
            get(context.getBean(ReactiveVault.class).open().contextWrite(signedIn("ada", "ROLE_OWNER")));
            assertThat(ContextRegistry.getInstance().getThreadLocalAccessors()).isEqualTo(before);
        });
    }

    private static void withAutomaticPropagation(boolean automatic, Runnable test) {
        if (automatic) {
            Hooks.enableAutomaticContextPropagation();
        }
        try {
            test.run();
        } finally {
            Hooks.disableAutomaticContextPropagation();
        }
    }

    private static <T> T get(Mono<T> mono) {
        return mono.block(Duration.ofSeconds(10));
    }

    private static void signIn(String name, String role) {
        SecurityContextHolder.getContext().setAuthentication(new TestingAuthenticationToken(name, "", role));
    }

    private static Context signedIn(String name, String role) {
        return ReactiveSecurityContextHolder.withAuthentication(new TestingAuthenticationToken(name, "", role));
    }

    /** On another thread and later, from the subscriber's context, where ada is the owner. */
    private static Context lookedUp() {
        return ReactiveSecurityContextHolder.withSecurityContext(Mono.deferContextual(
                        context -> Mono.delay(Duration.ofMillis(20)).map(late -> context.<String>get("session")))
                .map(ReactorSecurityTest::contextOf));
    }

    private static SecurityContext contextOf(String name) {
        return new SecurityContextImpl(
                new TestingAuthenticationToken(name, "", name.equals("ada") ? "ROLE_OWNER" : "ROLE_GUEST"));
    }

    private static String nameOf(@Nullable Authentication authentication) {
        return authentication == null ? "nobody" : authentication.getName();
    }

    private static ApplicationContextRunner blocking() {
        return TestContext.with(BlockingSecurity.class, BlockingVault.class)
                .withPropertyValues(
                        "smartasync.executors.io.threads=platform", "smartasync.executors.io.concurrency-limit=1");
    }

    private static ApplicationContextRunner reactive() {
        return TestContext.with(ReactiveSecurity.class, ReactorStore.class, BlockingOffice.class);
    }

    @Configuration(proxyBeanMethods = false)
    @EnableMethodSecurity
    @ImportSmartAsyncBridges(ReactiveVault.class)
    static class BlockingSecurity {}

    @Configuration(proxyBeanMethods = false)
    @EnableReactiveMethodSecurity
    @ImportSmartAsyncBridges({PlainStore.class, FutureStore.class, ReactiveOffice.class})
    static class ReactiveSecurity {}

    interface Vault {

        String who();

        String open();

        String lookUp(String name);

        SecurityContext kept();
    }

    @SmartAsyncBridge(Vault.class)
    interface ReactiveVault {

        Mono<String> who();

        Mono<String> open();

        Mono<String> lookUp(String name);

        Mono<SecurityContext> kept();
    }

    static class BlockingVault implements Vault {

        @Override
        public String who() {
            return nameOf(SecurityContextHolder.getContext().getAuthentication());
        }

        @Override
        @PreAuthorize("hasRole('OWNER')")
        public String open() {
            return who();
        }

        @Override
        public String lookUp(String name) {
            return name;
        }

        @Override
        public SecurityContext kept() {
            return SerializationUtils.clone(SecurityContextHolder.getContext());
        }
    }

    interface Store {

        Mono<String> who();

        Mono<String> open();
    }

    @SmartAsyncBridge(Store.class)
    interface PlainStore {

        String who();

        String open();
    }

    @SmartAsyncBridge(Store.class)
    interface FutureStore {

        CompletableFuture<String> open();
    }

    static class ReactorStore implements Store {

        @Override
        public Mono<String> who() {
            return ReactiveSecurityContextHolder.getContext()
                    .map(context -> nameOf(context.getAuthentication()))
                    .subscribeOn(Schedulers.parallel())
                    .defaultIfEmpty("nobody");
        }

        @Override
        @PreAuthorize("hasRole('OWNER')")
        public Mono<String> open() {
            return who();
        }
    }

    interface Office {

        String ask();

        String askAs(String name);
    }

    @SmartAsyncBridge(Office.class)
    interface ReactiveOffice {

        Mono<String> ask();

        Mono<String> askAs(String name);
    }

    static class BlockingOffice implements Office {

        private final PlainStore store;

        BlockingOffice(PlainStore store) {
            this.store = store;
        }

        @Override
        public String ask() {
            return store.who();
        }

        @Override
        public String askAs(String name) {
            SecurityContextHolder.getContext().setAuthentication(new TestingAuthenticationToken(name, ""));
            return store.who();
        }
    }
}
