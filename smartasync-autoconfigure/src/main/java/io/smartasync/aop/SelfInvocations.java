package io.smartasync.aop;

import io.smartasync.SmartAsyncConfigurationException.Problem;
import io.smartasync.aop.ThisCalls.Call;
import io.smartasync.plan.AnnotatedMethods;
import io.smartasync.plan.WovenMethods;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.springframework.core.BridgeMethodResolver;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/**
 * Finds the calls that a bean makes of its own {@code @SmartAsync} methods, which no proxy sees. Reads the class files of
 * its class, superclasses and interfaces, of those beans only that have such methods.
 *
 * <p>A method that calls itself, or what it overrides, means just that and is not reported.
 */
public final class SelfInvocations {

    private final Class<?> beanClass;
    private final Map<String, Method> annotated = new HashMap<>();
    private final Set<String> overridden = new HashSet<>();
    private final Set<String> calledBySubclass = new HashSet<>();
    private final Map<List<Object>, Problem> problems = new LinkedHashMap<>();

    private SelfInvocations(Class<?> beanClass) {
        this.beanClass = beanClass;
    }

    /** One problem for each pair of a method and the {@code @SmartAsync} method that it calls. */
    public static List<Problem> of(Class<?> beanClass) {
        Set<Method> methods = new HashSet<>(Proxy.isProxyClass(beanClass) ? Set.of() : AnnotatedMethods.of(beanClass));
        methods.removeIf(method -> WovenMethods.contains(method) || isForItselfOnly(method, beanClass));
        if (methods.isEmpty()) {
            return List.of();
        }
        Set<Class<?>> types = types(beanClass);
        Set<String> names = new HashSet<>();
        methods.forEach(method -> names.add(method.getName()));
        Map<Class<?>, ClassReader> files = new LinkedHashMap<>();
        for (Class<?> type : types) {
            // What Spring's classes call nobody can change
            ClassReader file =
                    hasCode(type) && !AnnotatedMethods.isOfFramework(type.getName()) ? ThisCalls.file(type) : null;
            if (file != null) {
                files.put(type, file);
            }
        }
        if (files.values().stream().noneMatch(file -> ThisCalls.areConceivable(file, names))) {
            return List.of();
        }
        SelfInvocations found = new SelfInvocations(beanClass);
        types.forEach(type -> found.addNames(type, methods));
        files.forEach(found::read);
        return List.copyOf(found.problems.values());
    }

    /** The hook of a template, or a helper, that the annotation of the type covers: nobody means to call it through a proxy. */
    private static boolean isForItselfOnly(Method method, Class<?> beanClass) {
        return !Modifier.isPublic(method.getModifiers())
                && !AnnotatedMethods.onMethod(method, beanClass).isPresent();
    }

    /** All that has code of the bean, from itself upwards. */
    private static Set<Class<?>> types(Class<?> beanClass) {
        Set<Class<?>> types = new LinkedHashSet<>();
        for (Class<?> type = beanClass; type != null; type = type.getSuperclass()) {
            types.add(type);
        }
        types.addAll(ClassUtils.getAllInterfacesForClassAsSet(beanClass));
        types.removeIf(
                type -> type.getName().startsWith("java.") || type.getName().startsWith("javax."));
        return types;
    }

    /** Under whichever name and signature a call may reach an annotated method. */
    private void addNames(Class<?> type, Set<Method> methods) {
        for (Method method : ReflectionUtils.getDeclaredMethods(type)) {
            if (methods.stream().anyMatch(own -> own.getName().equals(method.getName()))) {
                Method own = BridgeMethodResolver.getMostSpecificMethod(method, beanClass);
                if (methods.contains(own)) {
                    annotated.put(method.getName() + Type.getMethodDescriptor(method), own);
                }
            }
        }
    }

    private void read(Class<?> type, ClassReader classFile) {
        ThisCalls file = ThisCalls.of(classFile);
        if (file == null) {
            return;
        }
        Map<String, Set<String>> callersOfParts = file.calls().stream()
                .filter(call -> call.handedOn() && has(file, call.callee(), Opcodes.ACC_SYNTHETIC | Opcodes.ACC_STATIC))
                .collect(Collectors.groupingBy(Call::callee, Collectors.mapping(Call::caller, Collectors.toSet())));
        for (Call call : file.calls()) {
            for (String caller : methodsAround(call.caller(), callersOfParts)) {
                look(call, caller, file, type);
            }
        }
        overridden.addAll(file.methods().keySet());
    }

    /** Which methods of the source run a part that the compiler made a method of, such as a lambda. */
    private static Set<String> methodsAround(String part, Map<String, Set<String>> callersOfParts) {
        Set<String> found = new LinkedHashSet<>(Set.of(part));
        Deque<String> parts = new ArrayDeque<>(found);
        while (!parts.isEmpty()) {
            for (String caller : callersOfParts.getOrDefault(parts.remove(), Set.of())) {
                if (found.add(caller)) {
                    parts.add(caller);
                }
            }
        }
        found.removeAll(callersOfParts.keySet());
        return found;
    }

    private void look(Call call, String caller, ThisCalls file, Class<?> type) {
        if (!runs(file, caller) || has(file, caller, Opcodes.ACC_STATIC)) { // to which nobody hands `this`
            return;
        }
        if (call.nonVirtual()) {
            calledBySubclass.add(call.callee());
        }
        Method callee = annotated.get(call.callee());
        if (callee != null
                && !callee.equals(annotated.get(caller))
                && !has(file, caller, Opcodes.ACC_BRIDGE) // the compiler's second signature of the callee
                && reaches(call, file, type, callee)) {
            add(type, caller, file.source(), call.line(), callee);
        }
    }

    /** Whether a method of a superclass is still there for the bean. */
    private boolean runs(ThisCalls file, String method) {
        return !overridden.contains(method)
                || calledBySubclass.contains(method)
                || has(file, method, Opcodes.ACC_PRIVATE);
    }

    private static boolean reaches(Call call, ThisCalls file, Class<?> type, Method callee) {
        return call.nonVirtual()
                ? callee.getDeclaringClass() != type
                        && callee.getDeclaringClass().isAssignableFrom(type)
                : !has(file, call.callee(), Opcodes.ACC_PRIVATE);
    }

    private static boolean hasCode(Class<?> type) {
        return !type.isInterface() || Arrays.stream(type.getDeclaredMethods()).anyMatch(SelfInvocations::hasCode);
    }

    private static boolean hasCode(Method method) {
        return !Modifier.isAbstract(method.getModifiers()) && !Modifier.isStatic(method.getModifiers());
    }

    private static boolean has(ThisCalls file, String method, int flag) {
        return (file.methods().getOrDefault(method, 0) & flag) != 0;
    }

    private void add(Class<?> type, String caller, String source, int line, Method callee) {
        problems.computeIfAbsent(List.of(type, caller, callee), pair -> {
            String name = caller.substring(0, caller.indexOf('('));
            String place = source.isEmpty() ? "" : "(" + source + (line == 0 ? "" : ":" + line) + ")";
            return new Problem(
                    type.getName() + "." + name + place,
                    "calls the @SmartAsync method " + text(callee)
                            + " on itself, past the proxy: the body runs on the thread that it is called on, without"
                            + " timeout and timer",
                    "Call it through an injected bridge or reference to its own bean, move it to another bean, or let AspectJ"
                            + " weave it. smartasync.self-invocation=ignore turns this check off.");
        });
    }

    private String text(Method callee) {
        return Arrays.stream(callee.getParameterTypes())
                .map(Class::getSimpleName)
                .collect(Collectors.joining(
                        ", ", ClassUtils.getShortName(beanClass) + "." + callee.getName() + "(", ")"));
    }
}
