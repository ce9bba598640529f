package io.smartasync.aop;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.Handle;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.InvokeDynamicInsnNode;
import org.objectweb.asm.tree.LineNumberNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.MethodNode;
import org.objectweb.asm.tree.VarInsnNode;
import org.objectweb.asm.tree.analysis.Analyzer;
import org.objectweb.asm.tree.analysis.AnalyzerException;
import org.objectweb.asm.tree.analysis.BasicInterpreter;
import org.objectweb.asm.tree.analysis.BasicValue;
import org.objectweb.asm.tree.analysis.Frame;
import org.springframework.util.ClassUtils;

/**
 * What a class file says of calls on {@code this}: of each method which others it invokes, or refers to, on the very object
 * that it runs on. Methods are named as class files do, {@code find(Ljava/lang/String;)V}.
 *
 * <p>That includes static methods which a compiler made and gives {@code this} first: Kotlin's lambdas, the code of its
 * suspending functions and what fills in default arguments.
 *
 * <p>Each call that is found is one, whichever way the code takes. One is missed whose receiver was kept in a field first, as
 * inner classes do.
 */
final class ThisCalls {

    /**
     * One call.
     *
     * @param caller the method with the instruction, which may be the body of a lambda
     * @param callee what is called
     * @param nonVirtual whether it is called as it stands in the superclass, overridden or not
     * @param handedOn whether {@code this} is handed to it, by {@code this::find}, to a lambda or as a static method's argument
     * @param line 0 if the class file does not know
     */
    record Call(String caller, String callee, boolean nonVirtual, boolean handedOn, int line) {}

    // Tags in the constant pool of a class file
    private static final int METHOD_REFERENCE = 10;
    private static final int INTERFACE_METHOD_REFERENCE = 11;

    private static final BasicValue THIS = new BasicValue(Type.getObjectType("this"));

    private final ClassNode type = new ClassNode();
    private final Map<String, Integer> methods = new HashMap<>();
    private final List<Call> calls = new ArrayList<>();

    private ThisCalls(ClassReader file) throws AnalyzerException {
        file.accept(type, ClassReader.SKIP_FRAMES);
        for (MethodNode method : type.methods) {
            if ((method.access & Opcodes.ACC_STATIC) == 0 || takesThis(type.name, method.name, method.desc)) {
                methods.put(method.name + method.desc, method.access);
                read(method);
            }
        }
    }

    /** The class file of {@code type}, {@code null} if there is none or nothing that can be read. */
    static @Nullable ClassReader file(Class<?> type) {
        try (InputStream classFile = type.getResourceAsStream(ClassUtils.getClassFileName(type))) {
            return classFile == null ? null : new ClassReader(classFile);
        } catch (IOException | RuntimeException ex) {
            return null; // made by a tool or for a Java that the reader does not know
        }
    }

    /** What {@code file} says, {@code null} if it can't be read. */
    static @Nullable ThisCalls of(ClassReader file) {
        try {
            return new ThisCalls(file);
        } catch (AnalyzerException
                | RuntimeException
                | LinkageError ex) { // the last of an older ASM of the application's
            return null;
        }
    }

    /** Whether {@code file} refers to any method of these names: quickly told, and seldom so. */
    static boolean areConceivable(ClassReader file, Set<String> names) {
        char[] buffer = new char[file.getMaxStringLength()];
        for (int i = 1; i < file.getItemCount(); i++) {
            int item = file.getItem(i);
            int tag = item == 0 ? 0 : file.readByte(item - 1); // 0 after what takes two places
            if ((tag == METHOD_REFERENCE || tag == INTERFACE_METHOD_REFERENCE)
                    && names.contains(file.readUTF8(file.getItem(file.readUnsignedShort(item + 2)), buffer))) {
                return true;
            }
        }
        return false;
    }

    List<Call> calls() {
        return calls;
    }

    /** The methods that run on {@code this} by their access flags, abstract ones too. */
    Map<String, Integer> methods() {
        return methods;
    }

    /** The name of the source file, empty if the class file does not know. */
    String source() {
        return type.sourceFile == null ? "" : type.sourceFile;
    }

    /** Whether it is a static method that a compiler made of what is written as part of an instance method. */
    private boolean takesThis(String owner, String name, String descriptor) {
        return owner.equals(type.name) && name.indexOf('$') >= 0 && descriptor.startsWith("(L" + type.name + ";");
    }

    private void read(MethodNode method) throws AnalyzerException {
        Frame<BasicValue>[] frames = new Analyzer<>(new ThisInterpreter()).analyze(type.name, method);
        int line = 0;
        for (int i = 0; i < frames.length; i++) {
            AbstractInsnNode instruction = method.instructions.get(i);
            if (instruction instanceof LineNumberNode number) {
                // Where arguments are filled in it is the declaration's, and not that of the call
                line = method.name.endsWith("$default") ? 0 : number.line;
            }
            if (frames[i] != null) { // it may be reached
                read(instruction, frames[i], method.name + method.desc, line);
            }
        }
    }

    private void read(AbstractInsnNode instruction, Frame<BasicValue> frame, String caller, int line) {
        if (instruction instanceof MethodInsnNode call) {
            boolean isStatic = call.getOpcode() == Opcodes.INVOKESTATIC;
            boolean isSpecial = call.getOpcode() == Opcodes.INVOKESPECIAL;
            if (isStatic
                    ? takesThis(call.owner, call.name, call.desc) && isGivenThis(frame, call.desc)
                    : isMadeOnThis(frame, call.desc)) {
                calls.add(new Call(caller, call.name + call.desc, isSpecial, isStatic, line));
            }
        } else if (instruction instanceof InvokeDynamicInsnNode made && isGivenThis(frame, made.desc)) {
            for (Object argument : made.bsmArgs) {
                if (argument instanceof Handle handle && runsOnFirst(handle)) {
                    calls.add(new Call(caller, handle.getName() + handle.getDesc(), false, true, line));
                }
            }
        }
    }

    /** Whether the method that is referred to runs on the first object that it is given. */
    private boolean runsOnFirst(Handle handle) {
        return switch (handle.getTag()) {
            case Opcodes.H_INVOKESTATIC -> takesThis(handle.getOwner(), handle.getName(), handle.getDesc());
            case Opcodes.H_INVOKEVIRTUAL, Opcodes.H_INVOKESPECIAL, Opcodes.H_INVOKEINTERFACE -> true;
            default -> false;
        };
    }

    private static boolean isGivenThis(Frame<BasicValue> frame, String descriptor) {
        int count = Type.getArgumentCount(descriptor);
        return count > 0 && isThis(frame, count);
    }

    private static boolean isMadeOnThis(Frame<BasicValue> frame, String descriptor) {
        return isThis(frame, Type.getArgumentCount(descriptor) + 1);
    }

    private static boolean isThis(Frame<BasicValue> frame, int depth) {
        return THIS.equals(frame.getStack(frame.getStackSize() - depth));
    }

    /** Knows of each value whether it is {@code this}; where branches meet, only if it is on all of them. */
    private static final class ThisInterpreter extends BasicInterpreter {

        ThisInterpreter() {
            super(Opcodes.ASM9);
        }

        @Override
        public BasicValue newParameterValue(boolean isInstanceMethod, int local, Type type) {
            return local == 0 ? THIS : super.newParameterValue(isInstanceMethod, local, type);
        }

        @Override
        public BasicValue copyOperation(AbstractInsnNode instruction, BasicValue value) {
            // Where a coroutine goes on, it puts back what it has kept, the first of it `this`
            return instruction.getOpcode() == Opcodes.ASTORE && ((VarInsnNode) instruction).var == 0 ? THIS : value;
        }

        @Override
        public BasicValue unaryOperation(AbstractInsnNode instruction, BasicValue value) throws AnalyzerException {
            return instruction.getOpcode() == Opcodes.CHECKCAST ? value : super.unaryOperation(instruction, value);
        }
    }
}
