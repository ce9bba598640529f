package io.smartasync.execution;

import io.smartasync.SmartAsyncConfigurationException;
import io.smartasync.SmartAsyncConfigurationException.Problem;
import io.smartasync.caller.CallerDetection;
import io.smartasync.plan.ExecutorNames;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.function.Supplier;
import org.springframework.beans.DirectFieldAccessor;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;

/** All executors that may be named: those of {@code smartasync.executors} first, then the application's own beans. */
public final class ExecutorDirectory implements ExecutorNames {

    /** The field of {@link SimpleAsyncTaskExecutor} that is read. */
    public static final String REJECTS = "rejectTasksWhenLimitReached";

    private final Set<String> own;
    private final ListableBeanFactory beans;
    private final Supplier<CallerDetection> callers;

    /** One for each bean, since a chain of calls knows executors by their identity. */
    private final Map<Executor, HostExecutor> hosts = new ConcurrentHashMap<>();

    /**
     * Makes the directory.
     *
     * @param own the names in {@code smartasync.executors}
     * @param beans has the {@code Executor} beans
     * @param callers recognises event loops, on which no executor may run what it is given; looked up when one tries to
     */
    public ExecutorDirectory(Set<String> own, ListableBeanFactory beans, Supplier<CallerDetection> callers) {
        this.own = new LinkedHashSet<>(own);
        this.beans = beans;
        this.callers = callers;
    }

    @Override
    public boolean contains(String name) {
        return own.contains(name) || (beans.containsBean(name) && beans.isTypeMatch(name, Executor.class));
    }

    @Override
    public Collection<String> all() {
        Collection<String> names = new TreeSet<>(own);
        for (String bean : BeanFactoryUtils.beanNamesForTypeIncludingAncestors(beans, Executor.class, true, false)) {
            if (own.stream().noneMatch(name -> bean.equals(beanName(name)))) {
                names.add(bean);
            }
        }
        return names;
    }

    /** The executors of {@code smartasync.executors}, made if they were not yet. */
    public List<SmartAsyncTaskExecutor> own() {
        return own.stream().map(this::ours).toList();
    }

    /** Names in {@code smartasync.executors} for whose beans another bean has taken the name. */
    public Collection<String> taken() {
        return own.stream()
                .filter(name -> !beans.isTypeMatch(beanName(name), SmartAsyncTaskExecutor.class))
                .toList();
    }

    /** Beans that can't be named, since {@code smartasync.executors} has an executor of the same name. */
    public Collection<String> hidden() {
        return own.stream()
                .filter(name -> beans.containsBean(name) && beans.isTypeMatch(name, Executor.class))
                .sorted()
                .toList();
    }

    /** The name of the bean for an executor of {@code smartasync.executors}. */
    public static String beanName(String executor) {
        return "smartasync-" + executor;
    }

    /** The executor of that name, for others who submit tasks. */
    public Executor executor(String name) {
        return own.contains(name) ? ours(name) : ofHost(name);
    }

    private SmartAsyncTaskExecutor ours(String name) {
        return beans.getBean(beanName(name), SmartAsyncTaskExecutor.class);
    }

    BodyExecutor get(String name) {
        Executor bean = executor(name);
        return bean instanceof SmartAsyncTaskExecutor ours // also by the name of its bean
                ? ours
                : hosts.computeIfAbsent(bean, host -> new HostExecutor(name, host, callers));
    }

    private Executor ofHost(String name) {
        Executor executor = beans.getBean(name, Executor.class);
        if (executor instanceof SimpleAsyncTaskExecutor simple && simple.isThrottleActive() && !rejects(simple)) {
            throw new SmartAsyncConfigurationException(List.of(new Problem(
                    "Executor bean '" + name + "'",
                    "it has a concurrency limit of " + simple.getConcurrencyLimit()
                            + " and may block whoever submits when that is reached, event loops too",
                    "Let it reject at its limit (setRejectTasksWhenLimitReached(true); for Boot's own,"
                            + " spring.task.execution.simple.reject-tasks-when-limit-reached=true), configure"
                            + " smartasync.executors." + name
                            + " with that concurrency-limit and use it in its place, or remove the limit.")));
        }
        if (discards(executor)) {
            throw new SmartAsyncConfigurationException(List.of(new Problem(
                    "Executor bean '" + name + "'",
                    "it discards what it has no room for without a word, so that the callers would wait for ever",
                    "Let it reject that (new ThreadPoolExecutor.AbortPolicy()), or configure smartasync.executors."
                            + name + " and use it in its place.")));
        }
        return executor;
    }

    private static boolean discards(Executor executor) {
        Executor pool = executor instanceof ThreadPoolTaskExecutor spring ? spring.getThreadPoolExecutor() : executor;
        return pool instanceof ThreadPoolExecutor known
                && (known.getRejectedExecutionHandler() instanceof ThreadPoolExecutor.DiscardPolicy
                        || known.getRejectedExecutionHandler() instanceof ThreadPoolExecutor.DiscardOldestPolicy);
    }

    /** Whether it rejects at its limit and does not block: there is no getter, and before Spring 6.2.6 no such field. */
    private static boolean rejects(SimpleAsyncTaskExecutor executor) {
        DirectFieldAccessor fields = new DirectFieldAccessor(executor);
        return fields.isReadableProperty(REJECTS) && Boolean.TRUE.equals(fields.getPropertyValue(REJECTS));
    }
}
