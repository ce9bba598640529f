package io.smartasync.test;

import io.smartasync.Caller;
import java.lang.reflect.Method;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.DynamicTestInvocationContext;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.junit.platform.commons.support.AnnotationSupport;

/** Does what {@link CallerThread} says. */
final class CallerThreadExtension implements InvocationInterceptor {

    /** Milliseconds that an interrupted test has before what comes after it runs beside it. */
    private static final long TO_CLEAN_UP = 5_000;

    @Override
    public void interceptTestMethod(
            Invocation<@Nullable Void> invocation,
            ReflectiveInvocationContext<Method> invocationContext,
            ExtensionContext extensionContext)
            throws Throwable {
        run(invocation, extensionContext);
    }

    @Override
    public void interceptTestTemplateMethod(
            Invocation<@Nullable Void> invocation,
            ReflectiveInvocationContext<Method> invocationContext,
            ExtensionContext extensionContext)
            throws Throwable {
        run(invocation, extensionContext);
    }

    @Override
    public void interceptDynamicTest(
            Invocation<@Nullable Void> invocation,
            DynamicTestInvocationContext invocationContext,
            ExtensionContext extensionContext)
            throws Throwable {
        run(invocation, extensionContext);
    }

    private static void run(Invocation<@Nullable Void> invocation, ExtensionContext context) throws Throwable {
        AtomicReference<@Nullable Throwable> thrown = new AtomicReference<>();
        Thread thread = CallerThreads.of(caller(context), () -> {
            try {
                invocation.proceed();
            } catch (Throwable ex) {
                thrown.set(ex);
            }
        });
        thread.setContextClassLoader(Thread.currentThread().getContextClassLoader());
        thread.start();
        try {
            thread.join();
        } catch (InterruptedException ex) {
            thread.interrupt(); // JUnit's timeout speaks to the thread that it knows
            thread.join(TO_CLEAN_UP);
            throw ex;
        }
        Throwable failure = thrown.get();
        if (failure != null) {
            throw failure;
        }
    }

    private static Caller caller(ExtensionContext context) {
        ExtensionContext known = context;
        while (known.getTestMethod().isEmpty() && known.getParent().isPresent()) {
            known = known.getParent().get(); // a dynamic test has only that of its factory
        }
        Optional<CallerThread> annotation = AnnotationSupport.findAnnotation(known.getTestMethod(), CallerThread.class);
        Optional<ExtensionContext> around =
                Optional.of(known); // a nested class that is inherited stands in another one
        while (annotation.isEmpty() && around.isPresent()) {
            annotation = AnnotationSupport.findAnnotation(around.get().getTestClass(), CallerThread.class);
            around = around.get().getParent();
        }
        return annotation
                .map(CallerThread::value)
                .orElseThrow(() -> new ExtensionConfigurationException("No @CallerThread on " + context.getUniqueId()));
    }
}
