package io.smartasync.autoconfigure;

import io.smartasync.execution.ExecutorDirectory;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.aspectj.MethodInvocationProceedingJoinPoint;
import org.springframework.aop.framework.ReflectiveMethodInvocation;
import org.springframework.aot.hint.ExecutableMode;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.ReflectionHints;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.aot.hint.TypeReference;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.util.ClassUtils;

/** What the library itself reaches by name, for a native image; what beans and bridges need is said for each of them. */
final class SmartAsyncRuntimeHints implements RuntimeHintsRegistrar {

    /** A native image that does not know them would take the libraries for absent. */
    private static final List<String> LOOKED_FOR = List.of(
            "io.micrometer.context.ContextSnapshotFactory",
            "io.netty.util.concurrent.FastThreadLocalThread",
            "io.smartasync.aspectj.SmartAsyncWeaving",
            "io.vertx.core.Context",
            "jakarta.servlet.ServletRequest",
            "kotlinx.coroutines.flow.Flow",
            "kotlinx.coroutines.reactor.MonoKt",
            "org.reactivestreams.Publisher",
            "org.slf4j.MDC",
            "org.springframework.security.core.context.SecurityContext",
            "org.springframework.transaction.support.TransactionSynchronizationManager",
            "org.springframework.web.context.request.RequestContextHolder",
            "org.xnio.XnioIoThread",
            "reactor.core.publisher.Flux",
            "reactor.core.publisher.Mono",
            "reactor.core.scheduler.Schedulers");

    /** Made by name, since the class of the second names the servlet API. */
    private static final List<String> MADE =
            List.of("org.springframework.web.context.request.RequestAttributesThreadLocalAccessor");

    @Override
    public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
        ReflectionHints reflection = hints.reflection();
        LOOKED_FOR.forEach(type -> reflection.registerTypeIfPresent(classLoader, type));
        MADE.forEach(type ->
                reflection.registerTypeIfPresent(classLoader, type, MemberCategory.INVOKE_DECLARED_CONSTRUCTORS));
        reflection.registerType(
                MethodInvocationProceedingJoinPoint.class, joinPoint -> joinPoint.withField("methodInvocation"));
        reflection.registerType(ReflectiveMethodInvocation.class, invocation -> invocation
                .withField("interceptorsAndDynamicMethodMatchers")
                .withField("currentInterceptorIndex"));
        reflection.registerType(
                SimpleAsyncTaskExecutor.class, executor -> executor.withField(ExecutorDirectory.REJECTS));
        reflection.registerType(
                ExecutorRegistrar.Factory.class,
                factory -> factory.withMethod(
                        ExecutorRegistrar.FACTORY_METHOD,
                        List.of(TypeReference.of(String.class)),
                        ExecutableMode.INVOKE));
        if (ClassUtils.isPresent("java.lang.Thread$Builder", classLoader)) {
            registerVirtualThreads(reflection);
        }
        hints.resources()
                .registerPattern("io/smartasync/actuate/page.*")
                .registerPattern("io/smartasync/actuate/no-chart.js")
                .registerPattern("META-INF/resources/webjars/chart.js/*/dist/chart.umd.min.js");
    }

    private static void registerVirtualThreads(ReflectionHints hints) {
        hints.registerType(Thread.class, thread -> thread.withMethod("isVirtual", List.of(), ExecutableMode.INVOKE)
                .withMethod("ofVirtual", List.of(), ExecutableMode.INVOKE));
        hints.registerType(TypeReference.of("java.lang.Thread$Builder"), MemberCategory.INVOKE_PUBLIC_METHODS);
        hints.registerType(
                Executors.class,
                executors -> executors.withMethod(
                        "newThreadPerTaskExecutor",
                        List.of(TypeReference.of(ThreadFactory.class)),
                        ExecutableMode.INVOKE));
    }
}
