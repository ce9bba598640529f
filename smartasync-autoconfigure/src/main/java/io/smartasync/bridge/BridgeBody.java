package io.smartasync.bridge;

import io.smartasync.execution.Body;
import io.smartasync.execution.BoundMethod;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;
import org.springframework.util.ReflectionUtils;

/** The body of a call of a bridge: the target's method, with what stands around it (transactions, caches, security). */
final class BridgeBody implements Body<Object[]> {

    private static final MethodType GENERIC = MethodType.methodType(Object.class, Object.class, Object[].class);

    private final Object bean;
    private final MethodHandle target;
    private final Body<Object[]> call = this::call;
    private final Conversion conversion;
    private final @Nullable BoundMethod intercepted;

    /**
     * Prepares calls of {@code method}.
     *
     * @param bean the target
     * @param intercepted what the target's own interception knows the method as, {@code null} if it has none
     */
    BridgeBody(Object bean, Method method, Conversion conversion, @Nullable BoundMethod intercepted) {
        this(bean, handle(method), conversion, intercepted);
    }

    private BridgeBody(Object bean, MethodHandle target, Conversion conversion, @Nullable BoundMethod intercepted) {
        this.bean = bean;
        this.target = target;
        this.conversion = conversion;
        this.intercepted = intercepted;
    }

    private static MethodHandle handle(Method method) {
        ReflectionUtils.makeAccessible(method);
        try {
            return generic(MethodHandles.lookup().unreflect(method));
        } catch (IllegalAccessException ex) {
            throw new IllegalStateException("Can't call " + method, ex);
        }
    }

    /** The same method, to be called with its receiver and an array of all arguments. */
    static MethodHandle generic(MethodHandle method) {
        return method.asFixedArity()
                .asSpreader(Object[].class, method.type().parameterCount() - 1)
                .asType(GENERIC);
    }

    /** The same calls of another bean of the same class. */
    BridgeBody over(Object other) {
        return new BridgeBody(other, target, conversion, intercepted);
    }

    @Override
    public @Nullable Object proceed(Object[] arguments) throws Throwable {
        Object result = intercepted == null ? call(arguments) : intercepted.callThrough(call, arguments);
        return conversion.apply(result);
    }

    @Override
    public @Nullable Object[] arguments(Object[] arguments) {
        return arguments;
    }

    private @Nullable Object call(Object[] arguments) throws Throwable {
        return (Object) target.invokeExact(bean, arguments);
    }
}
