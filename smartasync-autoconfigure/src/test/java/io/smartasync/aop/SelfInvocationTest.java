package io.smartasync.aop;

import static org.assertj.core.api.Assertions.assertThat;

import io.smartasync.SmartAsync;
import io.smartasync.SmartAsyncConfigurationException.Problem;
import io.smartasync.autoconfigure.Refusal;
import io.smartasync.support.TestContext;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.aop.support.AopUtils;
import org.springframework.asm.ClassReader;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.AbstractResource;
import org.springframework.core.test.tools.SourceFile;
import org.springframework.core.test.tools.TestCompiler;

/** Calls of a bean on itself, found in its class file at startup. */
@Timeout(30)
@ExtendWith(OutputCaptureExtension.class)
class SelfInvocationTest {

    @Test
    void aCallOnThisIsFound() {
        assertThat(pairs(OnThis.class)).containsExactly("OnThis.all > OnThis.find(String)");
    }

    static class OnThis {
        @SmartAsync
        public String find(String id) {
            return id;
        }

        public String all() {
            return find("a") + this.find("b");
        }
    }

    @Test
    void thePlaceOfTheCallIsNamed() {
        int line = new Throwable().getStackTrace()[0].getLineNumber() - 6; // that of `all` above
        assertThat(SelfInvocations.of(OnThis.class))
                .singleElement()
                .extracting(Problem::subject)
                .isEqualTo(OnThis.class.getName() + ".all(SelfInvocationTest.java:" + line + ")");
    }

    @Test
    void aCallFromAPrivateHelperIsFound() {
        assertThat(pairs(Helped.class)).containsExactly("Helped.help > Helped.find(long, double)");
    }

    static class Helped {
        @SmartAsync
        public long find(long id, double weight) {
            return id;
        }

        public long all() {
            return help();
        }

        private long help() {
            return 1L + find(2L, 3.0);
        }
    }

    @Test
    void callsInLambdasAreFoundAndNamedAfterTheMethodAroundThem() {
        assertThat(pairs(InLambdas.class))
                .containsExactlyInAnyOrder(
                        "InLambdas.later > InLambdas.find(String)", "InLambdas.nested > InLambdas.find(String)");
    }

    static class InLambdas {
        @SmartAsync
        public String find(String id) {
            return id;
        }

        public Supplier<String> later(String id) {
            return () -> find(id);
        }

        public Supplier<Supplier<String>> nested() {
            return () -> () -> find("a");
        }
    }

    @Test
    void aMethodReferenceIsFound() {
        assertThat(pairs(ByReference.class)).containsExactly("ByReference.later > ByReference.find(String)");
    }

    static class ByReference {
        @SmartAsync
        public String find(String id) {
            return id;
        }

        public Function<String, String> later() {
            return this::find;
        }

        public Function<String, String> ofAnother(ByReference other) {
            return other::find;
        }
    }

    @Test
    void aCallOnAVariableThatIsThisOnEachWayIsFound() {
        assertThat(pairs(InAVariable.class))
                .containsExactlyInAnyOrder(
                        "InAVariable.plain > InAVariable.find(String)",
                        "InAVariable.onBothWays > InAVariable.find(String)",
                        "InAVariable.cast > InAVariable.find(String)");
    }

    static class InAVariable {
        @SmartAsync
        public String find(String id) {
            return id;
        }

        public String plain() {
            InAVariable self = this;
            return self.find("a");
        }

        public String onBothWays(boolean first) {
            InAVariable self;
            try {
                self = this;
            } catch (IllegalStateException ex) {
                self = this;
            }
            return self.find(first ? "a" : "b");
        }

        public String cast() {
            return ((InAVariable) (Object) this).find("a");
        }

        public String onOneWay(InAVariable other, boolean first) {
            InAVariable self = first ? this : other;
            return self.find("a") + (first ? other : this).find("b");
        }
    }

    @Test
    void aSuperclassThatCallsWhatTheBeanOverridesIsFound() {
        assertThat(pairs(Filled.class)).containsExactly("Template.run > Filled.step(Integer)");
    }

    abstract static class Template<T> {
        abstract void step(T value);

        void run(T value) {
            step(value);
        }
    }

    static class Filled extends Template<Integer> {
        @Override
        @SmartAsync
        public void step(Integer value) {}
    }

    @Test
    void aDefaultMethodOfAnInterfaceIsFound() {
        assertThat(pairs(Implementing.class)).containsExactly("WithDefault.twice > Implementing.once()");
    }

    interface WithDefault {
        @SmartAsync
        void once();

        default void twice() {
            once();
            once();
        }
    }

    static class Implementing implements WithDefault {
        @Override
        public void once() {}
    }

    @Test
    void theReceiverIsFollowedAcrossArgumentsOfAnyForm() {
        assertThat(pairs(Arguments.class))
                .containsExactlyInAnyOrder(
                        "Arguments.choice > Arguments.find(String)",
                        "Arguments.nestedChoice > Arguments.find(String)",
                        "Arguments.array > Arguments.find(String)",
                        "Arguments.numbers > Arguments.find(String)",
                        "Arguments.created > Arguments.find(String)",
                        "Arguments.incremented > Arguments.find(String)",
                        "Arguments.switched > Arguments.find(String)",
                        "Arguments.caught > Arguments.find(String)",
                        "Arguments.looped > Arguments.find(String)",
                        "Arguments.inner > Arguments.find(String)",
                        "Arguments.synchronously > Arguments.find(String)");
    }

    static class Arguments {
        private final Arguments other = this;
        private int count;
        private long wide;

        @SmartAsync
        public String find(String id) {
            return id;
        }

        String choice(boolean first) {
            return find(first ? "a" : "b");
        }

        String nestedChoice(@Nullable String id, boolean first) {
            return find(id != null ? id : first && count > 1 ? toString() : String.valueOf(this));
        }

        String array(String[] ids, int[][] matrix) {
            ids[0] = "a";
            matrix[0][1] += 2;
            long[] wides = {1, 2};
            wides[1]++;
            return find(ids[(int) wides[0]] + new int[2][3].length);
        }

        String numbers(long a, double b, float c, int d) {
            return find("" + ((a << d) + (long) b % 3 + (a > d ? c * 2 : -b) + (~a ^ (byte) d)));
        }

        String created() {
            return find(new String(new char[] {'a', 'b'}));
        }

        String incremented(int[] numbers) {
            return find("" + wide++ + (count += 2) + numbers[count++]++ + (numbers[0] = count--));
        }

        String switched(String id) {
            return find(
                    switch (id) {
                        case "a" -> "1";
                        case "b" -> toString();
                        default -> throw new IllegalArgumentException();
                    });
        }

        String caught(String id) {
            try {
                return id.trim();
            } catch (IllegalStateException ex) {
                return find(ex.getMessage());
            } finally {
                count++;
            }
        }

        void looped(List<String> ids) {
            for (String id : ids) {
                if (id.isEmpty()) {
                    continue;
                }
                find(id);
            }
        }

        String inner() {
            return other.find(find("a"));
        }

        String synchronously(Object lock) {
            synchronized (lock) {
                return find("a");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            classes = {
                Others.class,
                Recursive.class,
                Overriding.class,
                Overridden.class,
                Hidden.class,
                Narrowed.class,
                Hooked.class,
                Healthy.class,
                Text.class
            })
    void whatIsNoCallOnItselfIsNotReported(Class<?> beanClass) {
        assertThat(pairs(beanClass)).isEmpty();
    }

    /** On another object of the same type, however it was come by. */
    static class Others {
        private @Nullable Others self;
        private final Others[] all = {};

        @SmartAsync
        public Others find(String id) {
            return this;
        }

        Object others(Others given, Supplier<Others> supplier, Object any, boolean first) {
            given.find("a").find("b");
            supplier.get().find("c");
            ((Others) any).find("d");
            all[0].find("e");
            new Others().find("f");
            (first ? this : given).find("g");
            (first ? given : this).find("h");
            Supplier<Object> later = () -> given.find("i");
            return self == null ? later : self.find("j");
        }

        static Others of(Others given) {
            return given.find("a");
        }
    }

    /** Code like this wants the plain call. */
    static class Recursive {
        @SmartAsync
        public int depth(int n) {
            return n == 0 ? 0 : depth(n - 1) + 1;
        }
    }

    static class Overriding extends OnThisOnly {
        @Override
        @SmartAsync
        public String find(String id) {
            return super.find(id);
        }

        public String plain() {
            return super.find("not the annotated one");
        }
    }

    static class OnThisOnly {
        public String find(String id) {
            return id;
        }
    }

    static class Overridden extends OnThis {
        @Override
        public String all() {
            return "";
        }
    }

    /** A repository: for the wider result the compiler adds a second method, which calls the first. */
    interface Narrowed extends Wide {
        @Override
        @SmartAsync
        String find();
    }

    interface Wide {
        Object find();
    }

    static class HidingBase {
        private void find() {}

        void all() {
            find();
        }
    }

    static class Hidden extends HidingBase {
        @SmartAsync
        public void find() {}
    }

    /** Nobody outside calls the hook of a template, which only the annotation of the type covers. */
    @SmartAsync
    static class Hooked extends OwnTemplate {
        @Override
        protected void hook() {}
    }

    abstract static class OwnTemplate {
        protected abstract void hook();

        public void run() {
            hook();
        }
    }

    @SmartAsync
    static class Healthy extends AbstractHealthIndicator {
        @Override
        protected void doHealthCheck(Health.Builder builder) {
            builder.up();
        }
    }

    /** Nobody can change what Spring's classes call. */
    @SmartAsync
    static class Text extends AbstractResource {
        @Override
        public String getDescription() {
            return "text";
        }

        @Override
        public InputStream getInputStream() {
            return InputStream.nullInputStream();
        }
    }

    @Test
    void aCallOfWhatIsInheritedFromSpringIsFound() {
        assertThat(pairs(Measured.class)).containsExactly("Measured.isEmpty > Measured.contentLength()");
    }

    static class Measured extends Text {
        public boolean isEmpty() throws IOException {
            return contentLength() == 0;
        }
    }

    @Test
    void aPublicMethodOfAnAnnotatedTypeIsFound() {
        assertThat(pairs(OnType.class)).containsExactly("OnType.all > OnType.find()");
    }

    @SmartAsync
    static class OnType {
        public String find() {
            return help();
        }

        protected String help() {
            return "";
        }

        public String all() {
            return find();
        }
    }

    @Test
    void aHookThatIsAnnotatedItselfIsFound() {
        assertThat(pairs(AnnotatedHook.class)).containsExactly("OwnTemplate.run > AnnotatedHook.hook()");
    }

    static class AnnotatedHook extends OwnTemplate {
        @Override
        @SmartAsync
        protected void hook() {}
    }

    @Test
    void whatIsOverriddenAndCalledAsSuperIsFound() {
        assertThat(pairs(CallingSuper.class)).containsExactly("OnThis.all > CallingSuper.find(String)");
    }

    static class CallingSuper extends OnThis {
        @Override
        public String all() {
            return super.all();
        }
    }

    @Test
    void aCallOfAnInheritedMethodAsSuperIsFound() {
        assertThat(pairs(AsSuper.class))
                .containsExactlyInAnyOrder("AsSuper.first > AsSuper.find(String)", "OnThis.all > AsSuper.find(String)");
    }

    static class AsSuper extends OnThis {
        public String first() {
            return super.find("a");
        }
    }

    @Test
    void aBeanWithAClassProxyIsWarnedOfOnce(CapturedOutput output) {
        TestContext.with(OnThis.class).run(context -> {
            assertThat(AopUtils.isCglibProxy(context.getBean(OnThis.class))).isTrue();
            assertThat(output)
                    .containsOnlyOnce("calls the @SmartAsync method SelfInvocationTest.OnThis.find(String) on itself")
                    .contains("SelfInvocationTest$OnThis.all(SelfInvocationTest.java:")
                    .contains("injected bridge or reference");
        });
    }

    @Test
    void anEnhancedConfigurationClassIsWarnedOfOnce(CapturedOutput output) {
        TestContext.with().withUserConfiguration(Enhanced.class).run(context -> assertThat(output)
                .containsOnlyOnce("calls the @SmartAsync method SelfInvocationTest.Enhanced.find() on itself"));
    }

    @Configuration
    static class Enhanced {
        @Bean
        String text() {
            return find();
        }

        @SmartAsync
        public String find() {
            return "";
        }
    }

    @Test
    void aLazyBeanIsWarnedOfAtStartup(CapturedOutput output) {
        TestContext.with()
                .withBean(OnThis.class, OnThis::new, definition -> definition.setLazyInit(true))
                .run(context -> {
                    assertThat(output).containsOnlyOnce("OnThis.find(String) on itself");
                    context.getBean(OnThis.class);
                    assertThat(output).containsOnlyOnce("OnThis.find(String) on itself");
                });
    }

    @Test
    void failRefusesToStartAndListsAllOfThem(CapturedOutput output) {
        FailureAnalysis refusal = Refusal.of(
                TestContext.with(OnThis.class, InLambdas.class).withPropertyValues("smartasync.self-invocation=fail"));

        assertThat(refusal.getDescription())
                .contains("for 3 reasons", "OnThis.all(", "InLambdas.later(", "InLambdas.nested(");
        assertThat(refusal.getAction()).contains("injected bridge or reference");
        assertThat(output).doesNotContain("StartupCheck");
    }

    @Test
    void failLetsApplicationsStartThatDoNoSuchThing() {
        TestContext.with(Others.class)
                .withPropertyValues("smartasync.self-invocation=fail")
                .run(context -> assertThat(context).hasNotFailed());
    }

    @ParameterizedTest
    @CsvSource({"warn, 1", "ignore, 0"})
    void aClassFileIsReadOnceAndOnlyIfAskedFor(String policy, int reads) {
        Recording loader = new Recording(LoadedApart.class);

        application(loader)
                .withPropertyValues("smartasync.self-invocation=" + policy)
                .run(context -> {});

        assertThat(loader.read).hasSize(reads);
    }

    @Test
    void noClassFileOfABeanWithoutSmartAsyncMethodsIsRead() {
        Recording loader = new Recording(Unannotated.class);

        application(loader).run(context -> assertThat(context).hasNotFailed());

        assertThat(loader.read).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "broken"})
    void aClassFileThatCantBeReadIsSkipped(String fault, CapturedOutput output) {
        Recording loader = new Recording(LoadedApart.class);
        loader.fault = fault;

        application(loader).run(context -> assertThat(context).hasNotFailed());

        assertThat(loader.read).hasSize(1);
        assertThat(output).doesNotContain("WARN", "ERROR");
    }

    private static ApplicationContextRunner application(Recording loader) {
        try {
            Class<?> beanClass = loader.loadClass(loader.original.getName());
            assertThat(beanClass.getClassLoader()).isSameAs(loader);
            return TestContext.with(beanClass).withClassLoader(loader);
        } catch (ClassNotFoundException ex) {
            throw new IllegalStateException(ex);
        }
    }

    @Test
    void aClassFileOfTheRunningJavaIsRead() {
        String source = """
                package io.acme;
                public class Quotes {
                    @io.smartasync.SmartAsync
                    public String find(String id) {
                        return id;
                    }
                    public java.util.function.Supplier<String> all() {
                        return () -> find("a") + "b";
                    }
                }""";
        TestCompiler.forSystem().withSources(SourceFile.of(source)).compile(compiled -> {
            Class<?> type = compiled.getInstance(Object.class, "io.acme.Quotes").getClass();
            assertThat(majorVersion(type)).isEqualTo(44 + Runtime.version().feature());
            assertThat(pairs(type)).containsExactly("Quotes.all > Quotes.find(String)");
        });
    }

    private static int majorVersion(Class<?> type) {
        try (InputStream classFile = type.getResourceAsStream(type.getSimpleName() + ".class")) {
            return new ClassReader(classFile).readUnsignedShort(6);
        } catch (IOException ex) {
            throw new IllegalStateException(ex);
        }
    }

    /** Such as {@code Caller.method > Bean.method(Parameter)}, without the names around them. */
    private static List<String> pairs(Class<?> beanClass) {
        return SelfInvocations.of(beanClass).stream()
                .map(problem -> {
                    String caller =
                            problem.subject().substring(0, problem.subject().indexOf('('));
                    String callee = problem.fault().replaceAll(".*method (.*\\)) on itself.*", "$1");
                    return caller.replaceAll(".*[$]", "").replaceAll("^.*\\.(\\w+\\.\\w+)$", "$1") + " > "
                            + callee.replace("SelfInvocationTest.", "");
                })
                .toList();
    }

    /** Loads one class itself, and notes who reads its class file after that. */
    private static final class Recording extends ClassLoader {
        private final Class<?> original;
        private final List<String> read = new ArrayList<>();
        private String fault = "";

        Recording(Class<?> original) {
            super(original.getClassLoader());
            this.original = original;
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.equals(original.getName())) {
                return super.loadClass(name, resolve);
            }
            Class<?> loaded = findLoadedClass(name);
            if (loaded != null) {
                return loaded;
            }
            byte[] bytes = bytes();
            return defineClass(name, bytes, 0, bytes.length);
        }

        private byte[] bytes() {
            try (InputStream file =
                    original.getResourceAsStream(original.getName().replaceAll(".*\\.", "") + ".class")) {
                return file.readAllBytes();
            } catch (IOException ex) {
                throw new IllegalStateException(ex);
            }
        }

        @Override
        public @Nullable InputStream getResourceAsStream(String name) {
            if (!name.equals(original.getName().replace('.', '/') + ".class")) {
                return super.getResourceAsStream(name);
            }
            read.add(name);
            return switch (fault) {
                case "none" -> null;
                case "broken" -> new ByteArrayInputStream(new byte[] {1, 2, 3});
                default -> new ByteArrayInputStream(bytes());
            };
        }
    }
}

class LoadedApart {
    @SmartAsync
    public String find() {
        return "";
    }

    public String all() {
        return find();
    }
}

class Unannotated {
    public String all() {
        return toString();
    }
}
