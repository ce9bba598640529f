package io.smartasync.benchmarks;

import io.smartasync.SmartAsync;
import io.smartasync.benchmarks.application.Application;
import java.io.IOException;
import java.lang.annotation.Annotation;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.reflect.Modifier;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.description.annotation.AnnotationDescription;
import net.bytebuddy.dynamic.DynamicType;
import net.bytebuddy.implementation.FixedValue;
import org.aspectj.lang.ProceedingJoinPoint;
import org.aspectj.lang.annotation.Around;
import org.aspectj.lang.annotation.Aspect;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.context.annotation.ImportCandidates;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.core.env.MapPropertySource;
import org.springframework.util.FileSystemUtils;

/** What SmartAsync costs an application before the first call: beside an aspect that does nothing, on the same beans. */
final class StartupScale {

    private static final int ROUNDS = 41;
    private static final int BEANS = 200;
    private static final int METHODS = 10;

    private static final Map<String, Path> CLASS_FILES = new HashMap<>();
    private static final String PACKAGE = "io.smartasync.benchmarks.generated.";

    /** Aspects of Resilience4j's, which would take more time than all the rest. */
    private static final String OTHER_ASPECTS = StreamSupport.stream(
                    ImportCandidates.load(AutoConfiguration.class, null).spliterator(), false)
            .filter(name -> name.startsWith("io.github.resilience4j."))
            .collect(Collectors.joining(","));

    private StartupScale() {}

    /** What the aspect that does nothing looks for. */
    @Retention(RetentionPolicy.RUNTIME)
    public @interface Advised {}

    static void measure() throws Exception {
        startup(BEANS);
        startup(0);
        memory();
        for (Path files : CLASS_FILES.values()) {
            FileSystemUtils.deleteRecursively(files);
        }
    }

    /** Fresh classes each time, and both in turn. */
    private static void startup(int beans) throws Exception {
        for (int i = 0; i < 10; i++) {
            start(SmartAsync.class, beans, 1).close();
            start(Advised.class, beans, 1).close();
        }
        double[] smart = new double[ROUNDS];
        double[] advised = new double[ROUNDS];
        double[] control = new double[ROUNDS];
        for (int i = 0; i < ROUNDS; i++) {
            smart[i] = refresh(SmartAsync.class, beans);
            advised[i] = refresh(Advised.class, beans);
            control[i] = refresh(Advised.class, beans);
        }
        Scale.row(
                "startup: " + beans + " @SmartAsync beans against as many with an empty aspect",
                beans == 0 ? "" : "<= 1.10",
                "%.2f (%.0f ms against %.0f ms; A/A %.2f)",
                Scale.ratio(smart, advised),
                Scale.median(smart),
                Scale.median(advised),
                Scale.ratio(control, advised));
    }

    private static double refresh(Class<? extends Annotation> annotation, int beans) throws Exception {
        AnnotationConfigApplicationContext context = prepare(annotation, beans, 1);
        System.gc();
        long start = System.nanoTime();
        context.refresh();
        double millis = (System.nanoTime() - start) / 1e6;
        context.close();
        return millis;
    }

    private static void memory() throws Exception {
        List<Double> uncalled = new ArrayList<>();
        List<Double> called = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            double[] advised = held(Advised.class);
            double[] smart = held(SmartAsync.class);
            if (i > 0) { // the first round loads what stays
                uncalled.add((smart[0] - advised[0]) / (BEANS * METHODS));
                called.add((smart[1] - advised[1]) / (BEANS * METHODS));
            }
        }
        Scale.row(
                "memory held per @SmartAsync method, beyond an empty aspect",
                "<= 2048 bytes",
                "%.0f bytes; %.0f with its timer, after its first call",
                Scale.median(uncalled.stream().mapToDouble(d -> d).toArray()),
                Scale.median(called.stream().mapToDouble(d -> d).toArray()));
    }

    /** Bytes of an application with many methods, before and after each was called. */
    private static double[] held(Class<? extends Annotation> annotation) throws Exception {
        double before = used();
        AnnotationConfigApplicationContext context = start(annotation, BEANS, METHODS);
        double started = used();
        for (String name : context.getBeanNamesForAnnotation(Marked.class)) {
            Object bean = context.getBean(name);
            for (int i = 0; i < METHODS; i++) {
                bean.getClass().getMethod("call" + i).invoke(bean);
            }
        }
        double after = used();
        context.close();
        return new double[] {started - before, after - before};
    }

    private static double used() throws InterruptedException {
        for (int i = 0; i < 4; i++) {
            System.gc();
            Thread.sleep(50);
        }
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    private static AnnotationConfigApplicationContext start(
            Class<? extends Annotation> annotation, int beans, int methods) throws Exception {
        AnnotationConfigApplicationContext context = prepare(annotation, beans, methods);
        context.refresh();
        return context;
    }

    private static AnnotationConfigApplicationContext prepare(
            Class<? extends Annotation> annotation, int beans, int methods) throws Exception {
        AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();
        boolean ours = annotation == SmartAsync.class;
        context.getEnvironment()
                .getPropertySources()
                .addFirst(new MapPropertySource(
                        "benchmark",
                        Map.of("spring.autoconfigure.exclude", OTHER_ASPECTS, "smartasync.enabled", ours)));
        context.register(Application.class);
        if (!ours) {
            context.register(EmptyAspect.class);
        }
        OwnFilesFirst loader = new OwnFilesFirst(classFiles(annotation, methods));
        context.setClassLoader(loader); // where their proxies are defined too
        for (int i = 0; i < beans; i++) {
            context.registerBean(loader.loadClass(PACKAGE + "Bean" + i));
        }
        return context;
    }

    private static Path classFiles(Class<? extends Annotation> annotation, int methods) throws IOException {
        Path known = CLASS_FILES.get(annotation.getName() + methods);
        if (known != null) {
            return known;
        }
        Path files = Files.createTempDirectory("beans");
        for (int i = 0; i < BEANS; i++) {
            type(PACKAGE + "Bean" + i, annotation, methods).saveIn(files.toFile());
        }
        CLASS_FILES.put(annotation.getName() + methods, files);
        return files;
    }

    /** Finds its classes at once, as those of an application are found, which stand before all libraries. */
    private static final class OwnFilesFirst extends URLClassLoader {

        OwnFilesFirst(Path files) throws MalformedURLException {
            super(new URL[] {files.toUri().toURL()}, StartupScale.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            synchronized (getClassLoadingLock(name)) {
                Class<?> known = findLoadedClass(name);
                return known == null && name.startsWith(PACKAGE) ? findClass(name) : super.loadClass(name, resolve);
            }
        }

        @Override
        public @Nullable URL getResource(String name) {
            URL own = findResource(name);
            return own == null ? super.getResource(name) : own;
        }
    }

    /** What the generated beans are found by. */
    @Retention(RetentionPolicy.RUNTIME)
    public @interface Marked {}

    private static DynamicType.Unloaded<?> type(String name, Class<? extends Annotation> annotation, int methods) {
        DynamicType.Builder<?> type = new ByteBuddy()
                .subclass(Object.class)
                .name(name)
                .annotateType(AnnotationDescription.Builder.ofType(Marked.class).build());
        for (int i = 0; i < methods; i++) {
            type = type.defineMethod("call" + i, String.class, Modifier.PUBLIC)
                    .intercept(FixedValue.value("x"))
                    .annotateMethod(
                            AnnotationDescription.Builder.ofType(annotation).build());
        }
        return type.make();
    }

    /** Does nothing. */
    @Aspect
    public static class EmptyAspect {

        @Around("execution(@io.smartasync.benchmarks.StartupScale.Advised * *(..))")
        public Object proceed(ProceedingJoinPoint joinPoint) throws Throwable {
            return joinPoint.proceed();
        }
    }
}
