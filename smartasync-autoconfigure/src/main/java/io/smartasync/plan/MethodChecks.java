package io.smartasync.plan;

import io.smartasync.SmartAsyncConfigurationException.Problem;
import io.smartasync.Workload;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.springframework.context.annotation.Bean;
import org.springframework.core.ReactiveAdapter;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.scheduling.annotation.Async;
import org.springframework.util.ClassUtils;

/** What can be wrong with an annotated method, found at startup and said in the user's words. */
final class MethodChecks {

    private static final boolean REACTOR =
            ClassUtils.isPresent("reactor.core.publisher.Flux", MethodChecks.class.getClassLoader());

    private MethodChecks() {}

    static String describe(Class<?> beanClass, Method method) {
        return "@SmartAsync method " + ClassUtils.getQualifiedMethodName(method, beanClass);
    }

    static void checkMethod(Class<?> beanClass, Method method, List<Problem> problems) {
        String subject = describe(beanClass, method);
        int modifiers = method.getModifiers();
        if ((Modifier.isPrivate(modifiers) || Modifier.isStatic(modifiers)) && WovenMethods.contains(method)) {
            return; // no proxy is asked
        }
        if (AnnotatedElementUtils.isAnnotated(method, Bean.class)) {
            problems.add(new Problem(
                    subject,
                    "it is a @Bean method, which Spring calls once to make a bean, whose own methods stay as they are",
                    "Annotate the class of that bean, or its methods. If it is a library's, call it through a"
                            + " @SmartAsyncBridge interface."));
            return;
        }
        if (Modifier.isPrivate(modifiers)) {
            problems.add(new Problem(
                    subject,
                    "it is private, so a proxy can't see its calls",
                    "Make it public, or remove @SmartAsync."));
        } else if (Modifier.isStatic(modifiers)) {
            problems.add(new Problem(
                    subject, "it is static, so a proxy can't see its calls", "Remove 'static', or @SmartAsync."));
        } else if (Modifier.isFinal(modifiers)) {
            problems.add(new Problem(
                    subject,
                    "it is final, so it would run on the proxy itself, whose fields are empty",
                    "Remove 'final', or @SmartAsync."));
        } else if (!(Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers))
                && !method.getDeclaringClass().getPackageName().equals(beanClass.getPackageName())) {
            problems.add(new Problem(
                    subject,
                    "it is package-private in another package than the bean's class, so a proxy can't override it and it would"
                            + " run on the proxy itself, whose fields are empty",
                    "Make it protected or public, or remove @SmartAsync."));
        }
        if (isAsync(beanClass, method)) {
            problems.add(new Problem(
                    subject,
                    "@Async applies to it too, and both would move it to another thread",
                    "Remove one of the two; @SmartAsync returns the same futures, and background = true serves void."));
        }
    }

    /** Looks at what the caller gets, be it from the method itself or from the bridge's. */
    static void checkReturn(Subject planned, Workload workload, boolean background, List<Problem> problems) {
        Method method = planned.called();
        Class<?> type = planned.returned();
        Shape shape = planned.shape();
        boolean bridged = !method.equals(planned.method());
        String subject = bridged
                ? "@SmartAsyncBridge method " + ClassUtils.getQualifiedMethodName(method)
                : describe(planned.type(), method);
        if (Suspending.is(method)) {
            checkSuspending(method, subject, workload, background, problems);
            return;
        }
        if (background && type != void.class && bridged) {
            String bridge = method.getDeclaringClass().getSimpleName() + "." + method.getName();
            problems.add(new Problem(
                    describe(planned.type(), planned.method()), // where background stands
                    "background = true, but " + bridge + " returns " + type.getSimpleName()
                            + ", which nobody would receive",
                    "Remove background, or return void from " + bridge + "."));
        } else if (background && type != void.class) {
            problems.add(new Problem(
                    subject,
                    "background = true, but it returns " + type.getSimpleName() + ", which nobody would receive",
                    "Return void, or remove background"
                            + (shape == Shape.BLOCKING
                                    ? " and return CompletableFuture<"
                                            + ClassUtils.resolvePrimitiveIfNecessary(type)
                                                    .getSimpleName() + ">."
                                    : ".")));
        }
        if (workload != Workload.NON_BLOCKING
                && Shape.isFlow(Shape.returnType(planned.method(), planned.type()))
                && !Shape.isFlow(type)) {
            problems.add(new Problem(
                    subject,
                    "it makes a " + type.getSimpleName() + " of a Flow, so that its coroutine would leave the executor",
                    "Return Flow, or declare workload = NON_BLOCKING on " + planned + "."));
        }
        switch (shape) {
            case BLOCKING -> {}
            case FUTURE -> {
                if (workload != Workload.NON_BLOCKING && !type.isAssignableFrom(CompletableFuture.class)) {
                    problems.add(new Problem(
                            subject,
                            "it returns " + type.getSimpleName() + ", which no other thread can complete for it",
                            "Return CompletableFuture, CompletionStage or Future; or, if the body never blocks, declare"
                                    + " workload = NON_BLOCKING."));
                }
            }
            case PUBLISHER -> {
                ReactiveAdapter adapter = Shape.adapter(type);
                if (adapter == null || !type.isAssignableFrom(adapter.getReactiveType())) {
                    problems.add(new Problem(
                            subject,
                            "it returns " + type.getSimpleName() + ", which can't be subscribed to later in its place",
                            "Return "
                                    + (adapter == null
                                            ? "Mono or Flux"
                                            : adapter.getReactiveType().getSimpleName()) + "."));
                } else if (!REACTOR) {
                    problems.add(new Problem(
                            subject,
                            "it returns a publisher, but Reactor is not on the class path",
                            "Add io.projectreactor:reactor-core."));
                }
            }
        }
    }

    /** Operators run where the elements come from, whoever subscribes; a coroutine goes back to its own threads. */
    static void checkArguments(Subject planned, Workload workload, List<Problem> doubts) {
        if (workload == Workload.NON_BLOCKING
                || planned.shape() != Shape.PUBLISHER
                || planned.isSuspending()
                || Shape.isFlow(planned.returned())) {
            return;
        }
        for (Class<?> argument : planned.method().getParameterTypes()) {
            if (Shape.of(argument) == Shape.PUBLISHER && !Shape.isFlow(argument)) {
                doubts.add(new Problem(
                        describe(planned.type(), planned.method()),
                        "may block (workload = " + workload + "), but what it does with the elements of the "
                                + argument.getSimpleName()
                                + " that it is given runs where these are emitted, such as on the event loop that reads the"
                                + " body of a request, and not on an executor",
                        "Take the element itself and call the method with flatMap; or declare workload = NON_BLOCKING, if"
                                + " nothing blocks."));
                return;
            }
        }
    }

    private static void checkSuspending(
            Method method, String subject, Workload workload, boolean background, List<Problem> problems) {
        if (background) {
            problems.add(new Problem(
                    subject,
                    "background = true, but it is a suspending function, for whose end its caller waits",
                    "Remove 'suspend', or background."));
        }
        if (!Suspending.SUPPORTED) {
            problems.add(new Problem(
                    subject,
                    "it is a suspending function, and what Spring's proxies need for these is not on the class path",
                    "Add org.jetbrains.kotlinx:kotlinx-coroutines-reactor and org.jetbrains.kotlin:kotlin-reflect."));
        } else if (workload != Workload.NON_BLOCKING && Shape.of(Suspending.result(method)) == Shape.PUBLISHER) {
            problems.add(new Problem(
                    subject,
                    "it suspends and returns "
                            + Suspending.result(method).getSimpleName()
                            + ", whose elements could not be made on the executor",
                    "Remove 'suspend', or declare workload = NON_BLOCKING."));
        }
    }

    private static boolean isAsync(Class<?> beanClass, Method method) {
        return AnnotatedElementUtils.hasAnnotation(method, Async.class)
                || AnnotatedElementUtils.hasAnnotation(beanClass, Async.class);
    }
}
