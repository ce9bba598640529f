package io.smartasync.test;

import io.smartasync.Caller;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.springframework.core.task.VirtualThreadTaskExecutor;
import org.springframework.util.ClassUtils;

/** Makes a thread of each kind. What it inherits would depend on the test before, so it inherits nothing. */
final class CallerThreads {

    private static final String NAME = "test-caller-";

    private CallerThreads() {}

    /** A thread, not started yet, from which calls come as from {@code caller}. */
    static Thread of(Caller caller, Runnable body) {
        return switch (caller) {
            case PLATFORM -> platform(caller, body);
            case SERVLET -> {
                require(
                        caller,
                        "spring-test, spring-web and the servlet API",
                        isPresent("org.springframework.mock.web.MockHttpServletRequest")
                                && isPresent("org.springframework.web.context.request.RequestContextHolder")
                                && isPresent("jakarta.servlet.http.HttpServletRequest"));
                yield platform(caller, ServletRequest.around(body));
            }
            case VIRTUAL -> {
                if (Runtime.version().feature() < 21) {
                    Assumptions.abort("@CallerThread(VIRTUAL) needs Java 21; this is " + Runtime.version());
                }
                yield withoutParent(() -> new VirtualThreadTaskExecutor(NAME + caller.tag() + "-")
                        .getVirtualThreadFactory()
                        .newThread(body));
            }
            case EVENT_LOOP -> {
                boolean reactor = isPresent("reactor.core.scheduler.NonBlocking");
                boolean netty = isPresent("io.netty.util.concurrent.FastThreadLocalThread");
                require(caller, "Reactor or Netty", reactor || netty);
                yield reactor
                        ? ReactorLoop.of(body, NAME + caller.tag())
                        : withoutParent(() -> NettyLoop.of(body, NAME + caller.tag()));
            }
        };
    }

    private static Thread platform(Caller caller, Runnable body) {
        return new Thread(null, body, NAME + caller.tag(), 0, false);
    }

    /** Made on a thread that has nothing to inherit, where the thread can't be told to inherit nothing. */
    private static Thread withoutParent(Supplier<Thread> maker) {
        return CompletableFuture.supplyAsync(maker, task -> new Thread(null, task, NAME + "maker", 0, false).start())
                .join();
    }

    private static boolean isPresent(String type) {
        return ClassUtils.isPresent(type, CallerThreads.class.getClassLoader());
    }

    private static void require(Caller caller, String libraries, boolean present) {
        if (!present) {
            throw new ExtensionConfigurationException(
                    "@CallerThread(" + caller + ") needs " + libraries + " on the class path of the test");
        }
    }
}
