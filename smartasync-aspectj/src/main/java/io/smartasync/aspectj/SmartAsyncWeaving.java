package io.smartasync.aspectj;

import io.smartasync.execution.Body;
import io.smartasync.execution.BoundMethod;
import io.smartasync.execution.MethodRegistry;
import io.smartasync.execution.SmartAsyncEngine;
import io.smartasync.plan.Subject;
import java.lang.reflect.Method;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.aspectj.lang.ProceedingJoinPoint;
import org.aspectj.lang.annotation.Around;
import org.aspectj.lang.annotation.Aspect;
import org.aspectj.lang.annotation.DeclarePrecedence;
import org.aspectj.lang.reflect.MethodSignature;
import org.jspecify.annotations.Nullable;

/**
 * The aspect to weave. Hands each call that no proxy has decided to the engine of the application.
 *
 * <p>AspectJ knows one aspect per class loader, so it serves the application context that was started last and is not closed
 * yet. Without any, woven methods run as they are written.
 */
@Aspect
@DeclarePrecedence("org.springframework.security..*, io.smartasync.aspectj.SmartAsyncWeaving, *")
public final class SmartAsyncWeaving {

    private static final SmartAsyncWeaving INSTANCE = new SmartAsyncWeaving();

    private static final Body<ProceedingJoinPoint> BODY = new JoinPoints();

    private final List<Application> applications = new CopyOnWriteArrayList<>();

    /** Where calls go to. */
    record Application(Supplier<MethodRegistry> methods, Supplier<SmartAsyncEngine> engine) {}

    /** A join point holds its place among the advice itself, for all threads and any number of times. */
    private static final class JoinPoints implements Body<ProceedingJoinPoint> {

        @Override
        public @Nullable Object proceed(ProceedingJoinPoint joinPoint) throws Throwable {
            return joinPoint.proceed();
        }

        @Override
        public @Nullable Object[] arguments(ProceedingJoinPoint joinPoint) {
            return joinPoint.getArgs();
        }
    }

    private SmartAsyncWeaving() {}

    /** What woven code calls. Written by hand, so that this class need not be woven itself. */
    public static SmartAsyncWeaving aspectOf() {
        return INSTANCE;
    }

    /** What woven code may ask. */
    public static boolean hasAspect() {
        return true;
    }

    void connect(Application application) {
        applications.add(application);
    }

    void disconnect(Application application) {
        applications.remove(application);
    }

    /** Runs one call. */
    @Around("(execution(@io.smartasync.SmartAsync * *(..))"
            + " || execution(@(@io.smartasync.SmartAsync *) * *(..))"
            + " || execution(!private !static * (@io.smartasync.SmartAsync *).*(..))"
            + " || execution(!private !static * (@(@io.smartasync.SmartAsync *) *).*(..)))"
            + " && !execution(* java.lang.Object.*(..))"
            + " && !within(*..*$$SpringCGLIB$$*)") // proxies, which are classes that are loaded too
    public @Nullable Object run(ProceedingJoinPoint joinPoint) throws Throwable {
        return call(joinPoint);
    }

    /** The same, in a method of its own: AspectJ may copy advice into woven classes, which see nothing but this. */
    public @Nullable Object call(ProceedingJoinPoint joinPoint) throws Throwable {
        Application application = last();
        if (application == null) {
            return joinPoint.proceed();
        }
        Method method = ((MethodSignature) joinPoint.getSignature()).getMethod();
        Object target = joinPoint.getTarget();
        Class<?> type = target == null ? method.getDeclaringClass() : target.getClass();
        BoundMethod bound = application.methods().get().get(type, method);
        Subject subject = bound.plan().subject();
        return subject.method().equals(method) && !subject.isSuspending()
                ? application.engine().get().invoke(bound, BODY, joinPoint)
                : joinPoint.proceed(); // super.find(..) within the body of find, or what only a proxy can suspend
    }

    private @Nullable Application last() {
        Application last = null;
        for (Application application : applications) {
            last = application;
        }
        return last;
    }
}
