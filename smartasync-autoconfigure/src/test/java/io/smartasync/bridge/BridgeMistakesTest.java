package io.smartasync.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.smartasync.SmartAsync;
import io.smartasync.SmartAsyncBridge;
import io.smartasync.TargetMethod;
import io.smartasync.autoconfigure.Refusal;
import io.smartasync.support.TestContext;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** What can be wrong with bridges is said at startup, all at once, even of those that nobody has asked for yet. */
@Timeout(30)
class BridgeMistakesTest {

    interface Files {

        String read(String name) throws IOException;

        void delete(String name);

        void delete(Integer number);

        List<String> names();

        Future<String> plainFuture();
    }

    static class LocalFiles implements Files {

        @Override
        public String read(String name) {
            return name;
        }

        @Override
        public void delete(String name) {}

        @Override
        public void delete(Integer number) {}

        @Override
        public List<String> names() {
            return List.of();
        }

        @Override
        public Future<String> plainFuture() {
            return CompletableFuture.completedFuture("");
        }
    }

    @SmartAsyncBridge(Files.class)
    interface Mistaken {

        Mono<String> raed(String name);

        @TargetMethod("read")
        Mono<String> readAll(int number);

        @TargetMethod("read")
        Mono<Integer> readNumber(String name);

        @TargetMethod("read")
        String readPlainly(String name);

        Flux<Long> names();

        CompletableFuture<String> plainFuture();
    }

    @SmartAsyncBridge(Files.class)
    @SmartAsync
    interface TwiceOver {

        Mono<String> read(String name);
    }

    interface Reading {

        @SmartAsync
        Mono<String> read(String name);
    }

    @SmartAsyncBridge(Files.class)
    interface TwiceOverInherited extends Reading {}

    @SmartAsyncBridge(Files.class)
    abstract static class NoInterface {}

    @SmartAsyncBridge(Files.class)
    sealed interface Sealed {

        Mono<String> read(String name);
    }

    record Permitted(Mono<String> text) implements Sealed {

        @Override
        public Mono<String> read(String name) {
            return text;
        }
    }

    @Configuration(proxyBeanMethods = false)
    @Lazy
    @ImportSmartAsyncBridges({Mistaken.class, TwiceOver.class, TwiceOverInherited.class, NoInterface.class, Sealed.class
    })
    static class AllMistakes {}

    @Test
    void allMismatchesOfAllBridgesAreListedAtOnce() {
        FailureAnalysis refusal =
                Refusal.of(TestContext.with(LocalFiles.class).withUserConfiguration(AllMistakes.class));
        assertThat(refusal.getDescription())
                .startsWith("SmartAsync can't start, for 10 reasons:")
                .contains(
                        "@SmartAsyncBridge method Mistaken.raed(String)\n      Files has no method raed(String)",
                        "@SmartAsyncBridge method Mistaken.readAll(int)\n"
                                + "      Files has no method read(int), but Files.read(String)",
                        "@SmartAsyncBridge method Mistaken.readNumber(String)\n"
                                + "      it returns Mono<Integer>, but Files.read(String) returns String",
                        "@SmartAsyncBridge method Mistaken.readPlainly(String)\n"
                                + "      Files.read(String) may throw IOException, which it does not declare",
                        "@SmartAsyncBridge method Mistaken.names()\n"
                                + "      it returns Flux<Long>, but Files.names() returns List<String>",
                        "@SmartAsyncBridge method Mistaken.plainFuture()\n"
                                + "      Files.plainFuture() returns a Future, which can't tell when it is done",
                        "@SmartAsyncBridge io.smartasync.bridge.BridgeMistakesTest$TwiceOver\n"
                                + "      it is @SmartAsync too, or a method of it is, so calls would be run and counted twice",
                        "@SmartAsyncBridge io.smartasync.bridge.BridgeMistakesTest$TwiceOverInherited\n"
                                + "      it is @SmartAsync too, or a method of it is, so calls would be run and counted twice",
                        "NoInterface\n      it is not an interface",
                        "Sealed\n      it is sealed, so no proxy can implement it");
        assertThat(refusal.getAction())
                .contains("Add 'throws IOException'.", "Make the element types agree.", "or name that method with");
    }

    static class Audit {

        @SmartAsync(background = true)
        public void audit() {}
    }

    @SmartAsyncBridge(Audit.class)
    interface AwaitedAudit {

        CompletableFuture<Void> audit();
    }

    @SmartAsyncBridge(Files.class)
    interface OtherFuture {

        FutureTask<List<String>> names();
    }

    @Configuration(proxyBeanMethods = false)
    @ImportSmartAsyncBridges(AwaitedAudit.class)
    static class UsesAudit {}

    @Configuration(proxyBeanMethods = false)
    @ImportSmartAsyncBridges(OtherFuture.class)
    static class UsesOtherFuture {}

    @Test
    void theMethodThatReturnsTheWrongThingIsNamed() {
        assertThat(Refusal.of(TestContext.with(LocalFiles.class).withUserConfiguration(UsesOtherFuture.class))
                        .getDescription())
                .contains("@SmartAsyncBridge method io.smartasync.bridge.BridgeMistakesTest$OtherFuture.names\n"
                        + "      it returns FutureTask");
    }

    /** It is there that {@code background} stands. */
    @Test
    void theBackgroundMethodIsNamedWhoseBridgeReturnsSomething() {
        FailureAnalysis refusal = Refusal.of(TestContext.with(Audit.class).withUserConfiguration(UsesAudit.class));
        assertThat(refusal.getDescription())
                .contains("@SmartAsync method io.smartasync.bridge.BridgeMistakesTest$Audit.audit\n"
                        + "      background = true, but AwaitedAudit.audit returns CompletableFuture");
        assertThat(refusal.getAction()).contains("Remove background, or return void from AwaitedAudit.audit.");
    }

    @SmartAsyncBridge(Files.class)
    interface Ambiguous {

        <T extends Integer> Mono<Void> delete(T number);

        @TargetMethod("read")
        Mono<String> load(String name);
    }

    @Configuration(proxyBeanMethods = false)
    @ImportSmartAsyncBridges(Ambiguous.class)
    static class UsesFiles {}

    @Test
    void theTargetMustBeOneBean() {
        FailureAnalysis none = Refusal.of(TestContext.with().withUserConfiguration(UsesFiles.class));
        assertThat(none.getDescription())
                .contains("@SmartAsyncBridge " + Ambiguous.class.getName() + "\n", "no bean", Files.class.getName());
        assertThat(none.getAction()).contains("Declare a bean of that type");

        FailureAnalysis several = Refusal.of(TestContext.with(LocalFiles.class)
                .withBean("second", LocalFiles.class)
                .withUserConfiguration(UsesFiles.class));
        assertThat(several.getDescription())
                .contains("@SmartAsyncBridge " + Ambiguous.class.getName() + "\n", "several beans", "second");
        assertThat(several.getAction()).contains("@Qualifier", "@Primary");
    }
}
