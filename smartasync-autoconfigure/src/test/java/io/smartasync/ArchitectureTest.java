package io.smartasync;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.lang.syntax.elements.GivenClassesConjunction;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import io.smartasync.autoconfigure.SmartAsyncEndpointAutoConfiguration;
import io.smartasync.autoconfigure.SmartAsyncMetricsAutoConfiguration;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds what the design says of packages: imports run one way, and each optional library is named in one marked place. */
@Timeout(30)
class ArchitectureTest {

    private static final String ROOT = "io.smartasync";

    /** What each package may import of the others; {@code ""} is the root, which imports none. */
    private static final Map<String, Set<String>> IMPORTS = Map.of(
            "", Set.of(),
            "caller", Set.of(""),
            "plan", Set.of(""),
            "execution", Set.of("", "caller", "plan"),
            "bridge", Set.of("", "caller", "plan", "execution"),
            "aop", Set.of("", "caller", "plan", "execution"),
            "metrics", Set.of(""),
            "actuate", Set.of("", "plan", "execution"),
            "autoconfigure", Set.of("", "caller", "plan", "execution", "bridge", "aop", "metrics", "actuate"));

    private static final JavaClasses MAIN =
            new ClassFileImporter().withImportOption(new DoNotIncludeTests()).importPackages(ROOT);

    @Test
    void theRulesSeeTheClassesOfMainAndNoTests() {
        assertThat(MAIN.contain(SmartAsync.class)).isTrue();
        assertThat(MAIN.contain(ArchitectureTest.class)).isFalse();
    }

    @Test
    void everyPackageHasItsPlace() {
        assertThat(packages()).extracting(ArchitectureTest::nameOf).isSubsetOf(IMPORTS.keySet());
    }

    @ParameterizedTest(name = "io.smartasync.{0}")
    @MethodSource("packageNames")
    void importsRunOneWay(String name) {
        Set<String> others = new TreeSet<>(IMPORTS.keySet());
        others.removeAll(IMPORTS.get(name));
        others.remove(name);

        noClasses()
                .that()
                .resideInAPackage(fullName(name))
                .should()
                .dependOnClassesThat(resideInAnyPackage(
                        others.stream().map(ArchitectureTest::fullName).toArray(String[]::new)))
                .check(MAIN);
    }

    static Stream<String> packageNames() {
        return packages().map(ArchitectureTest::nameOf);
    }

    @Test
    void packagesAreFreeOfCycles() {
        // By the whole name: a pattern such as io.smartasync.(*).. would leave out the root package
        SliceAssignment byPackage = new SliceAssignment() {

            @Override
            public SliceIdentifier getIdentifierOf(JavaClass type) {
                return SliceIdentifier.of(type.getPackageName());
            }

            @Override
            public String getDescription() {
                return "packages";
            }
        };
        slices().assignedFrom(byPackage).should().beFreeOfCycles().check(MAIN);
    }

    @Test
    void reactorIsNamedOnlyInClassesThatBearItsName() {
        // Coroutines get here through Reactor
        noClasses()
                .that(not(enclosedBy("Reactor").or(enclosedBy("Kotlin"))))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("reactor..", "org.reactivestreams..")
                .check(MAIN);
    }

    @Test
    void theServletApiAndWebFluxAreNamedOnlyInClassesThatBearTheirName() {
        noClasses()
                .that(not(enclosedBy("Servlet").or(enclosedBy("WebFlux"))))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("jakarta.servlet..", "org.springframework.web..")
                .check(MAIN);
    }

    @Test
    void nettyIsNamedOnlyInClassesThatBearItsName() {
        classesNotNamedAfter("Netty")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.netty..")
                .check(MAIN);
    }

    @Test
    void vertxIsNamedOnlyInClassesThatBearItsName() {
        classesNotNamedAfter("Vertx")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.vertx..")
                .check(MAIN);
    }

    @Test
    void kotlinIsNamedOnlyInClassesThatBearItsName() {
        classesNotNamedAfter("Kotlin")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("kotlin..", "kotlinx..")
                .check(MAIN);
    }

    @Test
    void springSecurityIsNamedOnlyInTheClassThatBearsItsName() {
        classesNotNamedAfter("ReactorSecurity")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.springframework.security..")
                .check(MAIN);
    }

    @Test
    void metersAreNamedOnlyWhereTheyAreRecordedAndConfigured() {
        noClasses()
                .that(not(resideInAPackage(ROOT + ".metrics")
                        .or(enclosedBy(SmartAsyncMetricsAutoConfiguration.class.getSimpleName()))))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.micrometer.core..", "io.micrometer.common..")
                .check(MAIN);
    }

    @Test
    void actuatorIsNamedOnlyInItsPackage() {
        noClasses()
                .that(not(resideInAPackage(ROOT + ".actuate")
                        .or(enclosedBy(SmartAsyncEndpointAutoConfiguration.class.getSimpleName()))))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.springframework.boot.actuate..")
                .check(MAIN);
    }

    @Test
    void everyPackageIsNullMarked() {
        assertThat(packages()).allMatch(javaPackage -> javaPackage.isAnnotatedWith(NullMarked.class), "is @NullMarked");
    }

    private static Stream<JavaPackage> packages() {
        return MAIN.stream().map(JavaClass::getPackage).distinct();
    }

    private static String nameOf(JavaPackage javaPackage) {
        return javaPackage.getName().equals(ROOT) ? "" : javaPackage.getName().substring(ROOT.length() + 1);
    }

    private static String fullName(String name) {
        return name.isEmpty() ? ROOT : ROOT + "." + name;
    }

    private static GivenClassesConjunction classesNotNamedAfter(String library) {
        return noClasses().that(not(enclosedBy(library)));
    }

    /** Whether the name of a class, or of the one around it, starts so. */
    private static DescribedPredicate<JavaClass> enclosedBy(String prefix) {
        return describe(
                "classes " + prefix + "*",
                type -> outermost(type).getSimpleName().startsWith(prefix));
    }

    private static JavaClass outermost(JavaClass type) {
        return type.getEnclosingClass().map(ArchitectureTest::outermost).orElse(type);
    }
}
