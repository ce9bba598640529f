package io.smartasync.sample;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.smartasync.sample.NeedsPrograms.Programs;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.Keys;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.support.ui.WebDriverWait;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** The page as people see it: in a browser, over a server under load. */
@Timeout(180)
@NeedsPrograms({"chromium", "chromedriver"})
class DashboardInBrowserTest {

    private static ChromeDriver browser;

    @BeforeAll
    static void open() {
        ChromeDriverService service = new ChromeDriverService.Builder()
                .usingDriverExecutable(Programs.path("chromedriver").toFile())
                .build();
        ChromeOptions options = new ChromeOptions();
        options.setBinary(Programs.path("chromium").toFile());
        options.addArguments(
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
                "--disable-dev-shm-usage",
                "--window-size=1280,1600");
        browser = new ChromeDriver(service, options);
    }

    @AfterAll
    static void close() {
        if (browser != null) {
            browser.quit();
        }
    }

    @ParameterizedTest
    @CsvSource({"servlet, ''", "reactive, /rx"})
    void thePageShowsWhatTheTimersCount(String profile, String basePath) throws Exception {
        try (ConfigurableApplicationContext application = SpringApplication.run(
                SampleApplication.class,
                "--spring.profiles.active=" + profile,
                "--server.port=0",
                "--spring.webflux.base-path=" + basePath,
                "--server.shutdown=immediate",
                "--server.netty.max-keep-alive-requests=1",
                "--spring.datasource.url=jdbc:h2:mem:browser-" + profile + ";DB_CLOSE_DELAY=-1;MODE=PostgreSQL")) {
            String server =
                    "http://localhost:" + application.getEnvironment().getProperty("local.server.port") + basePath;
            try {
                thePageShowsWhatTheTimersCount(application, server, profile);
            } finally {
                browser.get("about:blank"); // before its server goes
            }
        }
    }

    private static void thePageShowsWhatTheTimersCount(
            ConfigurableApplicationContext application, String server, String profile) throws Exception {
        browser.get(server + "/actuator/smartasync/dashboard");
        // What is charted is the difference to the first report
        new WebDriverWait(browser, Duration.ofSeconds(30))
                .until(driver -> (Boolean) browser.executeScript("return answered > 0"));
        load(server);
        Map<String, Long> timers = timers(application.getBean(MeterRegistry.class));
        new WebDriverWait(browser, Duration.ofSeconds(30))
                .until(driver -> counted().equals(timers));

        assertThat(counted()).hasSizeGreaterThanOrEqualTo(4);
        assertThat(texts("#executors tbody tr td:first-child")).contains("io", "cpu", "reports");
        assertThat(texts("#explain tbody tr td:first-child")).contains("Reports#sharesBySymbol");
        assertThat(texts("#explain tbody tr")).doesNotHaveDuplicates();
        assertThat(browser.findElement(By.id("explain")).getText()).contains("smartasync.rules[0]");
        assertThat(browser.findElement(By.id("findings")).getText()).isNotBlank();
        assertThat((Boolean) browser.executeScript("return charts.rate.data.datasets.length > 0"))
                .isTrue();
        keep("dashboard-" + profile + ".png");
        afterARestartItBeginsAnew();
        whatIsCalledIsChartedAndKeepsItsPlace();
        anAnswerThatComesTooLateIsLeftOut();
        anAnswerThatIsNoReportIsTold();

        theKeyboardReachesEveryTable();
        itFitsOnAPhone(profile);
        itIsReadableInLightAndDark();
        theSampleSaysWhenItsServerAnswersAgain(server);
        // A violation of the content security policy would be told here, and so would an error of the script
        assertThat(browser.manage().logs().get(LogType.BROWSER).getAll())
                .filteredOn(entry -> !entry.getMessage().contains("favicon"))
                .isEmpty();
    }

    private static void theSampleSaysWhenItsServerAnswersAgain(String server) {
        browser.get(server + "/index.html");
        awaitAbout("Java");
        browser.executeScript("window.real = window.fetch; window.fetch = () => Promise.reject(new TypeError())");
        awaitAbout("does not answer");
        browser.executeScript("window.fetch = window.real");
        awaitAbout("Java");
    }

    private static void awaitAbout(String text) {
        new WebDriverWait(browser, Duration.ofSeconds(30))
                .until(driver -> driver.findElement(By.id("about")).getText().contains(text));
    }

    private static void afterARestartItBeginsAnew() {
        assertThat(browser.executeScript("for (const since of ['first', 'first', 'second'])"
                        + " remember({at: Date.now(), since, routes: new Map()});"
                        + " return history.length"))
                .isEqualTo(1L);
    }

    private static void whatIsCalledIsChartedAndKeepsItsPlace() {
        assertThat(browser.executeScript("const report = counts => ({at: Date.now(), since: 'charts',"
                        + " routes: new Map(Object.entries(counts).map(([id, count]) =>"
                        + " [id, {time: {count, buckets: [count]}}]))});"
                        + " remember(report({idle: 9, a: 0, b: 0}));"
                        + " for (const counts of [{idle: 9, a: 2, b: 1}, {idle: 9, a: 3, b: 5}]) {"
                        + " remember(report(counts));"
                        + " showCharts({boundsMillis: [1]}, history.at(-1)); }"
                        + " return [charts.rate.data.datasets.map(line => line.label),"
                        + " [...document.querySelectorAll('#legend span')].map(item => item.innerText)]"))
                .isEqualTo(List.of(List.of("a", "b"), List.of("a", "b")));
    }

    private static void anAnswerThatComesTooLateIsLeftOut() {
        assertThat(browser.executeScript("const real = window.fetch;"
                        + " const answers = [];"
                        + " window.fetch = () => new Promise(answer => answers.push(answer));"
                        + " const asked = [refresh(), refresh()];"
                        + " const answer = i => answers[i](Response.json({since: 'turn ' + i,"
                        + " boundsMillis: [], findings: [], executors: [], methods: []}));"
                        + " answer(1);"
                        + " return asked[1].then(() => { answer(0); return asked[0]; })"
                        + ".then(() => history.at(-1).since)"
                        + ".finally(() => window.fetch = real)"))
                .isEqualTo("turn 1");
    }

    private static void anAnswerThatIsNoReportIsTold() {
        assertThat(browser.executeScript("const real = window.fetch;"
                        + " window.fetch = async () => new Response('<form>', {headers: {'Content-Type': 'text/html'}});"
                        + " return refresh().then(() => document.getElementById('state').textContent)"
                        + ".finally(() => window.fetch = real)"))
                .isEqualTo("No new numbers: the endpoint answered text/html, perhaps a page to sign in.");
    }

    private static void theKeyboardReachesEveryTable() {
        Actions keyboard = new Actions(browser);
        List<String> reached = new ArrayList<>();
        browser.executeScript("document.activeElement.blur()");
        for (int i = 0; i < 3; i++) {
            keyboard.sendKeys(Keys.TAB).perform();
            reached.add(browser.switchTo().activeElement().getDomAttribute("aria-labelledby"));
        }
        assertThat(reached).containsExactly("calls-title", "executors-title", "explain-title");
        assertThat(browser.findElements(By.tagName("table")))
                .extracting(WebElement::getAccessibleName)
                .containsExactly("Calls of the last minute", "Executors", "Why there");
        assertThat(browser.findElements(By.cssSelector("section[aria-labelledby='calls-title']")))
                .as("announced twice")
                .isEmpty();
    }

    private static void itFitsOnAPhone(String profile) throws Exception {
        Dimension desk = browser.manage().window().getSize();
        browser.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", 360, "height", 740, "deviceScaleFactor", 2, "mobile", true));
        // The charts follow the window a moment later
        new WebDriverWait(browser, Duration.ofSeconds(30))
                .until(driver -> (Long) browser.executeScript("return document.documentElement.scrollWidth") <= 360);
        keep("dashboard-phone-" + profile + ".png");
        browser.executeCdpCommand("Emulation.clearDeviceMetricsOverride", Map.of());
        browser.manage().window().setSize(desk);
    }

    /** By the contrast that is asked for of text: 4.5 to 1. */
    private static void itIsReadableInLightAndDark() {
        for (String scheme : List.of("light", "dark")) {
            browser.executeCdpCommand(
                    "Emulation.setEmulatedMedia",
                    Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
            double text = luminance("color");
            double ground = luminance("backgroundColor");
            assertThat((Math.max(text, ground) + 0.05) / (Math.min(text, ground) + 0.05))
                    .as(scheme)
                    .isGreaterThan(4.5);
            assertThat(ground < 0.5).isEqualTo(scheme.equals("dark"));
        }
    }

    private static double luminance(String property) {
        String rgb = (String) browser.executeScript("return getComputedStyle(document.body)." + property);
        double[] parts = Arrays.stream(rgb.replaceAll("[^0-9,]", "").split(","))
                .limit(3)
                .mapToDouble(part -> Integer.parseInt(part) / 255.0)
                .map(part -> part <= 0.03928 ? part / 12.92 : Math.pow((part + 0.055) / 1.055, 2.4))
                .toArray();
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
    }

    private static void load(String server) throws Exception {
        HttpClient client = HttpClient.newHttpClient();
        for (int i = 0; i < 25; i++) {
            for (String path : List.of("/sync", "/async", "/mixed", "/reports/shares")) {
                assertThat(client.send(
                                        HttpRequest.newBuilder(URI.create(server + path))
                                                .build(),
                                        BodyHandlers.discarding())
                                .statusCode())
                        .isEqualTo(200);
            }
        }
    }

    /** Method, caller, path, executor and outcome of each timer, with its count. */
    private static Map<String, Long> timers(MeterRegistry registry) {
        return registry.find("smartasync.invocations").timers().stream()
                .collect(Collectors.toMap(
                        timer -> String.join(
                                " ",
                                timer.getId().getTag("class") + "#"
                                        + timer.getId().getTag("method"),
                                timer.getId().getTag("caller"),
                                timer.getId().getTag("path"),
                                timer.getId().getTag("executor"),
                                timer.getId().getTag("outcome")),
                        Timer::count,
                        Long::sum,
                        TreeMap::new));
    }

    /** The same, as it stands on the page. */
    private static Map<String, Long> counted() {
        @SuppressWarnings("unchecked")
        List<List<String>> rows = (List<List<String>>)
                browser.executeScript(
                        "return [...document.querySelectorAll('#calls tbody tr')].map(row => [...row.cells].map(c => c.textContent))");
        Map<String, Long> counts = new TreeMap<>();
        for (List<String> row : rows) {
            for (String outcome : row.get(11).split(", ")) {
                String[] parts = outcome.split(" ");
                counts.put(String.join(" ", row.subList(0, 4)) + " " + parts[0], Long.valueOf(parts[1]));
            }
        }
        return counts;
    }

    /** All in one moment: the page may make its rows anew between two questions. */
    @SuppressWarnings("unchecked")
    private static List<String> texts(String selector) {
        return (List<String>) browser.executeScript(
                "return [...document.querySelectorAll(arguments[0])].map(e => e.innerText)", selector);
    }

    private static void keep(String name) throws Exception {
        Path kept = Files.createDirectories(Path.of("target", "screenshots")).resolve(name);
        Files.write(kept, browser.getScreenshotAs(OutputType.BYTES));
    }
}
