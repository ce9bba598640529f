package io.smartasync.bridge;

import io.smartasync.execution.BoundMethod;
import io.smartasync.execution.SmartAsyncEngine;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What a bridge does when it is called: one look-up, then the engine. */
final class BridgeHandler implements InvocationHandler {

    private static final Object[] NO_ARGUMENTS = {};

    private final String name;
    private final SmartAsyncEngine engine;
    private final Function<Method, @Nullable Bridged> methods;
    private final Map<Method, MethodHandle> defaults = new HashMap<>();

    /** One method of a bridge. */
    record Bridged(BoundMethod method, BridgeBody body) {

        /** The same method of another bean of the same class. */
        Bridged over(Object bean) {
            return new Bridged(method, body.over(bean));
        }
    }

    BridgeHandler(Class<?> bridge, String name, SmartAsyncEngine engine, Function<Method, @Nullable Bridged> methods) {
        this.name = name;
        this.engine = engine;
        this.methods = methods;
        for (Method method : bridge.getMethods()) {
            if (method.isDefault()) {
                defaults.put(method, handle(bridge, method));
            }
        }
    }

    /** With the rights of the bridge, or of what it inherits from: either may be package-private, and so hidden from here. */
    private static MethodHandle handle(Class<?> bridge, Method method) {
        Class<?> declaring = method.getDeclaringClass();
        Class<?> caller = Modifier.isPublic(declaring.getModifiers()) ? bridge : declaring; // the JDK's own give none
        try {
            return BridgeBody.generic(MethodHandles.privateLookupIn(caller, MethodHandles.lookup())
                    .unreflectSpecial(method, caller));
        } catch (IllegalAccessException ex) {
            throw new IllegalStateException("Can't call " + method, ex);
        }
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) throws Throwable {
        Object[] given = arguments == null ? NO_ARGUMENTS : arguments;
        Bridged bridged = methods.apply(method);
        if (bridged != null) {
            return engine.invoke(bridged.method(), bridged.body(), given);
        }
        MethodHandle ownMethod = defaults.get(method);
        if (ownMethod != null) {
            return (Object) ownMethod.invokeExact(proxy, given);
        }
        return switch (method.getName()) {
            case "equals" -> proxy == given[0];
            case "hashCode" -> System.identityHashCode(proxy);
            default -> name;
        };
    }
}
