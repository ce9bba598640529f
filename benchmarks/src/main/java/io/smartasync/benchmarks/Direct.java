package io.smartasync.benchmarks;

import io.micrometer.core.annotation.Timed;
import io.micrometer.core.aop.TimedAspect;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.annotation.Observed;
import io.micrometer.observation.aop.ObservedAspect;
import io.smartasync.SmartAsync;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
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
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** A plain method, called on a thread that may block. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class Direct {

    private final Service plain = new Service();
    private String argument = "x";
    private ConfigurableApplicationContext context;
    private Service service;

    /** Without metrics where the benchmark says so. */
    @Setup
    public void start(org.openjdk.jmh.infra.BenchmarkParams benchmark) {
        boolean metrics = !benchmark.getBenchmark().endsWith("MetricsOff");
        context = Contexts.start(Beans.class, "smartasync.metrics.enabled=" + metrics);
        service = context.getBean(Service.class);
    }

    /** Ends the application. */
    @TearDown
    public void stop() {
        context.close();
    }

    @Benchmark
    public String directCall() {
        return plain.plain(argument);
    }

    @Benchmark
    public String emptyAspect() {
        return service.advised(argument);
    }

    @Benchmark
    public String aspectWithTimer() {
        return service.timedByHand(argument);
    }

    @Benchmark
    public String aspectWithTimerControl() {
        return service.timedByHand(argument);
    }

    @Benchmark
    public String timed() {
        return service.timed(argument);
    }

    @Benchmark
    public String observed() {
        return service.observed(argument);
    }

    @Benchmark
    public String smartAsync() {
        return service.smart(argument);
    }

    @Benchmark
    public String smartAsyncMetricsOff() {
        return service.smart(argument);
    }

    /** One method for each way of intercepting it. */
    public static class Service {

        public String plain(String id) {
            return id;
        }

        public String advised(String id) {
            return id;
        }

        public String timedByHand(String id) {
            return id;
        }

        @Timed("timed")
        public String timed(String id) {
            return id;
        }

        @Observed(name = "observed")
        public String observed(String id) {
            return id;
        }

        @SmartAsync
        public String smart(String id) {
            return id;
        }
    }

    /** What users would write. */
    @Aspect
    public static class ByHand {

        private final Timer timer;

        ByHand(MeterRegistry registry) {
            Duration[] buckets = LongStream.of(1, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000)
                    .mapToObj(Duration::ofMillis)
                    .toArray(Duration[]::new);
            timer = Timer.builder("by.hand").serviceLevelObjectives(buckets).register(registry);
        }

        @Around("execution(* io.smartasync.benchmarks.Direct.Service.timedByHand(..))")
        public Object time(ProceedingJoinPoint joinPoint) throws Throwable {
            long start = System.nanoTime();
            try {
                return joinPoint.proceed();
            } finally {
                timer.record(System.nanoTime() - start, TimeUnit.NANOSECONDS);
            }
        }

        @Around("execution(* io.smartasync.benchmarks.Direct.Service.advised(..))")
        public Object doNothing(ProceedingJoinPoint joinPoint) throws Throwable {
            return joinPoint.proceed();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Beans {

        @Bean
        Service service() {
            return new Service();
        }

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
