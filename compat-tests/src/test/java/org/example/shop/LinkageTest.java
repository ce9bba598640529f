package org.example.shop;

import static org.assertj.core.api.Assertions.assertThat;

import io.smartasync.SmartAsync;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.asm.ClassReader;
import org.springframework.asm.ClassVisitor;
import org.springframework.asm.FieldVisitor;
import org.springframework.asm.Handle;
import org.springframework.asm.Label;
import org.springframework.asm.MethodVisitor;
import org.springframework.asm.SpringAsmInfo;
import org.springframework.asm.Type;

/**
 * Every class, method and field that the code of the library names exists on this Boot line, with the very parameters and
 * results that it was compiled against. This finds what no handler of the application happens to reach.
 */
@Timeout(60)
class LinkageTest {

    /** What this application lacks by choice. */
    private static final Set<String> ABSENT =
            Set.of("io.vertx.", "org.springframework.security.", "io.smartasync.execution.ReactorSecurity");

    private final ClassLoader classLoader = getClass().getClassLoader();
    private final Set<String> missing = new TreeSet<>();
    private int checked;

    @Test
    void allThatTheLibraryNamesIsThere() throws Exception {
        Path jar = Path.of(SmartAsync.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        try (JarFile file = new JarFile(jar.toFile())) {
            file.stream()
                    .filter(entry -> entry.getName().endsWith(".class"))
                    .filter(entry -> !entry.getName().endsWith("package-info.class"))
                    .forEach(entry -> {
                        try (InputStream in = file.getInputStream(entry)) {
                            new ClassReader(in).accept(new Classes(), ClassReader.SKIP_DEBUG);
                        } catch (IOException ex) {
                            throw new UncheckedIOException(ex);
                        }
                    });
        }
        assertThat(missing).isEmpty();
        assertThat(checked).isGreaterThan(1000);
    }

    private void type(Type type, String user) {
        if (type.getSort() == Type.ARRAY) {
            type(type.getElementType(), user);
        } else if (type.getSort() == Type.METHOD) {
            signature(type.getDescriptor(), user);
        } else if (type.getSort() == Type.OBJECT) {
            find(type, user);
        }
    }

    private void signature(String descriptor, String user) {
        type(Type.getReturnType(descriptor), user);
        for (Type argument : Type.getArgumentTypes(descriptor)) {
            type(argument, user);
        }
    }

    private Class<?> find(Type type, String user) {
        String name = type.getClassName();
        if (ABSENT.stream().anyMatch(name::startsWith)) {
            return null;
        }
        checked++;
        try {
            return Class.forName(type.getInternalName().replace('/', '.'), false, classLoader);
        } catch (ClassNotFoundException | LinkageError ex) {
            missing.add(name + ", used by " + user);
            return null;
        }
    }

    private void member(String owner, String name, String descriptor, String user) {
        Type type = Type.getObjectType(owner);
        if (type.getSort() == Type.ARRAY) {
            return;
        }
        Class<?> found = find(type, user);
        // The compiler makes up the parameters of what a method handle is called with
        if (found == null || found == MethodHandle.class || found == VarHandle.class) {
            return;
        }
        try {
            boolean there = hierarchy(found)
                    .flatMap(each -> Stream.concat(
                            Arrays.stream(each.getDeclaredFields()).map(LinkageTest::signature),
                            Stream.concat(
                                            Arrays.stream(each.getDeclaredMethods()),
                                            each == found
                                                    ? Arrays.stream(each.getDeclaredConstructors())
                                                    : Stream.empty())
                                    .map(LinkageTest::signature)))
                    .anyMatch((name + descriptor)::equals);
            if (!there) {
                missing.add(type.getClassName() + "#" + name + descriptor + ", used by " + user);
            }
        } catch (LinkageError ex) {
            missing.add(type.getClassName() + " (" + ex + "), used by " + user);
        }
    }

    private static Stream<Class<?>> hierarchy(Class<?> type) {
        ArrayList<Class<?>> all = new ArrayList<>();
        all.add(type.isInterface() ? Object.class : type);
        collect(type, all);
        return all.stream().distinct();
    }

    private static void collect(Class<?> type, ArrayList<Class<?>> all) {
        all.add(type);
        if (type.getSuperclass() != null) {
            collect(type.getSuperclass(), all);
        }
        for (Class<?> each : type.getInterfaces()) {
            collect(each, all);
        }
    }

    private static String signature(Field field) {
        return field.getName() + Type.getDescriptor(field.getType());
    }

    private static String signature(Executable executable) {
        return executable instanceof Method method
                ? method.getName() + Type.getMethodDescriptor(method)
                : "<init>" + Type.getConstructorDescriptor((Constructor<?>) executable);
    }

    private final class Classes extends ClassVisitor {

        private String user = "";

        Classes() {
            super(SpringAsmInfo.ASM_VERSION);
        }

        @Override
        public void visit(int version, int access, String name, String signature, String parent, String[] interfaces) {
            user = name.replace('/', '.');
            find(Type.getObjectType(parent), user);
            for (String each : interfaces) {
                find(Type.getObjectType(each), user);
            }
        }

        @Override
        public FieldVisitor visitField(int access, String name, String descriptor, String signature, Object value) {
            type(Type.getType(descriptor), user);
            return null;
        }

        @Override
        public MethodVisitor visitMethod(
                int access, String name, String descriptor, String signature, String[] thrown) {
            signature(descriptor, user);
            return new Code(user + "#" + name);
        }
    }

    private final class Code extends MethodVisitor {

        private final String user;

        Code(String user) {
            super(SpringAsmInfo.ASM_VERSION);
            this.user = user;
        }

        @Override
        public void visitTypeInsn(int opcode, String type) {
            type(Type.getObjectType(type), user);
        }

        @Override
        public void visitFieldInsn(int opcode, String owner, String name, String descriptor) {
            member(owner, name, descriptor, user);
        }

        @Override
        public void visitMethodInsn(int opcode, String owner, String name, String descriptor, boolean isInterface) {
            member(owner, name, descriptor, user);
        }

        @Override
        public void visitInvokeDynamicInsn(String name, String descriptor, Handle bootstrap, Object... arguments) {
            type(Type.getMethodType(descriptor), user);
            for (Object argument : arguments) {
                if (argument instanceof Handle handle) {
                    member(handle.getOwner(), handle.getName(), handle.getDesc(), user);
                } else if (argument instanceof Type type) {
                    type(type, user);
                }
            }
        }

        @Override
        public void visitLdcInsn(Object value) {
            if (value instanceof Type type) {
                type(type, user);
            }
        }

        @Override
        public void visitTryCatchBlock(Label start, Label end, Label handler, String type) {
            if (type != null) {
                type(Type.getObjectType(type), user);
            }
        }
    }
}
