package org.example.shop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/**
 * The application in a Java of its own, processed ahead of time: by the program that Boot's plugins run as {@code process-aot},
 * so that neither a plugin nor an archive is needed.
 */
final class ProcessedApplication implements AutoCloseable {

    private static final Pattern PORT = Pattern.compile("started on ports? (\\d+)");
    private static final String CLASS_PATH = Stream.of(
                    System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(entry -> !entry.endsWith("test-classes"))
            .collect(Collectors.joining(File.pathSeparator));

    private final Process process;
    private final Path log;

    private ProcessedApplication(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    /** Processes, compiles and starts it; with {@code arguments} both when it is processed and when it runs. */
    static ProcessedApplication start(Path folder, String... arguments) throws Exception {
        Path sources = folder.resolve("sources");
        Path resources = folder.resolve("resources");
        Path classes = folder.resolve("classes");
        Path log = folder.resolve("log.txt");
        List<String> command = new ArrayList<>(List.of("org.springframework.boot.SpringApplicationAotProcessor"));
        command.add(ShopApplication.class.getName());
        Stream.of(sources, resources, classes).map(Path::toString).forEach(command::add);
        command.addAll(List.of("org.example", "shop"));
        command.addAll(List.of(arguments));
        Process processing = java(CLASS_PATH, log, command);
        try {
            assertThat(processing.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(processing.exitValue()).as(Files.readString(log)).isZero();
        } finally {
            processing.destroyForcibly();
        }
        compile(sources, classes);

        command = new ArrayList<>(List.of("-Dspring.aot.enabled=true", ShopApplication.class.getName()));
        command.addAll(List.of(arguments));
        String classPath = Stream.of(classes, resources)
                .map(Path::toString)
                .collect(Collectors.joining(File.pathSeparator, "", File.pathSeparator + CLASS_PATH));
        ProcessedApplication started = new ProcessedApplication(java(classPath, log, command), log);
        try {
            started.port();
            assertThat(Files.readString(log)).contains("Starting AOT-processed ShopApplication");
            return started;
        } catch (Throwable ex) {
            started.close();
            throw ex;
        }
    }

    private static Process java(String classPath, Path log, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1"));
        command.addAll(arguments);
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().put("CLASSPATH", classPath);
        return builder.start();
    }

    private static void compile(Path sources, Path classes) throws IOException {
        List<String> command = new ArrayList<>(List.of("-d", classes.toString(), "-nowarn", "-proc:none", "-cp"));
        command.add(classes + File.pathSeparator + CLASS_PATH);
        try (Stream<Path> files = Files.walk(sources)) {
            files.map(Path::toString).filter(file -> file.endsWith(".java")).forEach(command::add);
        }
        int result = ToolProvider.getSystemJavaCompiler().run(null, null, null, command.toArray(String[]::new));
        assertThat(result).isZero();
    }

    /** As the log says, once the server runs. */
    String port() throws IOException, InterruptedException {
        while (true) {
            String said = Files.readString(log, StandardCharsets.UTF_8);
            Matcher port = PORT.matcher(said);
            if (port.find()) {
                return port.group(1);
            }
            assertThat(process.isAlive()).as(said).isTrue();
            Thread.sleep(50);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
