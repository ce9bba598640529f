package io.smartasync.bridge;

import io.smartasync.execution.BoundMethod;
import io.smartasync.execution.SmartAsyncEngine;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a bridge does when it is called: one look-up, then the engine. */
final class BridgeHandler implements InvocationHandler {

    private static final Object[] NO_ARGUMENTS = {};

    private final String name;
    private final SmartAsyncEngine engine;
    private final Map<Method, Bridged> methods;

    /** One method of a bridge. */
    record Bridged(BoundMethod method, BridgeBody body) {}

    BridgeHandler(String name, SmartAsyncEngine engine, Map<Method, Bridged> methods) {
        this.name = name;
        this.engine = engine;
        this.methods = Map.copyOf(methods);
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) throws Throwable {
        Object[] given = arguments == null ? NO_ARGUMENTS : arguments;
        Bridged bridged = methods.get(method);
        if (bridged != null) {
            return engine.invoke(bridged.method(), bridged.body(), given);
        }
        if (method.isDefault()) {
            return InvocationHandler.invokeDefault(proxy, method, given);
        }
        return switch (method.getName()) {
            case "equals" -> proxy == given[0];
            case "hashCode" -> System.identityHashCode(proxy);
            default -> name;
        };
    }
}
