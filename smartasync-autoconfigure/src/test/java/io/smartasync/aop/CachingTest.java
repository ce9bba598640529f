package io.smartasync.aop;

import static org.assertj.core.api.Assertions.assertThat;

import io.smartasync.SmartAsync;
import io.smartasync.Workload;
import io.smartasync.support.Calls;
import io.smartasync.support.TestContext;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.cache.Cache;
import org.springframework.cache.annotation.Cacheable;
import org.springframework.cache.annotation.EnableCaching;
import org.springframework.cache.concurrent.ConcurrentMapCache;
import org.springframework.cache.concurrent.ConcurrentMapCacheManager;
import org.springframework.context.annotation.Configuration;
import reactor.core.publisher.Mono;

/** {@code @Cacheable} stands inside: the cache, which may be a remote one, is asked where the body would run. */
@Timeout(30)
class CachingTest {

    @Test
    void aFutureIsComputedOnceAndTheCacheIsAskedOnTheExecutor() {
        application().run(context -> {
            Calls calls = TestContext.calls(context);
            Rates rates = context.getBean(Rates.class);
            assertThat(rates.future("usd").get(10, TimeUnit.SECONDS)).isEqualTo("rate of usd");
            assertThat(rates.future("usd").get(10, TimeUnit.SECONDS)).isEqualTo("rate of usd");
            assertThat(rates.bodies()).hasSize(1);
            assertThat(context.getBean(Caches.class).lookups())
                    .isNotEmpty()
                    .allMatch(thread -> thread.startsWith("smartasync-io-"));
            assertThat(calls.by("outcome")).isEqualTo(Map.of("SUCCESS", 2L)); // a hit is a call too
        });
    }

    @Test
    void aMonoIsComputedOnceAndTheCacheIsAskedOnTheExecutor() {
        application().run(context -> {
            Rates rates = context.getBean(Rates.class);
            assertThat(rates.mono("eur").toFuture().get(10, TimeUnit.SECONDS)).isEqualTo("rate of eur");
            assertThat(rates.mono("eur").toFuture().get(10, TimeUnit.SECONDS)).isEqualTo("rate of eur");
            assertThat(rates.bodies()).hasSize(1);
            assertThat(context.getBean(Caches.class).lookups())
                    .isNotEmpty()
                    .allMatch(thread -> thread.startsWith("smartasync-io-"));
        });
    }

    @Test
    void aPlainValueStaysOnTheCallersThread() {
        application().run(context -> {
            Rates rates = context.getBean(Rates.class);
            assertThat(rates.value("gbp")).isEqualTo("rate of gbp");
            assertThat(rates.value("gbp")).isEqualTo("rate of gbp");
            assertThat(rates.bodies()).containsExactly(Thread.currentThread().getName());
        });
    }

    private static ApplicationContextRunner application() {
        return TestContext.with(Caching.class, Caches.class, Rates.class);
    }

    @Configuration(proxyBeanMethods = false)
    @EnableCaching
    static class Caching {}

    /** Caches that note who asks them. */
    static class Caches extends ConcurrentMapCacheManager {

        private final List<String> lookups = new CopyOnWriteArrayList<>();

        List<String> lookups() {
            return lookups;
        }

        @Override
        protected Cache createConcurrentMapCache(String name) {
            return new ConcurrentMapCache(name) {
                @Override
                protected Object lookup(Object key) {
                    lookups.add(Thread.currentThread().getName());
                    return super.lookup(key);
                }
            };
        }
    }

    static class Rates {

        private final List<String> bodies = new CopyOnWriteArrayList<>();

        public List<String> bodies() {
            return bodies;
        }

        private String compute(String currency) {
            bodies.add(Thread.currentThread().getName());
            return "rate of " + currency;
        }

        @SmartAsync
        @Cacheable("rates")
        public CompletableFuture<String> future(String currency) {
            return CompletableFuture.completedFuture(compute(currency));
        }

        @SmartAsync(workload = Workload.IO)
        @Cacheable("rates")
        public Mono<String> mono(String currency) {
            return Mono.fromSupplier(() -> compute(currency));
        }

        @SmartAsync
        @Cacheable("rates")
        public String value(String currency) {
            return compute(currency);
        }
    }
}
