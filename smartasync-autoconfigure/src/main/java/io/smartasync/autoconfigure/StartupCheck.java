package io.smartasync.autoconfigure;

import io.smartasync.CallObserver;
import io.smartasync.SmartAsyncConfigurationException;
import io.smartasync.SmartAsyncConfigurationException.Problem;
import io.smartasync.aop.MethodRegistration;
import io.smartasync.aop.ProxyChecks;
import io.smartasync.aop.SelfInvocations;
import io.smartasync.autoconfigure.SmartAsyncProperties.SelfInvocation;
import io.smartasync.bridge.BridgeMatcher;
import io.smartasync.bridge.BridgeRegistrar;
import io.smartasync.execution.ExecutorDirectory;
import io.smartasync.plan.Planner;
import io.smartasync.plan.Rule;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.SpringProxy;
import org.springframework.aop.aspectj.autoproxy.AspectJAwareAdvisorAutoProxyCreator;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.util.ClassUtils;

/**
 * Refuses to start what can't work. The first thing found wrong makes it look at all beans, so that everything is said at
 * once; while nothing is wrong, nothing is looked at twice.
 */
final class StartupCheck implements MethodRegistration.Checks, SmartInitializingSingleton {

    private static final Log logger = LogFactory.getLog(StartupCheck.class);

    private final List<Problem> problemsOfProperties;
    private final Planner planner;
    private final ExecutorDirectory executors;
    private final boolean enabled;
    private final SelfInvocation selfInvocation;
    private final boolean classProxies;
    private final ConfigurableListableBeanFactory beans;
    private final Set<Class<?>> foundRight = ConcurrentHashMap.newKeySet();
    private final Set<Class<?>> warnedOf = ConcurrentHashMap.newKeySet();
    private final Map<String, Class<?>> notIntercepted = new ConcurrentHashMap<>();

    StartupCheck(
            List<Problem> problemsOfProperties,
            Planner planner,
            ExecutorDirectory executors,
            SmartAsyncProperties properties,
            boolean classProxies,
            ConfigurableListableBeanFactory beans) {
        this.problemsOfProperties = problemsOfProperties;
        this.planner = planner;
        this.executors = executors;
        this.enabled = properties.enabled();
        this.selfInvocation = properties.selfInvocation();
        this.classProxies = classProxies;
        this.beans = beans;
    }

    @Override
    public void check(Class<?> beanClass) {
        checkProperties();
        List<Problem> problems = problemsOf(beanClass);
        if (!problems.isEmpty()) {
            throw withAllElse(problems);
        }
        foundRight.add(beanClass);
    }

    @Override
    public void notIntercepted(String beanName, Class<?> beanClass) {
        notIntercepted.put(beanName, beanClass);
    }

    /** Throws if the properties can't work. */
    void checkProperties() {
        if (!problemsOfProperties.isEmpty()) {
            throw withAllElse(List.of());
        }
    }

    @Override
    public void afterSingletonsInstantiated() {
        checkProperties();
        if (!enabled) {
            logger.warn("smartasync.enabled=false has no effect: the application was processed ahead of time with"
                    + " smartasync.enabled=true, which decided that calls are intercepted");
        }
        // Lazy beans have not come by yet, nor have those that post-processors needed: their mistakes are found now
        // too, and the rules that they match
        Set<Problem> problems = problemsOfProxies();
        problems.addAll(problemsOf(name -> {
            Object made = beans.getSingleton(name);
            return made == null
                    || made instanceof FactoryBean // which may have made nothing yet
                    || MethodRegistration.isIntercepted(made); // a mock is not
        }));
        problems.addAll(problemsOfBridges(name -> !beans.containsSingleton(name)));
        checkObservers(problems);
        if (!problems.isEmpty()) {
            throw new SmartAsyncConfigurationException(List.copyOf(problems));
        }
        for (String name : executors.hidden()) {
            logger.warn("Executor bean '" + name + "' runs nothing for SmartAsync, which takes that name for"
                    + " smartasync.executors." + name + ". Rename the bean to use it.");
        }
        if (!planner.unmatchedRules().isEmpty()) {
            problemsOf(name -> true);
            for (Rule rule : planner.unmatchedRules()) {
                if (!rule.isForOperations()) { // which are planned when they are first used
                    logger.warn("The rule for \"" + rule.method()
                            + "\" in smartasync.rules applies to no @SmartAsync method that is known so far: none matches"
                            + " it, or an earlier rule matches first");
                }
            }
        }
    }

    /** What was found wrong, and all else that is. */
    SmartAsyncConfigurationException withAllElse(List<Problem> problems) {
        Set<Problem> all = new LinkedHashSet<>(problemsOfProperties);
        all.addAll(problems);
        all.addAll(problemsOf(name -> true));
        all.addAll(problemsOfBridges(name -> true));
        return new SmartAsyncConfigurationException(List.copyOf(all));
    }

    /** Of beans that are finished by now: where two refer to each other, the proxy of one is older than itself. */
    private Set<Problem> problemsOfProxies() {
        Set<Problem> problems = new LinkedHashSet<>();
        notIntercepted.forEach((name, beanClass) -> {
            if (beans.containsSingleton(name) && !MethodRegistration.isIntercepted(beans.getBean(name))) {
                problems.add(notInterceptedProblem(name, beanClass));
            }
        });
        if (beans.getBeanNamesForType(AspectJAwareAdvisorAutoProxyCreator.class, true, false).length == 0) {
            for (String name : beans.getBeanDefinitionNames()) { // which may be lazy
                Class<?> beanClass = beanClass(name);
                if (beanClass != null && MethodRegistration.needsProxy(beanClass)) {
                    problems.add(notInterceptedProblem(name, beanClass));
                }
            }
        }
        return problems;
    }

    private static Problem notInterceptedProblem(String name, Class<?> beanClass) {
        return new Problem(
                "@SmartAsync class " + beanClass.getName(),
                "no proxy intercepts the calls of bean '" + name + "'",
                "Spring makes no proxies with spring.aop.auto=false, or without AopAutoConfiguration (in a slice of a"
                        + " test), and none for an @Aspect, Advice or Advisor ever."
                        + " Allow them, or move the methods to another bean.");
    }

    private void checkObservers(Set<Problem> problems) {
        List<String> observers = List.of(beans.getBeanNamesForType(CallObserver.class));
        if (observers.size() > 1 && beans.getBeanProvider(CallObserver.class).getIfUnique() == null) {
            problems.add(new Problem(
                    "CallObserver beans " + String.join(", ", observers),
                    "only one observer can follow the calls",
                    "Mark one of them with @Primary, or let it tell the others."));
        }
    }

    private Set<Problem> problemsOfBridges(Predicate<String> names) {
        Set<Problem> problems = new LinkedHashSet<>();
        BridgeRegistrar.registered(beans).forEach((name, bridge) -> {
            if (names.test(name)) {
                problems.addAll(BridgeMatcher.check(bridge));
            }
        });
        return problems;
    }

    /** Looks at the classes of beans, without making any. */
    private Set<Problem> problemsOf(Predicate<String> names) {
        Set<Problem> problems = new LinkedHashSet<>();
        for (String name : beans.getBeanDefinitionNames()) {
            Class<?> type = names.test(name) ? beanClass(name) : null;
            if (type != null && !foundRight.contains(type)) {
                problems.addAll(problemsOf(type));
            }
        }
        return problems;
    }

    private @Nullable Class<?> beanClass(String name) {
        if (beans.getBeanDefinition(name).isAbstract()) {
            return null;
        }
        Object made = beans.getSingleton(name);
        Class<?> type = made instanceof SpringProxy ? AopUtils.getTargetClass(made) : beans.getType(name, false);
        return type == null ? null : ClassUtils.getUserClass(type);
    }

    private List<Problem> problemsOf(Class<?> beanClass) {
        List<Problem> problems = new ArrayList<>(ProxyChecks.of(beanClass, classProxies));
        List<Problem> doubts = new ArrayList<>();
        problems.addAll(planner.check(beanClass, doubts));
        if (selfInvocation == SelfInvocation.FAIL) {
            problems.addAll(SelfInvocations.of(beanClass));
        }
        if (warnedOf.add(beanClass)) {
            if (selfInvocation == SelfInvocation.WARN) {
                doubts.addAll(SelfInvocations.of(beanClass));
            }
            for (Problem doubt : doubts) {
                logger.warn(doubt.subject() + " " + doubt.fault() + ". " + doubt.cure());
            }
        }
        return problems;
    }
}
