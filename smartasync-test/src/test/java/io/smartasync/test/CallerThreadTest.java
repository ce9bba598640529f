package io.smartasync.test;

import static org.assertj.core.api.Assertions.assertThat;

import io.smartasync.Caller;
import io.smartasync.caller.CallerDetection;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

/** Each test asks the library itself what it takes the thread for. */
@Timeout(20)
@CallerThread(Caller.EVENT_LOOP)
class CallerThreadTest {

    private static final CallerDetection DETECTION =
            new CallerDetection(List.of(), List.of(), CallerThreadTest.class.getClassLoader());

    private static final ThreadLocal<String> OF_JUNITS_THREAD = new InheritableThreadLocal<>();

    private final MockHttpServletRequest ofTheContext = new MockHttpServletRequest();
    private final Thread junits = Thread.currentThread();

    /** As Spring does for each test of a web application. */
    @BeforeEach
    void bindRequest() {
        OF_JUNITS_THREAD.set("x");
        RequestContextHolder.setRequestAttributes(new ServletRequestAttributes(ofTheContext));
        assertThat(DETECTION.current()).isEqualTo(Caller.SERVLET);
    }

    @AfterEach
    void unbindRequest() {
        assertThat(Thread.currentThread()).isSameAs(junits);
        RequestContextHolder.resetRequestAttributes();
        OF_JUNITS_THREAD.remove();
    }

    @Test
    void theClassSaysItForAllOfItsTests() {
        assertThat(DETECTION.current()).isEqualTo(Caller.EVENT_LOOP);
    }

    @Test
    @CallerThread(Caller.PLATFORM)
    void theMethodBeatsTheClass() {
        assertThat(DETECTION.current()).isEqualTo(Caller.PLATFORM);
    }

    @Test
    @CallerThread(Caller.VIRTUAL)
    void aVirtualThread() {
        assertThat(DETECTION.current()).isEqualTo(Caller.VIRTUAL);
    }

    @Test
    @CallerThread(Caller.VIRTUAL)
    void nothingIsInheritedFromJUnitsThread() {
        assertThat(OF_JUNITS_THREAD.get()).isNull();
    }

    @Test
    @CallerThread(Caller.SERVLET)
    void aServletRequestIsTheOneOfTheContext() {
        assertThat(DETECTION.current()).isEqualTo(Caller.SERVLET);
        assertThat(((ServletRequestAttributes) RequestContextHolder.currentRequestAttributes()).getRequest())
                .isSameAs(ofTheContext);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    @CallerThread(Caller.PLATFORM)
    void parameterizedTestsToo(int round) {
        assertThat(DETECTION.current()).as("round " + round).isEqualTo(Caller.PLATFORM);
    }

    @TestFactory
    @CallerThread(Caller.PLATFORM)
    Stream<DynamicTest> dynamicTestsToo() {
        return Stream.of(DynamicTest.dynamicTest(
                "one", () -> assertThat(DETECTION.current()).isEqualTo(Caller.PLATFORM)));
    }

    @Test
    void theContextClassLoaderIsThatOfJUnit() {
        assertThat(Thread.currentThread().getContextClassLoader()).isSameAs(junits.getContextClassLoader());
    }

    /** Its nested class is that of the superclass, in which it stands. */
    static class OfNoKindItself {
        @Nested
        class Within {

            @Test
            void aNestedClassThatIsInheritedFindsItInTheClassThatInheritsIt() {
                assertThat(DETECTION.current()).isEqualTo(Caller.VIRTUAL);
            }
        }
    }

    @Nested
    @CallerThread(Caller.VIRTUAL)
    @EnabledForJreRange(min = JRE.JAVA_21)
    class Inherits extends OfNoKindItself {}

    @Nested
    class Inside {

        @Test
        void nestedClassesInheritIt() {
            assertThat(DETECTION.current()).isEqualTo(Caller.EVENT_LOOP);
        }
    }
}
