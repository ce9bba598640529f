package io.smartasync.bridge;

import io.smartasync.SmartAsyncBridge;
import io.smartasync.SmartAsyncConfigurationException.Problem;
import io.smartasync.TargetMethod;
import io.smartasync.bridge.ResultType.Carrier;
import io.smartasync.plan.AnnotatedMethods;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.core.KotlinDetector;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.ResolvableType;
import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.util.ReflectionUtils;

/**
 * Finds for each method of a bridge the method of its target, by name, parameters and the element type of the result, and
 * says of all that match none what is wrong with them.
 */
public final class BridgeMatcher {

    private BridgeMatcher() {}

    /**
     * A method of a bridge and what it stands for.
     *
     * @param called the bridge's method
     * @param target the target's method
     * @param conversion makes the target's result into the bridge's
     */
    record Match(Method called, Method target, Conversion conversion) {}

    /** The type of the bean that does the work. */
    static Class<?> targetType(Class<?> bridge) {
        return Objects.requireNonNull(
                        AnnotationUtils.findAnnotation(bridge, SmartAsyncBridge.class),
                        () -> bridge.getName() + " is not a @SmartAsyncBridge")
                .value();
    }

    /** All that is wrong with a bridge. */
    public static List<Problem> check(Class<?> bridge) {
        List<Problem> problems = new ArrayList<>();
        match(bridge, problems);
        return problems;
    }

    static String describe(Class<?> bridge) {
        return "@SmartAsyncBridge " + bridge.getName();
    }

    /** The methods of a bridge with what they stand for; those that match nothing are among {@code problems} instead. */
    static List<Match> match(Class<?> bridge, List<Problem> problems) {
        List<Match> matches = new ArrayList<>();
        String subject = describe(bridge);
        if (!bridge.isInterface()) {
            problems.add(new Problem(subject, "it is not an interface", "Declare an interface in its place."));
            return matches;
        }
        if (bridge.isSealed()) {
            problems.add(new Problem(subject, "it is sealed, so no proxy can implement it", "Remove 'sealed'."));
        }
        if (!AnnotatedMethods.of(bridge).isEmpty()) {
            problems.add(new Problem(
                    subject,
                    "it is @SmartAsync too, or a method of it is, so calls would be run and counted twice",
                    "Annotate " + targetType(bridge).getSimpleName()
                            + " instead, or write a rule in smartasync.rules."));
        }
        for (Method method : bridge.getMethods()) {
            if (Modifier.isAbstract(method.getModifiers()) && !ReflectionUtils.isObjectMethod(method)) {
                Match match = match(bridge, method, targetType(bridge), problems);
                if (match != null) {
                    matches.add(match);
                }
            }
        }
        return matches;
    }

    private static @Nullable Match match(Class<?> bridge, Method called, Class<?> targetType, List<Problem> problems) {
        String subject = "@SmartAsyncBridge method " + describe(bridge, called);
        if (KotlinDetector.isSuspendingFunction(called)) {
            problems.add(new Problem(
                    subject,
                    "it is a suspending function, which a bridge can't have",
                    "Return a plain value, a future or a publisher."));
            return null;
        }
        TargetMethod named = called.getAnnotation(TargetMethod.class);
        String name = named == null ? called.getName() : named.value();
        List<Method> candidates = candidates(bridge, called, targetType, name);
        if (candidates.size() != 1) {
            problems.add(
                    candidates.isEmpty()
                            ? unmatched(subject, bridge, called, targetType, name)
                            : new Problem(
                                    subject,
                                    "it matches several methods of its target, "
                                            + candidates.stream()
                                                    .map(method -> describe(targetType, method))
                                                    .collect(Collectors.joining(" and ")),
                                    "Give it exactly the parameter types of one of them."));
            return null;
        }
        Method target = candidates.get(0);
        ResultType from = ResultType.of(target, targetType);
        ResultType to = ResultType.of(called, bridge);
        if (from.carrier() == Carrier.FUTURE && !CompletionStage.class.isAssignableFrom(from.type())) {
            problems.add(new Problem(
                    subject,
                    describe(targetType, target) + " returns a " + from.type().getSimpleName()
                            + ", which can't tell when it is done",
                    "Let the target return a CompletableFuture or CompletionStage."));
            return null;
        }
        UnaryOperator<@Nullable Object> content = Contents.between(from, to, describe(bridge, called));
        if (content == null) {
            problems.add(new Problem(
                    subject,
                    "it returns " + result(called, bridge) + ", but " + describe(targetType, target) + " returns "
                            + result(target, targetType),
                    "Make the element types agree."));
            return null;
        }
        if (from.carrier() == Carrier.VALUE && to.carrier() == Carrier.VALUE) {
            checkExceptions(subject, called, target, targetType, problems);
        }
        Conversion conversion = Conversion.between(from, to, withoutNullForPrimitive(content, bridge, called));
        return new Match(called, target, conversion);
    }

    private static List<Method> candidates(Class<?> bridge, Method called, Class<?> targetType, String name) {
        List<Method> exact = new ArrayList<>();
        List<Method> assignable = new ArrayList<>();
        for (Method method : MethodIntrospector.selectMethods(targetType, (ReflectionUtils.MethodFilter)
                method -> method.getName().equals(name)
                        && method.getParameterCount() == called.getParameterCount()
                        && !Modifier.isStatic(method.getModifiers())
                        && !Modifier.isPrivate(method.getModifiers()))) {
            boolean isExact = true;
            boolean isAssignable = true;
            for (int i = 0; i < method.getParameterCount(); i++) {
                ResolvableType wanted = ResolvableType.forMethodParameter(method, i, targetType);
                ResolvableType given = ResolvableType.forMethodParameter(called, i, bridge);
                isExact &= wanted.resolve(Object.class) == given.resolve(Object.class);
                isAssignable &= wanted.isAssignableFrom(given)
                        && wanted.resolve(Object.class).isPrimitive()
                                == given.resolve(Object.class).isPrimitive();
            }
            if (isAssignable) {
                (isExact ? exact : assignable).add(method);
            }
        }
        return exact.isEmpty() ? assignable : exact;
    }

    private static Problem unmatched(String subject, Class<?> bridge, Method called, Class<?> targetType, String name) {
        String others = Arrays.stream(ReflectionUtils.getAllDeclaredMethods(targetType))
                .filter(method -> method.getName().equals(name) && !method.isSynthetic())
                .map(method -> describe(targetType, method))
                .distinct()
                .collect(Collectors.joining(" and "));
        return new Problem(
                subject,
                targetType.getSimpleName() + " has no method " + name + parameters(called, bridge)
                        + (others.isEmpty() ? "" : ", but " + others),
                others.isEmpty()
                        ? "Give it the name of a method of " + targetType.getSimpleName()
                                + ", or name that method with @TargetMethod."
                        : "Give it the same parameters.");
    }

    private static void checkExceptions(
            String subject, Method called, Method target, Class<?> targetType, List<Problem> problems) {
        for (Class<?> thrown : target.getExceptionTypes()) {
            boolean checked = !RuntimeException.class.isAssignableFrom(thrown) && !Error.class.isAssignableFrom(thrown);
            if (checked && !ReflectionUtils.declaresException(called, thrown)) {
                problems.add(new Problem(
                        subject,
                        describe(targetType, target) + " may throw " + thrown.getSimpleName()
                                + ", which it does not declare",
                        "Add 'throws " + thrown.getSimpleName() + "'."));
            }
        }
    }

    private static UnaryOperator<@Nullable Object> withoutNullForPrimitive(
            UnaryOperator<@Nullable Object> content, Class<?> bridge, Method called) {
        Class<?> type = called.getReturnType();
        if (!type.isPrimitive() || type == void.class) {
            return content;
        }
        return value -> {
            Object converted = content.apply(value);
            if (converted == null) {
                throw new IllegalStateException(
                        "There is no value for " + describe(bridge, called) + ", which returns " + type.getName());
            }
            return converted;
        };
    }

    static String describe(Class<?> type, Method method) {
        return type.getSimpleName() + "." + method.getName() + parameters(method, type);
    }

    private static String parameters(Method method, Class<?> type) {
        List<String> types = new ArrayList<>();
        for (int i = 0; i < method.getParameterCount(); i++) {
            types.add(simple(ResolvableType.forMethodParameter(method, i, type)));
        }
        return "(" + String.join(", ", types) + ")";
    }

    private static String result(Method method, Class<?> type) {
        return simple(ResolvableType.forMethodReturnType(method, type));
    }

    /** Without the packages, which would hide what matters. */
    private static String simple(ResolvableType type) {
        return type.toString().replaceAll("[\\w.]+[.$](?=\\w)", "");
    }
}
