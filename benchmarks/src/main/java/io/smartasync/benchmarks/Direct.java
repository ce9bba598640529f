package io.smartasync.benchmarks;

import io.micrometer.core.annotation.Timed;
import io.micrometer.core.aop.TimedAspect;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.annotation.Observed;
import io.micrometer.observation.aop.ObservedAspect;
import io.smartasync.SmartAsync;
import java.util.concurrent.TimeUnit;
import org.aspectj.lang.ProceedingJoinPoint;
import org.aspectj.lang.annotation.Around;
import org.aspectj.lang.annotation.Aspect;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** A plain method, called on a thread that may block. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class Direct {

    /** The default of {@code smartasync.metrics.slo}. */
    static final String BUCKETS = "1ms,5ms,10ms,25ms,50ms,100ms,250ms,500ms,1s,2500ms,5s,10s";

    private final Plain plain = new Plain();
    private String argument = "x";
    private ConfigurableApplicationContext context;
    private Advised advised;
    private TimedByHand timedByHand;
    private WithTimed timed;
    private WithObserved observed;
    private Smart smart;

    /** Without metrics, or with timers that count only, where the benchmark says so. */
    @Setup
    public void start(BenchmarkParams benchmark) {
        boolean metrics = !benchmark.getBenchmark().endsWith("MetricsOff");
        String buckets = benchmark.getBenchmark().endsWith("WithoutBuckets") ? "" : BUCKETS;
        context = Contexts.start(
                Beans.class,
                "smartasync.metrics.enabled=" + metrics,
                "smartasync.metrics.slo=" + buckets,
                "management.metrics.distribution.slo.byhand=" + buckets,
                "management.metrics.distribution.slo.timed=" + buckets,
                "management.metrics.distribution.slo.observed=" + buckets);
        advised = context.getBean(Advised.class);
        timedByHand = context.getBean(TimedByHand.class);
        timed = context.getBean(WithTimed.class);
        observed = context.getBean(WithObserved.class);
        smart = context.getBean(Smart.class);
    }

    /** Ends the application. */
    @TearDown
    public void stop() {
        context.close();
    }

    @Benchmark
    public String directCall() {
        return plain.call(argument);
    }

    @Benchmark
    public String emptyAspect() {
        return advised.call(argument);
    }

    @Benchmark
    public String aspectWithTimer() {
        return timedByHand.call(argument);
    }

    @Benchmark
    public String aspectWithTimerControl() {
        return timedByHand.call(argument);
    }

    @Benchmark
    public String timed() {
        return timed.call(argument);
    }

    @Benchmark
    public String observed() {
        return observed.call(argument);
    }

    @Benchmark
    public String smartAsync() {
        return smart.call(argument);
    }

    @Benchmark
    public String timedWithoutBuckets() {
        return timed.call(argument);
    }

    @Benchmark
    public String observedWithoutBuckets() {
        return observed.call(argument);
    }

    @Benchmark
    public String smartAsyncWithoutBuckets() {
        return smart.call(argument);
    }

    @Benchmark
    public String smartAsyncMetricsOff() {
        return smart.call(argument);
    }

    /** One bean for each way of intercepting it, so that none has the advice of another. */
    public static class Plain {

        public String call(String id) {
            return id;
        }
    }

    /** See {@link ByHand#doNothing}. */
    public static class Advised {

        public String call(String id) {
            return id;
        }
    }

    /** See {@link ByHand#time}. */
    public static class TimedByHand {

        public String call(String id) {
            return id;
        }
    }

    /** Micrometer's. */
    public static class WithTimed {

        @Timed("timed")
        public String call(String id) {
            return id;
        }
    }

    /** Micrometer's too. */
    public static class WithObserved {

        @Observed(name = "observed")
        public String call(String id) {
            return id;
        }
    }

    /** Ours. */
    public static class Smart {

        @SmartAsync
        public String call(String id) {
            return id;
        }
    }

    /** What users would write. */
    @Aspect
    public static class ByHand {

        private final Timer timer;

        ByHand(MeterRegistry registry) {
            timer = registry.timer("byhand");
        }

        @Around("execution(* io.smartasync.benchmarks.Direct.TimedByHand.*(..))")
        public Object time(ProceedingJoinPoint joinPoint) throws Throwable {
            long start = System.nanoTime();
            try {
                return joinPoint.proceed();
            } finally {
                timer.record(System.nanoTime() - start, TimeUnit.NANOSECONDS);
            }
        }

        @Around("execution(* io.smartasync.benchmarks.Direct.Advised.*(..))")
        public Object doNothing(ProceedingJoinPoint joinPoint) throws Throwable {
            return joinPoint.proceed();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @Import({Advised.class, TimedByHand.class, WithTimed.class, WithObserved.class, Smart.class})
    static class Beans {

        @Bean
        ByHand byHand(MeterRegistry registry) {
            return new ByHand(registry);
        }

        @Bean
        TimedAspect timedAspect(MeterRegistry registry) {
            return new TimedAspect(registry);
        }

        @Bean
        ObservedAspect observedAspect(ObservationRegistry registry) {
            return new ObservedAspect(registry);
        }
    }
}
