package io.smartasync.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.smartasync.BlockingCallPolicy;
import io.smartasync.Caller;
import io.smartasync.ExecutionPath;
import io.smartasync.SmartAsync;
import io.smartasync.SmartAsyncConfigurationException;
import io.smartasync.Workload;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.util.ReflectionUtils;
import reactor.core.publisher.Mono;

/** Rule before method before type before route before default, for each setting by itself. */
@Timeout(30)
class PlannerTest {

    @SmartAsync(executor = "of-type", timeout = "4s", workload = Workload.CPU, interruptible = false, debug = true)
    static class Quotes {
        public CompletableFuture<String> findByType() {
            return CompletableFuture.completedFuture("");
        }

        @SmartAsync(executor = "of-method", timeout = "3s", workload = Workload.NON_BLOCKING)
        public CompletableFuture<String> findByMethod() {
            return CompletableFuture.completedFuture("");
        }

        @SmartAsync(timeout = "3s")
        public CompletableFuture<String> findByBoth() {
            return CompletableFuture.completedFuture("");
        }

        public String valueByType() {
            return "";
        }

        @SmartAsync("of-method")
        public String valueByMethod() {
            return "";
        }
    }

    @SmartAsync
    static class Plain {
        public String value() {
            return "";
        }

        public CompletableFuture<String> future() {
            return CompletableFuture.completedFuture("");
        }

        @SmartAsync(workload = Workload.CPU)
        public String computedValue() {
            return "";
        }

        @SmartAsync(workload = Workload.CPU)
        public CompletableFuture<String> computed() {
            return CompletableFuture.completedFuture("");
        }

        @SmartAsync(workload = Workload.NON_BLOCKING)
        public String nonBlocking() {
            return "";
        }

        @SmartAsync(timeout = "2s")
        public String limited() {
            return "";
        }

        @SmartAsync(background = true)
        public void background() {}

        public Mono<String> mono() {
            return Mono.just("");
        }
    }

    @Test
    void whatTheTypeSaysStandsForItsMethods() {
        Plan plan = planner().plan(Subject.of(Quotes.class, method(Quotes.class, "findByType")));

        assertThat(plan.settings()).isEqualTo(new Plan.Settings(Workload.CPU, Duration.ofSeconds(4), false, true));
        assertThat(plan.route(Caller.PLATFORM).executor()).isEqualTo("of-type");
    }

    @Test
    void whatTheMethodSaysBeatsItsType() {
        Plan plan = planner().plan(Subject.of(Quotes.class, method(Quotes.class, "findByMethod")));

        assertThat(plan.settings().workload()).isEqualTo(Workload.NON_BLOCKING);
        assertThat(plan.settings().timeout()).isEqualTo(Duration.ofSeconds(3));
    }

    @Test
    void whatTheMethodDoesNotSayIsLeftToItsType() {
        Plan plan = planner().plan(Subject.of(Quotes.class, method(Quotes.class, "findByBoth")));

        assertThat(plan.settings()).isEqualTo(new Plan.Settings(Workload.CPU, Duration.ofSeconds(3), false, true));
        assertThat(plan.route(Caller.PLATFORM).executor()).isEqualTo("of-type");
    }

    @Test
    void whoeverNamesTheExecutorIsNamedByItsProperty() {
        Planner planner = planner(rule("Plain#future", "of-rule"));
        assertThat(planner.plan(Subject.of(Plain.class, method(Plain.class, "future")))
                        .origins()
                        .executor())
                .containsEntry(Caller.SERVLET, "smartasync.rules[0]");
        assertThat(planner.plan(Subject.of(Plain.class, method(Plain.class, "computed")))
                        .origins()
                        .executor())
                .containsEntry(Caller.VIRTUAL, "smartasync.routes.virtual.cpu");
        assertThat(planner()
                        .plan(Subject.of(Plain.class, method(Plain.class, "future")))
                        .origins()
                        .executor())
                .containsEntry(Caller.EVENT_LOOP, "smartasync.routes.event-loop.io");
    }

    @Test
    void whatARuleSaysBeatsTheMethod() {
        Planner planner =
                planner(new Rule("Quotes#find*", new Wish("of-rule", Workload.IO, Duration.ofSeconds(2), null)));

        Plan plan = planner.plan(Subject.of(Quotes.class, method(Quotes.class, "findByMethod")));

        assertThat(plan.settings().workload()).isEqualTo(Workload.IO);
        assertThat(plan.settings().timeout()).isEqualTo(Duration.ofSeconds(2));
        assertThat(plan.route(Caller.PLATFORM).executor()).isEqualTo("of-rule");
    }

    @Test
    void whatARuleDoesNotSayIsLeftToTheAnnotations() {
        Planner planner = planner(new Rule("Quotes#*", new Wish(null, Workload.IO, null, null)));

        Plan plan = planner.plan(Subject.of(Quotes.class, method(Quotes.class, "findByMethod")));

        assertThat(plan.settings()).isEqualTo(new Plan.Settings(Workload.IO, Duration.ofSeconds(3), false, true));
        assertThat(plan.route(Caller.PLATFORM).executor()).isEqualTo("of-method");
    }

    @Test
    void theFirstRuleThatMatchesIsTheOnlyOne() {
        Planner planner = planner(
                rule("Other#*", "of-other-rule"),
                rule("Quotes#findByType", "of-rule"),
                new Rule("Quotes#*", new Wish(null, null, Duration.ofSeconds(1), null)));

        Plan plan = planner.plan(Subject.of(Quotes.class, method(Quotes.class, "findByType")));

        assertThat(plan.route(Caller.PLATFORM).executor()).isEqualTo("of-rule");
        assertThat(plan.settings().timeout()).isEqualTo(Duration.ofSeconds(4));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Quotes#findByType",
                "Quotes#find*",
                "Quotes#*Type",
                "Quotes#*",
                "*#findByType",
                "Q*s#find*",
                "io.smartasync.plan.*#findByType",
                "io.smartasync.plan.PlannerTest$Quotes#findByType",
                "*.PlannerTest$Quotes#find*"
            })
    void aRuleMatchesByClassAndMethod(String pattern) {
        Planner planner = planner(rule(pattern, "of-rule"));

        assertThat(planner.plan(Subject.of(Quotes.class, method(Quotes.class, "findByType")))
                        .route(Caller.PLATFORM)
                        .executor())
                .isEqualTo("of-rule");
        assertThat(planner.unmatchedRules()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Quote#findByType",
                "Quotes#find",
                "Quotes#findbytype",
                "Quotes#findByTypes",
                "com.other.*#findByType",
                "plan.Quotes#findByType"
            })
    void aRuleDoesNotMatchWhatIsNamedOtherwise(String pattern) {
        Planner planner = planner(rule(pattern, "of-rule"));

        assertThat(planner.plan(Subject.of(Quotes.class, method(Quotes.class, "findByType")))
                        .route(Caller.PLATFORM)
                        .executor())
                .isEqualTo("of-type");
        assertThat(planner.unmatchedRules()).extracting(Rule::method).containsExactly(pattern);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Quotes", "Quotes.find", "#find", "Quotes#", "#", "", "Quotes#find#"})
    void aRuleOfAnotherFormIsRefused(String pattern) {
        assertThatIllegalArgumentException().isThrownBy(() -> rule(pattern, "of-rule"));
    }

    @ParameterizedTest
    @EnumSource
    void aRouteChoosesForEachCallerAndWorkload(Caller caller) {
        assertThat(planner()
                        .plan(Subject.of(Plain.class, method(Plain.class, "future")))
                        .route(caller)
                        .executor())
                .isEqualTo(caller.tag() + "-io");
        assertThat(planner()
                        .plan(Subject.of(Plain.class, method(Plain.class, "computed")))
                        .route(caller)
                        .executor())
                .isEqualTo(caller.tag() + "-cpu");
    }

    @Test
    void anExecutorOnTheMethodMakesAPlainValueHop() {
        assertThat(paths(Quotes.class, "valueByMethod")).containsEntry(Caller.PLATFORM, ExecutionPath.AWAIT);
    }

    @Test
    void anExecutorOrTimeoutOnTheTypeMakesNoPlainValueHop() {
        assertThat(paths(Quotes.class, "valueByType"))
                .containsEntry(Caller.PLATFORM, ExecutionPath.DIRECT)
                .containsEntry(Caller.SERVLET, ExecutionPath.DIRECT);
    }

    @Test
    void aTimeoutOnTheMethodMakesAPlainValueHop() {
        assertThat(paths(Plain.class, "limited")).containsEntry(Caller.PLATFORM, ExecutionPath.AWAIT);
    }

    @Test
    void anExecutorOrTimeoutOfARuleMakesAPlainValueHop() {
        assertThat(paths(planner(rule("Plain#*", "of-rule")), Plain.class, "value"))
                .containsEntry(Caller.PLATFORM, ExecutionPath.AWAIT);
        assertThat(paths(
                        planner(new Rule("Plain#*", new Wish(null, null, Duration.ofSeconds(1), null))),
                        Plain.class,
                        "value"))
                .containsEntry(Caller.PLATFORM, ExecutionPath.AWAIT);
    }

    @Test
    void theDefaultTimeoutMakesNothingHop() {
        Planner planner = planner(settings(Duration.ofSeconds(9), BlockingCallPolicy.FAIL));

        assertThat(paths(planner, Plain.class, "value")).containsEntry(Caller.PLATFORM, ExecutionPath.DIRECT);
    }

    @ParameterizedTest
    @CsvSource({
        "value,",
        "computedValue, PT9S", // by virtual threads
        "future, PT9S",
        "computed, PT9S",
        "background, PT9S",
        "limited, PT2S",
        "nonBlocking,",
        "mono,"
    })
    void theDefaultTimeoutLimitsWhatLeavesAThreadAndHasNoneOfItsOwn(String method, @Nullable Duration timeout) {
        Planner planner = planner(settings(Duration.ofSeconds(9), BlockingCallPolicy.FAIL));

        assertThat(planner.plan(Subject.of(Plain.class, method(Plain.class, method)))
                        .settings()
                        .timeout())
                .isEqualTo(timeout);
    }

    @ParameterizedTest
    @CsvSource({"FAIL, REJECT, false", "WARN, DIRECT, true", "ALLOW, DIRECT, false"})
    void thePolicyDecidesWhatABlockingCallOnAnEventLoopMeets(
            BlockingCallPolicy policy, ExecutionPath path, boolean warns) {
        Planner planner = planner(settings(null, policy));

        for (String name : List.of("value", "limited")) {
            Plan plan = planner.plan(Subject.of(Plain.class, method(Plain.class, name)));
            assertThat(plan.route(Caller.EVENT_LOOP).path()).isEqualTo(path);
            assertThat(plan.route(Caller.EVENT_LOOP).executor()).isNull();
            assertThat(plan.warnOnEventLoop()).isEqualTo(warns);
        }
        assertThat(planner.plan(Subject.of(Plain.class, method(Plain.class, "nonBlocking")))
                        .warnOnEventLoop())
                .as("what never blocks needs no warning")
                .isFalse();
    }

    @Test
    void thereIsOneRouteForEachCallerAsLongAsThePlanStands() {
        Plan plan = planner().plan(Subject.of(Plain.class, method(Plain.class, "value")));

        assertThat(plan.route(Caller.VIRTUAL)).isSameAs(plan.route(Caller.VIRTUAL));
        assertThat(plan.route(Caller.VIRTUAL)).hasToString("Plain#value from virtual: direct");
    }

    /** What is kept for each route is kept once, however often a method is tuned or an operation gets another timeout. */
    @Test
    void theRouteOfAPlanThatIsMadeAnewEqualsTheOneBefore() {
        Planner planner = planner();
        Subject subject = Subject.of(Plain.class, method(Plain.class, "value"));
        Wish timeout = new Wish(null, null, Duration.ofSeconds(1), null);

        Plan first = planner.plan(subject, timeout, Wish.NONE);
        Plan second = planner.plan(subject, Wish.NONE, timeout);

        assertThat(first.routes()).isEqualTo(second.routes()).hasSizeGreaterThan(4);
    }

    @Test
    void aMethodWithoutAnyAnnotationCanBePlannedToo() {
        // As a bridge does, over a bean of a library
        Plan plan = planner().plan(Subject.of(Library.class, method(Library.class, "find")));

        assertThat(plan.settings()).isEqualTo(new Plan.Settings(Workload.IO, null, true, false));
    }

    static class Library {
        public String find() {
            return "";
        }
    }

    @Test
    void whatWasCheckedAtTheStartIsNotPlannedAgain() {
        List<String> resolved = new ArrayList<>();
        Planner planner = new Planner(settings(null, BlockingCallPolicy.FAIL), new Executors(), text -> {
            resolved.add(text);
            return text;
        });
        Subject subject = Subject.of(Plain.class, method(Plain.class, "limited"));

        assertThat(planner.check(Plain.class, new ArrayList<>())).isEmpty();
        assertThat(resolved).isNotEmpty();
        resolved.clear();

        assertThat(planner.plan(subject).settings().timeout()).isEqualTo(Duration.ofSeconds(2));
        assertThat(resolved).as("what was read anew").isEmpty();
        assertThat(planner.plan(subject, Wish.NONE, new Wish(null, null, Duration.ofSeconds(1), null))
                        .settings()
                        .timeout())
                .as("tuned later")
                .isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void allMistakesOfAMethodAreToldAtOnce() {
        assertThatExceptionOfType(SmartAsyncConfigurationException.class)
                .isThrownBy(() -> planner().plan(Subject.of(Mistaken.class, method(Mistaken.class, "find"))))
                .satisfies(refusal -> assertThat(refusal.problems()).hasSize(4));
    }

    static class Mistaken {
        @SmartAsync(executor = "nowhere", timeout = "soon", background = true)
        public final String find() {
            return "";
        }
    }

    private static Map<Caller, ExecutionPath> paths(Class<?> type, String method) {
        return paths(planner(), type, method);
    }

    private static Map<Caller, ExecutionPath> paths(Planner planner, Class<?> type, String method) {
        Plan plan = planner.plan(Subject.of(type, method(type, method)));
        return Arrays.stream(Caller.values()).collect(Collectors.toMap(caller -> caller, caller -> plan.route(caller)
                .path()));
    }

    private static Method method(Class<?> type, String name) {
        Method method = ReflectionUtils.findMethod(type, name);
        assertThat(method).as(name).isNotNull();
        return method;
    }

    private static Rule rule(String pattern, String executor) {
        return new Rule(pattern, new Wish(executor, null, null, null));
    }

    private static Planner planner(Rule... rules) {
        return planner(new PlanSettings(routes(), List.of(rules), null, BlockingCallPolicy.FAIL, false));
    }

    private static Planner planner(PlanSettings settings) {
        return new Planner(settings, new Executors(), text -> text);
    }

    private static PlanSettings settings(@Nullable Duration defaultTimeout, BlockingCallPolicy policy) {
        return new PlanSettings(routes(), List.of(), defaultTimeout, policy, false);
    }

    /** Another pair of executors for each caller. */
    private static Map<Caller, ExecutorRoute> routes() {
        return Arrays.stream(Caller.values())
                .collect(Collectors.toMap(
                        caller -> caller, caller -> new ExecutorRoute(caller.tag() + "-io", caller.tag() + "-cpu")));
    }

    private static final class Executors implements ExecutorNames {
        @Override
        public boolean contains(String name) {
            return all().contains(name);
        }

        @Override
        public Collection<String> all() {
            return List.of("of-type", "of-method", "of-rule", "of-other-rule");
        }
    }
}
