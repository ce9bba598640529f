package io.smartasync.caller;

import io.smartasync.Caller;
import io.smartasync.CallerDetector;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.util.ClassUtils;
import org.springframework.util.PatternMatchUtils;

/**
 * Finds out what kind of thread makes a call, anew at each call. Thread-safe.
 *
 * <p>The order matters: a virtual thread may serve a servlet request and must be told as virtual, and nothing may block
 * an event loop whatever else it is.
 */
public final class CallerDetection {

    private final CallerDetector[] detectors;
    private final String[] loopNamePatterns;
    private final boolean reactor;
    private final boolean vertx;
    private final boolean netty;
    private final @Nullable Class<?> xnioLoop;
    private final boolean servlet;

    /**
     * Prepares the detection for the libraries that {@code classLoader} has.
     *
     * @param detectors asked first, in this order
     * @param loopNamePatterns names of threads to take for event loops besides those that are recognised, {@code *}
     *     allowed
     * @param classLoader where Reactor, Netty, Vert.x, Undertow and the servlet API are looked for
     */
    public CallerDetection(
            List<CallerDetector> detectors, List<String> loopNamePatterns, @Nullable ClassLoader classLoader) {
        this.detectors = detectors.toArray(CallerDetector[]::new);
        this.loopNamePatterns = loopNamePatterns.toArray(String[]::new);
        this.reactor = ClassUtils.isPresent("reactor.core.scheduler.Schedulers", classLoader);
        this.vertx = ClassUtils.isPresent("io.vertx.core.Context", classLoader);
        this.netty = ClassUtils.isPresent("io.netty.util.concurrent.FastThreadLocalThread", classLoader);
        // By name: no Boot after 3.5 has Undertow, whose loops these are
        this.xnioLoop = ClassUtils.isPresent("org.xnio.XnioIoThread", classLoader)
                ? ClassUtils.resolveClassName("org.xnio.XnioIoThread", classLoader)
                : null;
        this.servlet = ClassUtils.isPresent("jakarta.servlet.ServletRequest", classLoader)
                && ClassUtils.isPresent("org.springframework.web.context.request.RequestContextHolder", classLoader);
    }

    /** The kind of thread that asks. */
    public Caller current() {
        Thread thread = Thread.currentThread();
        for (CallerDetector detector : detectors) {
            Caller caller = detector.detect(thread);
            if (caller != null) {
                return caller;
            }
        }
        if (isEventLoop(thread)) {
            return Caller.EVENT_LOOP;
        }
        if (VirtualThreads.isVirtual(thread)) {
            return Caller.VIRTUAL;
        }
        if (servlet && ServletThreads.isServingRequest()) {
            return Caller.SERVLET;
        }
        return Caller.PLATFORM;
    }

    private boolean isEventLoop(Thread thread) {
        if (reactor && ReactorThreads.isNonBlocking(thread)) {
            return true;
        }
        if (vertx && VertxThreads.isVertx()) {
            // Asked before Netty: a Vert.x worker is a Netty thread too, but may block
            return VertxThreads.isEventLoop();
        }
        if (netty && NettyThreads.isEventLoop(thread)) {
            return true;
        }
        if (xnioLoop != null && xnioLoop.isInstance(thread)) {
            return true;
        }
        return loopNamePatterns.length > 0 && PatternMatchUtils.simpleMatch(loopNamePatterns, thread.getName());
    }
}
