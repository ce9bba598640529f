package io.smartasync.aop;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import io.smartasync.SmartAsync;
import io.smartasync.support.Calls;
import io.smartasync.support.TestContext;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.aop.support.AopUtils;
import org.springframework.samples.clinic.Vets;

/** Wherever the annotation stands, and however often, a call is intercepted once; with either kind of proxy. */
@Timeout(30)
class PlacementTest {

    static Stream<Arguments> placements() {
        return Arrays.stream(PlacementTest.class.getDeclaredClasses())
                .filter(Greeter.class::isAssignableFrom)
                .filter(type -> !type.isInterface() && !Template.class.equals(type))
                .flatMap(bean -> Stream.of(Arguments.of(bean, true), Arguments.of(bean, false)));
    }

    @ParameterizedTest(name = "{0}, proxyTargetClass={1}")
    @MethodSource("placements")
    void aCallIsInterceptedOnce(Class<? extends Greeter> bean, boolean proxyTargetClass) {
        TestContext.with(bean)
                .withPropertyValues("spring.aop.proxy-target-class=" + proxyTargetClass)
                .run(context -> {
                    Greeter greeter = context.getBean(Greeter.class);
                    assertThat(AopUtils.isJdkDynamicProxy(greeter)).isEqualTo(!proxyTargetClass);
                    Calls calls = TestContext.calls(context);

                    assertThat(greeter.greet("Ada")).isEqualTo("Hello Ada");

                    assertThat(calls.by("method")).containsExactly(entry("greet", 1L));
                    assertThat(calls.by("class")).containsExactly(entry(bean.getSimpleName(), 1L));
                });
    }

    /** The framework's beans are passed over by their package, and so must Spring's samples not be. */
    @Test
    void theApplicationMayBeOneOfSpringsSamples() {
        TestContext.with(Vets.class, Vets.Visits.class).run(context -> {
            Calls calls = TestContext.calls(context);

            assertThat(context.getBean(Vets.class).find("Helen").get(10, TimeUnit.SECONDS))
                    .isEqualTo("Helen");
            assertThat(context.getBean(Vets.Visits.class).last("Leo")).isEqualTo("Leo");

            assertThat(calls.by("method")).containsOnly(entry("find", 1L), entry("last", 1L));
        });
    }

    interface Greeter {
        String greet(String name);
    }

    @SmartAsync
    interface AnnotatedGreeter extends Greeter {}

    interface GreeterWithAnnotatedMethod extends Greeter {
        @Override
        @SmartAsync
        String greet(String name);
    }

    @SmartAsync
    interface GreeterWithDefault extends Greeter {
        @Override
        default String greet(String name) {
            return "Hello " + name;
        }
    }

    /** What the annotated classes below inherit; without an annotation itself. */
    static class Template implements Greeter {
        @Override
        public String greet(String name) {
            return "Hello " + name;
        }
    }

    @SmartAsync
    static class OnClass implements Greeter {
        @Override
        public String greet(String name) {
            return "Hello " + name;
        }
    }

    static class OnMethod implements Greeter {
        @Override
        @SmartAsync
        public String greet(String name) {
            return "Hello " + name;
        }
    }

    @SmartAsync
    static class OnClassAndMethod implements Greeter {
        @Override
        @SmartAsync
        public String greet(String name) {
            return "Hello " + name;
        }
    }

    static class OnInterface implements AnnotatedGreeter {
        @Override
        public String greet(String name) {
            return "Hello " + name;
        }
    }

    static class OnInterfaceMethod implements GreeterWithAnnotatedMethod {
        @Override
        public String greet(String name) {
            return "Hello " + name;
        }
    }

    static class OnInterfaceOfDefaultMethod implements GreeterWithDefault {}

    @SmartAsync
    static class OnClassOfInheritedMethod extends Template {}

    static class OnInterfaceOfInheritedMethod extends Template implements AnnotatedGreeter {}

    static class OnSuperClass extends OnClass {}

    static class OnSuperClassOfOverridingMethod extends OnClass {
        @Override
        public String greet(String name) {
            return super.greet(name);
        }
    }

    static class OnInheritedMethod extends OnMethod {}

    static class OnOverriddenMethod extends OnMethod {
        @Override
        public String greet(String name) {
            return super.greet(name);
        }
    }

    @SmartAsync
    static class Everywhere extends OnClassAndMethod implements AnnotatedGreeter, GreeterWithAnnotatedMethod {
        @Override
        @SmartAsync
        public String greet(String name) {
            return super.greet(name);
        }
    }

    @SmartAsync
    @Target({ElementType.TYPE, ElementType.METHOD, ElementType.ANNOTATION_TYPE})
    @Retention(RetentionPolicy.RUNTIME)
    @interface Remote {}

    @Remote
    @Target({ElementType.TYPE, ElementType.METHOD})
    @Retention(RetentionPolicy.RUNTIME)
    @interface RemotePort {}

    @Remote
    static class ComposedOnClass implements Greeter {
        @Override
        public String greet(String name) {
            return "Hello " + name;
        }
    }

    static class ComposedOnMethod implements Greeter {
        @Override
        @Remote
        public String greet(String name) {
            return "Hello " + name;
        }
    }

    @RemotePort
    static class TwiceComposedOnClass implements Greeter {
        @Override
        public String greet(String name) {
            return "Hello " + name;
        }
    }

    static class TwiceComposedOnMethod implements Greeter {
        @Override
        @RemotePort
        public String greet(String name) {
            return "Hello " + name;
        }
    }

    static class ComposedOnOverriddenMethod extends ComposedOnMethod {
        @Override
        public String greet(String name) {
            return super.greet(name);
        }
    }

    static class ComposedOnSuperClass extends ComposedOnClass {}

    @Remote
    static class ComposedOnClassAndPlainOnMethod implements Greeter {
        @Override
        @SmartAsync
        public String greet(String name) {
            return "Hello " + name;
        }
    }

    @RemotePort
    static class EveryAnnotationOnClassAndMethod implements AnnotatedGreeter {
        @Override
        @SmartAsync
        @Remote
        @RemotePort
        public String greet(String name) {
            return "Hello " + name;
        }
    }
}
