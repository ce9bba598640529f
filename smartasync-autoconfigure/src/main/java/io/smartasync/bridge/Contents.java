package io.smartasync.bridge;

import io.smartasync.bridge.ResultType.Carrier;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ResolvableType;

/** Converts the content of results: between one value, an {@code Optional}, and the ways to hold many. */
final class Contents {

    /** Leaves the content as it is. */
    static final UnaryOperator<@Nullable Object> AS_IT_IS = UnaryOperator.identity();

    /** What holds the elements. */
    private enum Holder {
        NONE,
        OPTIONAL,
        LIST,
        SET,
        STREAM
    }

    private static final Map<Class<?>, Holder> HOLDERS = Map.of(
            Optional.class, Holder.OPTIONAL,
            List.class, Holder.LIST,
            Collection.class, Holder.LIST,
            Iterable.class, Holder.LIST,
            Set.class, Holder.SET,
            Stream.class, Holder.STREAM);

    private Contents() {}

    /**
     * A conversion from what {@code from} has to what {@code to} has, for a publisher of many to or from a list;
     * {@code null} if their elements do not match.
     *
     * @param bridge the method that returns {@code to}, for errors
     */
    static @Nullable UnaryOperator<@Nullable Object> between(ResultType from, ResultType to, String bridge) {
        boolean fromMany = from.carrier() == Carrier.MANY;
        boolean toMany = to.carrier() == Carrier.MANY;
        if (fromMany == toMany && to.content().isAssignableFrom(from.content())) {
            return AS_IT_IS;
        }
        Holder source = fromMany ? Holder.LIST : holder(from.content());
        Holder target = toMany ? Holder.LIST : holder(to.content());
        if ((source == Holder.NONE && target == Holder.NONE)
                || (fromMany && toMany)
                || !element(to, target).isAssignableFrom(element(from, source))) {
            return null;
        }
        return content -> hold(elements(content), target, bridge);
    }

    private static Holder holder(ResolvableType content) {
        return HOLDERS.getOrDefault(content.resolve(Object.class), Holder.NONE);
    }

    private static ResolvableType element(ResultType type, Holder holder) {
        return type.carrier() == Carrier.MANY || holder == Holder.NONE
                ? type.content()
                : ResultType.element(type.content());
    }

    private static Collection<?> elements(@Nullable Object content) {
        if (content == null) {
            return List.of();
        }
        if (content instanceof Optional<?> optional) {
            return optional.stream().toList();
        }
        if (content instanceof Stream<?> stream) {
            try (stream) {
                return stream.toList();
            }
        }
        if (content instanceof Collection<?> collection) {
            return collection;
        }
        if (content instanceof Iterable<?> iterable) {
            List<Object> elements = new ArrayList<>();
            iterable.forEach(elements::add);
            return elements;
        }
        return List.of(content);
    }

    private static @Nullable Object hold(Collection<?> elements, Holder holder, String bridge) {
        return switch (holder) {
            case NONE -> single(elements, bridge);
            case OPTIONAL -> Optional.ofNullable(single(elements, bridge));
            case LIST -> elements instanceof List<?> list ? list : new ArrayList<>(elements);
            case SET -> elements instanceof Set<?> set ? set : new LinkedHashSet<>(elements);
            case STREAM -> elements.stream();
        };
    }

    private static @Nullable Object single(Collection<?> elements, String bridge) {
        if (elements.size() > 1) {
            throw new IllegalStateException(bridge + " returns a single value, but its target gave " + elements.size()
                    + " elements. Let it return a List, Flux or Stream.");
        }
        return elements.isEmpty() ? null : elements.iterator().next();
    }
}
