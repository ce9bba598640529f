package io.smartasync.bridge;

import io.smartasync.plan.Shape;
import java.lang.reflect.Method;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ReactiveAdapter;
import org.springframework.core.ResolvableType;
import org.springframework.util.ClassUtils;

/**
 * What a method returns, taken apart.
 *
 * @param type the class that it returns
 * @param carrier how the content comes
 * @param content the value, or what the future or publisher has in the end; for {@link Carrier#MANY} each element
 * @param adapter converts the publisher, {@code null} if it is none
 */
record ResultType(
        Class<?> type,
        Carrier carrier,
        ResolvableType content,
        @Nullable ReactiveAdapter adapter) {

    /** How a result comes to the caller. */
    enum Carrier {
        VALUE,
        FUTURE,
        /** A publisher of at most one element. */
        SINGLE,
        /** A publisher of any number of elements. */
        MANY
    }

    /** What {@code method} returns to users of {@code type}, which may bind its type variables. */
    static ResultType of(Method method, Class<?> type) {
        ResolvableType declared = ResolvableType.forMethodReturnType(method, type);
        Class<?> returned = Shape.returnType(method, type);
        return switch (Shape.of(returned)) {
            case BLOCKING ->
                new ResultType(
                        returned,
                        Carrier.VALUE,
                        returned.isPrimitive()
                                ? ResolvableType.forClass(ClassUtils.resolvePrimitiveIfNecessary(returned))
                                : declared,
                        null);
            case FUTURE -> new ResultType(returned, Carrier.FUTURE, element(declared), null);
            case PUBLISHER -> {
                ReactiveAdapter adapter = Objects.requireNonNull(Shape.adapter(returned));
                yield new ResultType(
                        returned,
                        adapter.isMultiValue() ? Carrier.MANY : Carrier.SINGLE,
                        adapter.isNoValue() ? ResolvableType.forClass(Void.class) : element(declared),
                        adapter);
            }
        };
    }

    /** The first type argument. */
    static ResolvableType element(ResolvableType declared) {
        ResolvableType element = declared.getGeneric();
        return element == ResolvableType.NONE ? ResolvableType.forClass(Object.class) : element;
    }
}
