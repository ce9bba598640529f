package io.smartasync.support;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** What the timer {@code smartasync.invocations} counted since this was made. */
public final class Calls {

    private final MeterRegistry registry;
    private final Map<Map<String, String>, Long> before;

    private Calls(MeterRegistry registry) {
        this.registry = registry;
        this.before = counts();
    }

    public static Calls countedFromNowOn(MeterRegistry registry) {
        return new Calls(registry);
    }

    /** The new calls by their tags. */
    public Map<Map<String, String>, Long> byTags() {
        Map<Map<String, String>, Long> since = counts();
        before.forEach((tags, count) -> since.merge(tags, -count, Long::sum));
        since.values().removeIf(count -> count == 0);
        return since;
    }

    /** The new calls by the value of one tag. */
    public Map<String, Long> by(String tag) {
        Map<String, Long> result = new HashMap<>();
        byTags().forEach((tags, count) -> result.merge(tags.get(tag), count, Long::sum));
        return result;
    }

    private Map<Map<String, String>, Long> counts() {
        return new HashMap<>(registry.find("smartasync.invocations").timers().stream()
                .collect(Collectors.toMap(
                        timer -> timer.getId().getTags().stream().collect(Collectors.toMap(Tag::getKey, Tag::getValue)),
                        Timer::count)));
    }
}
