package io.smartasync.aop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import io.smartasync.SmartAsync;
import io.smartasync.support.Calls;
import io.smartasync.support.TestContext;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.aspectj.lang.JoinPoint;
import org.aspectj.lang.ProceedingJoinPoint;
import org.aspectj.lang.annotation.Around;
import org.aspectj.lang.annotation.Aspect;
import org.aspectj.lang.annotation.Before;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.aop.Advisor;
import org.springframework.aop.Pointcut;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.interceptor.ExposeInvocationInterceptor;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.aop.support.StaticMethodMatcherPointcut;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.xml.XmlBeanDefinitionReader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.annotation.Order;
import org.springframework.core.io.ByteArrayResource;

/** The application's own aspects on the methods that SmartAsync moves to other threads. */
@Timeout(30)
class OtherAspectsTest {

    private static final String IO_THREAD = "smartasync-io-";

    /** Binds the argument, which advice takes from the invocation that is exposed on its thread. */
    private static final String CALLS = "execution(* io.smartasync.aop.OtherAspectsTest.*.*(String)) && args(item)";

    @Test
    void adviceFurtherInRunsWhereTheBodyRuns() {
        TestContext.with(Pricing.class, Inner.class).run(context -> {
            assertThat(context.getBean(Pricing.class).price("tea").get(10, TimeUnit.SECONDS))
                    .isEqualTo("price of tea");

            assertThat(context.getBean(Inner.class).seen)
                    .hasSize(3)
                    .allSatisfy(seen -> assertThat(seen.thread).startsWith(IO_THREAD))
                    .extracting(Seen::what)
                    .containsExactly("around price(tea)", "before price(tea)", "after price(tea)");
        });
    }

    @Test
    void adviceFurtherOutRunsOnTheCallersThread() {
        TestContext.with(Pricing.class, Outer.class).run(context -> {
            Calls calls = TestContext.calls(context);
            assertThat(context.getBean(Pricing.class).price("tea").get(10, TimeUnit.SECONDS))
                    .isEqualTo("price of tea");

            assertThat(calls.by("caller")).containsExactly(entry("platform", 1L)); // intercepted once

            assertThat(context.getBean(Outer.class).seen)
                    .hasSize(2)
                    .allSatisfy(seen -> assertThat(seen.thread)
                            .isEqualTo(Thread.currentThread().getName()))
                    .extracting(Seen::what)
                    .containsExactly("around price(tea)", "after price(tea)");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"400", "1000"})
    void theOrderCanBeChanged(String order) {
        TestContext.with(Pricing.class, InheritedPricing.class, Outer.class)
                .withPropertyValues("smartasync.order=" + order)
                .run(context -> {
                    context.getBean(Pricing.class).price("tea").get(10, TimeUnit.SECONDS);
                    context.getBean(InheritedPricing.class).price("rum").get(10, TimeUnit.SECONDS);

                    // 500, the order of the other aspect, is further out than 1000 and further in than 400
                    assertThat(context.getBean(Outer.class).seen)
                            .hasSize(4)
                            .allMatch(seen -> seen.thread.startsWith(IO_THREAD) == order.equals("400"));
                });
    }

    @Test
    void theyWorkWithAnAnnotationThatNoPointcutSees() {
        TestContext.with(InheritedPricing.class, Inner.class, Outer.class).run(context -> {
            Calls calls = TestContext.calls(context);

            assertThat(context.getBean(InheritedPricing.class).price("tea").get(10, TimeUnit.SECONDS))
                    .isEqualTo("price of tea");

            assertThat(calls.by("method")).containsExactly(entry("price", 1L));
            assertThat(context.getBean(Inner.class).seen).hasSize(3).allSatisfy(seen -> assertThat(seen.thread)
                    .startsWith(IO_THREAD));
            assertThat(context.getBean(Outer.class).seen).hasSize(2).noneSatisfy(seen -> assertThat(seen.thread)
                    .startsWith(IO_THREAD));
        });
    }

    @Test
    void eachAdviceSeesItsOwnCallWhereOneBodyCallsAnotherBean() {
        TestContext.with(Checkout.class, Pricing.class, Inner.class, Outer.class)
                .run(context -> {
                    assertThat(context.getBean(Checkout.class).pay("tea").get(10, TimeUnit.SECONDS))
                            .isEqualTo("paid price of tea, taxed");

                    assertThat(context.getBean(Inner.class).seen)
                            .extracting(Seen::what)
                            .containsSubsequence("around pay(tea)", "before pay(tea)", "around tax(tea)")
                            .containsSubsequence("around tax(tea)", "before tax(tea)", "after tax(tea)")
                            .containsSubsequence("after tax(tea)", "around price(tea)", "before price(tea)")
                            .contains("after price(tea)", "after pay(tea)")
                            .hasSize(9);
                    assertThat(context.getBean(Outer.class).seen)
                            .extracting(Seen::what)
                            .containsExactlyInAnyOrder(
                                    "around pay(tea)",
                                    "after pay(tea)",
                                    "around tax(tea)",
                                    "after tax(tea)",
                                    "around price(tea)",
                                    "after price(tea)");
                });
    }

    @Test
    void eachAdviceSeesItsOwnCallWhereManyRunAtOnce() {
        TestContext.with(Pricing.class, Inner.class).run(context -> {
            Pricing pricing = context.getBean(Pricing.class);
            List<CompletableFuture<String>> prices = new CopyOnWriteArrayList<>();
            for (int i = 0; i < 100; i++) {
                prices.add(pricing.price("item" + i));
            }

            for (int i = 0; i < 100; i++) {
                assertThat(prices.get(i).get(10, TimeUnit.SECONDS)).isEqualTo("price of item" + i);
            }
            assertThat(context.getBean(Inner.class).seen).extracting(Seen::what).doesNotHaveDuplicates();
            assertThat(context.getBean(Inner.class).seen).hasSize(300);
        });
    }

    @Test
    void anAspectOfXmlFindsItsCallToo() {
        TestContext.with(Pricing.class)
                .withBean("xmlAspect", XmlAspect.class)
                .withInitializer(context -> new XmlBeanDefinitionReader((BeanDefinitionRegistry) context)
                        .loadBeanDefinitions(new ByteArrayResource(XmlAspect.XML.getBytes(UTF_8))))
                .run(context -> {
                    context.getBean(Pricing.class).price("tea").get(10, TimeUnit.SECONDS);

                    assertThat(context.getBean(XmlAspect.class).seen).containsExactly("price(tea)");
                });
    }

    @Test
    void theInvocationIsExposedOnlyWhereAnotherAspectMayAskForIt() {
        TestContext.with(Pricing.class).run(context -> assertThat(advisors(context.getBean(Pricing.class)))
                .hasSize(1));
        TestContext.with(Pricing.class, Outer.class).run(context -> assertThat(advisors(context.getBean(Pricing.class)))
                .hasSize(3)
                .startsWith(ExposeInvocationInterceptor.ADVISOR));
    }

    private static Advisor[] advisors(Object bean) {
        return ((Advised) bean).getAdvisors();
    }

    @Test
    void adviceFurtherInThatCallsTwiceRunsTheBodyTwiceAndIsCountedOnce() {
        TestContext.with(Pricing.class, Twice.class).run(context -> {
            Calls calls = TestContext.calls(context);

            assertThat(context.getBean(Pricing.class).price("tea").get(10, TimeUnit.SECONDS))
                    .isEqualTo("price of tea");

            assertThat(context.getBean(Pricing.class).asked()).isEqualTo(2);
            assertThat(calls.by("method")).containsExactly(entry("price", 1L));
        });
    }

    /** Also where an earlier context has left the class of the proxy, whose generation would match them. */
    @Test
    void pointcutsAreMatchedBeforeTheFirstCallWhoseThreadMayBeAnEventLoop() {
        ApplicationContextRunner runner = TestContext.with(Pricing.class, InheritedPricing.class, Matched.class);
        runner.run(context -> context.getBean(Pricing.class).tax("tea"));
        assertThat(Matched.methods).contains("price", "tax");
        runner.run(context -> {
            Matched.methods.clear();

            context.getBean(Pricing.class).tax("tea");
            context.getBean(Pricing.class).price("tea").get(10, TimeUnit.SECONDS);
            context.getBean(InheritedPricing.class).price("tea").get(10, TimeUnit.SECONDS);

            assertThat(Matched.methods).isEmpty();
        });
    }

    /** Advice that does nothing. Its pointcut notes what it was matched with; equal in all contexts, so is their proxies' class. */
    static class Matched extends DefaultPointcutAdvisor {
        private static final long serialVersionUID = 1L;
        static final Set<String> methods = ConcurrentHashMap.newKeySet();
        private static final Pointcut POINTCUT = new StaticMethodMatcherPointcut() {
            @Override
            public boolean matches(Method method, Class<?> targetClass) {
                methods.add(method.getName());
                return Pricing.class.isAssignableFrom(targetClass) || Prices.class.isAssignableFrom(targetClass);
            }
        };

        Matched() {
            super(POINTCUT, (MethodInterceptor) MethodInvocation::proceed);
        }
    }

    static class Pricing {
        private int asked;

        @SmartAsync
        public CompletableFuture<String> price(String item) {
            asked++;
            return CompletableFuture.completedFuture("price of " + item);
        }

        @SmartAsync
        public String tax(String item) {
            return "taxed";
        }

        public int asked() {
            return asked;
        }
    }

    interface Prices {
        @SmartAsync
        CompletableFuture<String> price(String item);
    }

    static class InheritedPricing implements Prices {
        @Override
        public CompletableFuture<String> price(String item) {
            return CompletableFuture.completedFuture("price of " + item);
        }
    }

    @SmartAsync
    static class Checkout {
        private final Pricing pricing;

        Checkout(Pricing pricing) {
            this.pricing = pricing;
        }

        public CompletableFuture<String> pay(String item) {
            String tax = pricing.tax(item); // stays on this thread
            return pricing.price(item).thenApply(price -> "paid " + price + ", " + tax);
        }
    }

    record Seen(String what, String thread) {
        static Seen of(String what, JoinPoint call, String argument) {
            return new Seen(
                    what + " " + call.getSignature().getName() + "(" + argument + ")",
                    Thread.currentThread().getName());
        }
    }

    /** Of the lowest precedence, as an aspect is that says nothing of its order. */
    @Aspect
    static class Inner {
        final List<Seen> seen = new CopyOnWriteArrayList<>();

        @Around(CALLS)
        public @Nullable Object around(ProceedingJoinPoint call, String item) throws Throwable {
            seen.add(Seen.of("around", call, item));
            Object result = call.proceed();
            seen.add(Seen.of("after", call, item));
            return result;
        }

        @Before(CALLS)
        public void before(JoinPoint call, String item) {
            seen.add(Seen.of("before", call, item));
        }
    }

    @Aspect
    @Order(500)
    static class Outer {
        final List<Seen> seen = new CopyOnWriteArrayList<>();

        @Around(CALLS)
        public @Nullable Object around(ProceedingJoinPoint call, String item) throws Throwable {
            seen.add(Seen.of("around", call, item));
            Object result = call.proceed();
            seen.add(Seen.of("after", call, item));
            return result;
        }
    }

    /** Before ours. */
    static class XmlAspect {
        static final String XML = """
                <beans xmlns="http://www.springframework.org/schema/beans"
                       xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
                       xmlns:aop="http://www.springframework.org/schema/aop"
                       xsi:schemaLocation="http://www.springframework.org/schema/beans
                           http://www.springframework.org/schema/beans/spring-beans.xsd
                           http://www.springframework.org/schema/aop
                           http://www.springframework.org/schema/aop/spring-aop.xsd">
                  <aop:config>
                    <aop:aspect ref="xmlAspect" order="500">
                      <aop:before method="see" arg-names="call,item"
                          pointcut="execution(* io.smartasync.aop.OtherAspectsTest.Pricing.*(String)) and args(item)"/>
                    </aop:aspect>
                  </aop:config>
                </beans>""";

        final List<String> seen = new CopyOnWriteArrayList<>();

        public void see(JoinPoint call, String item) {
            seen.add(call.getSignature().getName() + "(" + item + ")");
        }
    }

    @Aspect
    static class Twice {
        @Around("execution(* price(..))")
        public @Nullable Object twice(ProceedingJoinPoint call) throws Throwable {
            call.proceed();
            return call.proceed();
        }
    }
}
