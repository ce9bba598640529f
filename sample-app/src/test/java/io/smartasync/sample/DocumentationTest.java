package io.smartasync.sample;

import static org.assertj.core.api.Assertions.assertThat;

import io.smartasync.autoconfigure.SmartAsyncProperties;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.handler.NoUnboundElementsBindHandler;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.PropertySource;
import org.springframework.core.io.ByteArrayResource;
import org.xml.sax.InputSource;
import tools.jackson.databind.json.JsonMapper;

/** Every code block of the documentation compiles or is understood by what reads it, and no link is dead. */
@Timeout(120)
class DocumentationTest {

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Pattern BLOCK = Pattern.compile("^```(\\w*)\n(.*?)^```", Pattern.DOTALL | Pattern.MULTILINE);
    private static final Pattern LINK = Pattern.compile("]\\(([^)\\s]+)\\)");
    private static final Pattern HEADING = Pattern.compile("^#+ (.*)$", Pattern.MULTILINE);
    private static final Set<String> KNOWN = Set.of("java", "yaml", "json", "xml", "", "kotlin");

    private static final String IMPORTS = Stream.of(
                    "documentation.Domain.*",
                    "io.smartasync.*",
                    "io.smartasync.bridge.ImportSmartAsyncBridges",
                    "io.smartasync.test.*",
                    "io.smartasync.test.RecordedCalls.Call",
                    "java.io.*",
                    "java.math.*",
                    "java.sql.SQLException",
                    "java.time.Duration",
                    "java.util.*",
                    "java.util.concurrent.*",
                    "org.junit.jupiter.api.*",
                    "org.springframework.beans.factory.annotation.*",
                    "org.springframework.boot.autoconfigure.AutoConfiguration",
                    "org.springframework.boot.test.context.SpringBootTest",
                    "org.springframework.context.event.EventListener",
                    "org.springframework.core.task.TaskRejectedException",
                    "org.springframework.http.HttpStatus",
                    "org.springframework.jdbc.core.simple.JdbcClient",
                    "org.springframework.scheduling.annotation.Async",
                    "org.springframework.stereotype.*",
                    "org.springframework.transaction.event.TransactionalEventListener",
                    "org.springframework.web.ErrorResponse",
                    "org.springframework.web.bind.annotation.*",
                    "reactor.core.publisher.*",
                    "reactor.core.scheduler.*",
                    "reactor.test.StepVerifier",
                    "static io.smartasync.Caller.*",
                    "static org.assertj.core.api.Assertions.*")
            .map(name -> "import " + name + ";\n")
            .collect(Collectors.joining());

    record Block(Path file, String language, String text) {

        @Override
        public String toString() {
            return ROOT.relativize(file) + ": "
                    + text.strip().lines().findFirst().orElse("");
        }
    }

    static List<Path> pages() throws IOException {
        try (Stream<Path> root = Files.list(ROOT);
                Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
            return Stream.concat(root, docs)
                    .filter(file -> file.toString().endsWith(".md"))
                    .sorted()
                    .toList();
        }
    }

    static Stream<Block> blocks() throws IOException {
        List<Block> blocks = new ArrayList<>();
        for (Path page : pages()) {
            Matcher block = BLOCK.matcher(Files.readString(page));
            while (block.find()) {
                blocks.add(new Block(page, block.group(1), block.group(2)));
            }
        }
        assertThat(blocks).extracting(Block::language).isSubsetOf(KNOWN);
        return blocks.stream();
    }

    static Stream<Block> java() throws IOException {
        return blocks().filter(block -> block.language.equals("java"));
    }

    static Stream<Block> data() throws IOException {
        return blocks().filter(block -> Set.of("yaml", "json", "xml").contains(block.language));
    }

    @ParameterizedTest
    @MethodSource("java")
    void codeCompiles(Block block, @TempDir Path classes) throws Exception {
        String code = block.text
                .replaceAll("(\\)[\\w ,]*)\\{ \\.\\.\\. }", "$1{ throw new UnsupportedOperationException(); }")
                .replace("{ ... }", "{ }");
        String expression = code.replaceAll("//.*", "").strip();
        List<String> problems = new ArrayList<>();
        for (String way : List.of(
                IMPORTS + code,
                IMPORTS + "class Block extends Names {\n" + code + "}",
                IMPORTS + "class Block extends Names { void run() throws Exception {\n" + code + "} }",
                IMPORTS + "class Block extends Names { Object it = " + expression + "; }")) {
            String problem = compile("package block;\n" + way, classes);
            if (problem.isEmpty()) {
                return;
            }
            problems.add(problem);
        }
        assertThat(problems).as(block.text).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("data")
    void dataIsUnderstood(Block block) throws Exception {
        switch (block.language) {
            case "yaml" -> bind(block.text);
            case "json" -> JsonMapper.builder().build().readTree(block.text);
            default ->
                DocumentBuilderFactory.newInstance()
                        .newDocumentBuilder()
                        .parse(new InputSource(new StringReader(block.text)));
        }
    }

    @Test
    void noLinkIsDead() throws IOException {
        List<String> dead = new ArrayList<>();
        int followed = 0;
        for (Path page : pages()) {
            Matcher link = LINK.matcher(BLOCK.matcher(Files.readString(page)).replaceAll(""));
            while (link.find()) {
                URI target = URI.create(link.group(1));
                if (target.getScheme() == null) {
                    followed++;
                    Path file = target.getPath().isEmpty()
                            ? page
                            : page.resolveSibling(target.getPath()).normalize();
                    if (!Files.exists(file)
                            || (target.getFragment() != null && !anchors(file).contains(target.getFragment()))) {
                        dead.add(ROOT.relativize(page) + " -> " + target);
                    }
                }
            }
        }
        assertThat(dead).isEmpty();
        assertThat(followed).isGreaterThan(20);
    }

    private static Set<String> anchors(Path page) throws IOException {
        return HEADING.matcher(Files.readString(page))
                .results()
                .map(heading -> heading.group(1)
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\w\\- ]", "")
                        .replace(' ', '-'))
                .collect(Collectors.toSet());
    }

    private static void bind(String yaml) throws IOException {
        List<PropertySource<?>> sources = new YamlPropertySourceLoader()
                .load("block", new ByteArrayResource(yaml.getBytes(StandardCharsets.UTF_8)));
        assertThat(sources).isNotEmpty();
        new Binder(ConfigurationPropertySources.from(sources))
                .bind(
                        "smartasync",
                        Bindable.of(SmartAsyncProperties.class),
                        new NoUnboundElementsBindHandler(BindHandler.DEFAULT));
    }

    private static String compile(String source, Path classes) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter problems = new StringWriter();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8);
                var domain = DocumentationTest.class.getResourceAsStream("/documentation/Domain.txt")) {
            boolean compiled = compiler.getTask(
                            problems,
                            files,
                            null,
                            List.of("-d", classes.toString(), "-proc:none", "-nowarn"),
                            null,
                            List.of(
                                    source(
                                            "documentation/Domain",
                                            new String(domain.readAllBytes(), StandardCharsets.UTF_8)),
                                    source("block/Block", source)))
                    .call();
            return compiled ? "" : problems.toString();
        }
    }

    private static JavaFileObject source(String name, String text) {
        return new SimpleJavaFileObject(URI.create("string:///" + name + ".java"), JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return text;
            }
        };
    }
}
