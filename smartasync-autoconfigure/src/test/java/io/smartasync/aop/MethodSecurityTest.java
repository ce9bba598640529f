package io.smartasync.aop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.smartasync.SmartAsync;
import io.smartasync.Workload;
import io.smartasync.support.Calls;
import io.smartasync.support.TestContext;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.config.annotation.method.configuration.EnableMethodSecurity;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;

/** Method security stands outside: a caller that is refused costs no thread, and the body knows the one that is let in. */
@Timeout(30)
class MethodSecurityTest {

    @AfterEach
    void signOut() {
        SecurityContextHolder.clearContext();
    }

    @Test
    void whoIsRefusedIsToldAtTheCallAndNothingRuns() {
        application().run(context -> {
            Calls calls = TestContext.calls(context);
            signIn("mallory", "ROLE_GUEST");
            assertThatExceptionOfType(AccessDeniedException.class)
                    .isThrownBy(() -> context.getBean(Vault.class).open());
            assertThat(calls.byTags()).isEmpty();
        });
    }

    @Test
    void whoIsLetInIsKnownToTheBodyOnItsThread() {
        application().run(context -> {
            signIn("ada", "ROLE_OWNER");
            assertThat(context.getBean(Vault.class).open().get(10, TimeUnit.SECONDS))
                    .matches("ada on smartasync-io-\\d+");
        });
    }

    /** A pooled thread must not keep who was signed in. */
    @Test
    void theNextBodyOnTheSameThreadKnowsNobody() {
        application()
                .withPropertyValues(
                        "smartasync.executors.io.threads=platform", "smartasync.executors.io.concurrency-limit=1")
                .run(context -> {
                    Vault vault = context.getBean(Vault.class);
                    signIn("ada", "ROLE_OWNER");
                    vault.open().get(10, TimeUnit.SECONDS);
                    signOut();
                    assertThat(vault.whoIsThere().get(10, TimeUnit.SECONDS)).isEqualTo("nobody on smartasync-io-1");
                });
    }

    /** The thread of the caller stays signed in, whatever the body does to its own. */
    @Test
    void theCallerStaysSignedIn() {
        application().run(context -> {
            signIn("ada", "ROLE_OWNER");
            context.getBean(Vault.class).leave().get(10, TimeUnit.SECONDS);
            assertThat(SecurityContextHolder.getContext().getAuthentication().getName())
                    .isEqualTo("ada");
        });
    }

    private static void signIn(String name, String role) {
        SecurityContextHolder.getContext().setAuthentication(new TestingAuthenticationToken(name, "", role));
    }

    private static ApplicationContextRunner application() {
        return TestContext.with(Security.class, Vault.class);
    }

    @Configuration(proxyBeanMethods = false)
    @EnableMethodSecurity
    static class Security {}

    static class Vault {

        @SmartAsync
        @PreAuthorize("hasRole('OWNER')")
        public CompletableFuture<String> open() {
            return CompletableFuture.completedFuture(who());
        }

        @SmartAsync
        public CompletableFuture<String> whoIsThere() {
            return CompletableFuture.completedFuture(who());
        }

        @SmartAsync(workload = Workload.IO)
        public CompletableFuture<Void> leave() {
            SecurityContextHolder.clearContext();
            return CompletableFuture.completedFuture(null);
        }

        private static String who() {
            Authentication authentication = SecurityContextHolder.getContext().getAuthentication();
            return (authentication == null ? "nobody" : authentication.getName()) + " on "
                    + Thread.currentThread().getName();
        }
    }
}
