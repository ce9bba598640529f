package io.smartasync.aop;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.asm.ClassReader;
import org.springframework.asm.ClassVisitor;
import org.springframework.asm.ConstantDynamic;
import org.springframework.asm.Handle;
import org.springframework.asm.Label;
import org.springframework.asm.MethodVisitor;
import org.springframework.asm.Opcodes;
import org.springframework.asm.SpringAsmInfo;
import org.springframework.asm.Type;
import org.springframework.util.ClassUtils;

/**
 * What a class file says of calls on {@code this}: of each method which others it invokes, or refers to, on the very object
 * that it runs on. Methods are named as class files do, {@code find(Ljava/lang/String;)V}.
 *
 * <p>That includes static methods which a compiler made and gives {@code this} first: Kotlin's lambdas, the code of its
 * suspending functions and what fills in default arguments.
 *
 * <p>{@code this} is followed over the operand stack, and nowhere else. So each call that is found is one, but a call is
 * missed whose receiver was kept in a variable or field first, as inner classes do.
 */
final class ThisCalls extends ClassVisitor {

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

    private final Map<String, Integer> methods = new HashMap<>();
    private final List<Call> calls = new ArrayList<>();
    private String type = "";
    private String source = "";

    private ThisCalls() {
        super(SpringAsmInfo.ASM_VERSION);
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
            ThisCalls calls = new ThisCalls();
            file.accept(calls, ClassReader.SKIP_FRAMES);
            return calls;
        } catch (RuntimeException ex) {
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
        return source;
    }

    @Override
    public void visit(
            int version,
            int access,
            String name,
            @Nullable String signature,
            @Nullable String superName,
            String @Nullable [] interfaces) {
        type = name;
    }

    @Override
    public void visitSource(@Nullable String file, @Nullable String debug) {
        source = file == null ? "" : file;
    }

    @Override
    public @Nullable MethodVisitor visitMethod(
            int access, String name, String descriptor, @Nullable String signature, String @Nullable [] exceptions) {
        if ((access & Opcodes.ACC_STATIC) != 0 && !takesThis(type, name, descriptor)) {
            return null;
        }
        methods.put(name + descriptor, access);
        return new Code(name + descriptor);
    }

    /** Whether it is a static method that a compiler made of what is written as part of an instance method. */
    private boolean takesThis(String owner, String name, String descriptor) {
        return owner.equals(type) && name.indexOf('$') >= 0 && descriptor.startsWith("(L" + type + ";");
    }

    /**
     * Keeps one character per word of the operand stack, {@code t} where it is {@code this}. Where branches meet, only what
     * is {@code this} on all of them counts.
     */
    private final class Code extends MethodVisitor {

        private static final char THIS = 't';

        private final String method;
        private final StringBuilder stack = new StringBuilder();
        private final Map<Label, String> expected = new HashMap<>();
        private boolean reachable = true;
        private int line;

        Code(String method) {
            super(SpringAsmInfo.ASM_VERSION);
            this.method = method;
        }

        @Override
        public void visitMethodInsn(int opcode, String owner, String name, String descriptor, boolean isInterface) {
            int sizes = Type.getArgumentsAndReturnSizes(descriptor); // counts a receiver
            int words = opcode == Opcodes.INVOKESTATIC ? (sizes >> 2) - 1 : sizes >> 2;
            boolean isStatic = opcode == Opcodes.INVOKESTATIC;
            if (isThis(words) && (!isStatic || takesThis(owner, name, descriptor))) {
                calls.add(new Call(method, name + descriptor, opcode == Opcodes.INVOKESPECIAL, isStatic, line));
            }
            change(words, sizes & 3);
        }

        @Override
        public void visitInvokeDynamicInsn(String name, String descriptor, Handle bootstrap, Object... arguments) {
            int sizes = Type.getArgumentsAndReturnSizes(descriptor);
            int words = (sizes >> 2) - 1;
            for (Object argument : arguments) {
                if (argument instanceof Handle handle
                        && handle.getTag() >= Opcodes.H_INVOKEVIRTUAL
                        && isThis(words)
                        && (handle.getTag() != Opcodes.H_INVOKESTATIC
                                || takesThis(handle.getOwner(), handle.getName(), handle.getDesc()))) {
                    calls.add(new Call(method, handle.getName() + handle.getDesc(), false, true, line));
                }
            }
            change(words, sizes & 3);
        }

        @Override
        public void visitLineNumber(int number, Label start) {
            line = method.contains("$default(") ? 0 : number; // there the declaration's, and not that of the call
        }

        @Override
        public void visitTryCatchBlock(Label start, Label end, Label handler, @Nullable String type) {
            expected.put(handler, ".");
        }

        @Override
        public void visitLabel(Label label) {
            // Without a jump to it, what is not reached from above is reached from further below, or never
            String jumped = expected.getOrDefault(label, reachable ? stack.toString() : "");
            String met = reachable ? onBoth(stack.toString(), jumped) : jumped;
            stack.setLength(0);
            stack.append(met);
            reachable = true;
        }

        @Override
        public void visitJumpInsn(int opcode, Label label) {
            switch (opcode) {
                case Opcodes.GOTO -> {}
                case Opcodes.IFEQ,
                        Opcodes.IFNE,
                        Opcodes.IFLT,
                        Opcodes.IFGE,
                        Opcodes.IFGT,
                        Opcodes.IFLE,
                        Opcodes.IFNULL,
                        Opcodes.IFNONNULL -> change(1, 0);
                default -> change(2, 0);
            }
            jump(label);
            reachable = opcode != Opcodes.GOTO;
        }

        @Override
        public void visitTableSwitchInsn(int min, int max, Label otherwise, Label... labels) {
            visitSwitch(otherwise, labels);
        }

        @Override
        public void visitLookupSwitchInsn(Label otherwise, int[] keys, Label[] labels) {
            visitSwitch(otherwise, labels);
        }

        private void visitSwitch(Label otherwise, Label... labels) {
            change(1, 0);
            jump(otherwise);
            for (Label label : labels) {
                jump(label);
            }
            reachable = false;
        }

        @Override
        public void visitVarInsn(int opcode, int variable) {
            switch (opcode) {
                case Opcodes.ALOAD -> stack.append(variable == 0 ? THIS : '.');
                case Opcodes.ILOAD, Opcodes.FLOAD -> change(0, 1);
                case Opcodes.LLOAD, Opcodes.DLOAD -> change(0, 2);
                case Opcodes.LSTORE, Opcodes.DSTORE -> change(2, 0);
                case Opcodes.ISTORE, Opcodes.FSTORE, Opcodes.ASTORE ->
                    change(1, 0); // in 0, where a coroutine goes on, `this`
                default -> {}
            }
        }

        @Override
        public void visitFieldInsn(int opcode, String owner, String name, String descriptor) {
            int size = Type.getType(descriptor).getSize();
            switch (opcode) {
                case Opcodes.GETSTATIC -> change(0, size);
                case Opcodes.PUTSTATIC -> change(size, 0);
                case Opcodes.GETFIELD -> change(1, size);
                default -> change(1 + size, 0);
            }
        }

        @Override
        public void visitTypeInsn(int opcode, String type) {
            switch (opcode) {
                case Opcodes.NEW -> change(0, 1);
                case Opcodes.CHECKCAST -> {} // the same object
                default -> change(1, 1);
            }
        }

        @Override
        public void visitIntInsn(int opcode, int operand) {
            change(opcode == Opcodes.NEWARRAY ? 1 : 0, 1);
        }

        @Override
        public void visitMultiANewArrayInsn(String descriptor, int dimensions) {
            change(dimensions, 1);
        }

        @Override
        public void visitLdcInsn(Object value) {
            boolean wide = value instanceof Long
                    || value instanceof Double
                    || (value instanceof ConstantDynamic dynamic && dynamic.getSize() == 2);
            change(0, wide ? 2 : 1);
        }

        @Override
        public void visitInsn(int opcode) {
            switch (opcode) {
                case Opcodes.DUP -> copy(1, 0);
                case Opcodes.DUP_X1 -> copy(1, 1);
                case Opcodes.DUP_X2 -> copy(1, 2);
                case Opcodes.DUP2 -> copy(2, 0);
                case Opcodes.DUP2_X1 -> copy(2, 1);
                case Opcodes.DUP2_X2 -> copy(2, 2);
                case Opcodes.SWAP -> {
                    copy(1, 1);
                    change(1, 0);
                }
                case Opcodes.IRETURN,
                        Opcodes.LRETURN,
                        Opcodes.FRETURN,
                        Opcodes.DRETURN,
                        Opcodes.ARETURN,
                        Opcodes.RETURN,
                        Opcodes.ATHROW -> reachable = false;
                default -> {
                    // What these leave was no object or no `this` before, so that the difference will do
                    int growth = growth(opcode);
                    change(Math.max(0, -growth), Math.max(0, growth));
                }
            }
        }

        private static int growth(int opcode) {
            return switch (opcode) {
                case Opcodes.LCONST_0, Opcodes.LCONST_1, Opcodes.DCONST_0, Opcodes.DCONST_1 -> 2;
                case Opcodes.ACONST_NULL,
                        Opcodes.ICONST_M1,
                        Opcodes.ICONST_0,
                        Opcodes.ICONST_1,
                        Opcodes.ICONST_2,
                        Opcodes.ICONST_3,
                        Opcodes.ICONST_4,
                        Opcodes.ICONST_5,
                        Opcodes.FCONST_0,
                        Opcodes.FCONST_1,
                        Opcodes.FCONST_2,
                        Opcodes.I2L,
                        Opcodes.I2D,
                        Opcodes.F2L,
                        Opcodes.F2D -> 1;
                case Opcodes.NOP,
                        Opcodes.LALOAD,
                        Opcodes.DALOAD,
                        Opcodes.INEG,
                        Opcodes.LNEG,
                        Opcodes.FNEG,
                        Opcodes.DNEG,
                        Opcodes.I2F,
                        Opcodes.L2D,
                        Opcodes.F2I,
                        Opcodes.D2L,
                        Opcodes.I2B,
                        Opcodes.I2C,
                        Opcodes.I2S,
                        Opcodes.ARRAYLENGTH -> 0;
                case Opcodes.POP2,
                        Opcodes.LADD,
                        Opcodes.DADD,
                        Opcodes.LSUB,
                        Opcodes.DSUB,
                        Opcodes.LMUL,
                        Opcodes.DMUL,
                        Opcodes.LDIV,
                        Opcodes.DDIV,
                        Opcodes.LREM,
                        Opcodes.DREM,
                        Opcodes.LAND,
                        Opcodes.LOR,
                        Opcodes.LXOR -> -2;
                case Opcodes.IASTORE,
                        Opcodes.FASTORE,
                        Opcodes.AASTORE,
                        Opcodes.BASTORE,
                        Opcodes.CASTORE,
                        Opcodes.SASTORE,
                        Opcodes.LCMP,
                        Opcodes.DCMPL,
                        Opcodes.DCMPG -> -3;
                case Opcodes.LASTORE, Opcodes.DASTORE -> -4;
                default -> -1; // int and float arithmetic, shifts, loads from arrays, and so on
            };
        }

        private void jump(Label label) {
            expected.merge(label, stack.toString(), Code::onBoth);
        }

        private static String onBoth(String one, String other) {
            if (one.length() != other.length()) {
                return "";
            }
            StringBuilder both = new StringBuilder(one);
            for (int i = 0; i < one.length(); i++) {
                if (one.charAt(i) != other.charAt(i)) {
                    both.setCharAt(i, '.');
                }
            }
            return both.toString();
        }

        private boolean isThis(int depth) {
            return depth > 0 && depth <= stack.length() && stack.charAt(stack.length() - depth) == THIS;
        }

        private void change(int popped, int pushed) {
            need(popped);
            stack.setLength(stack.length() - popped);
            stack.append("..", 0, pushed);
        }

        /** Puts a copy of the topmost words below others. */
        private void copy(int words, int below) {
            need(words + below);
            int top = stack.length() - words;
            stack.insert(top - below, stack.substring(top));
        }

        /** Where the stack is not known all the way down, what is missing is not {@code this}. */
        private void need(int words) {
            stack.insert(0, ".".repeat(Math.max(0, words - stack.length())));
        }
    }
}
