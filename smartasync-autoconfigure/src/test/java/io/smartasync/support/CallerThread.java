package io.smartasync.support;

import io.smartasync.Caller;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.springframework.core.task.VirtualThreadTaskExecutor;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** The real threads that calls come from in the tests. */
public enum CallerThread {
    PLAIN_THREAD(Caller.PLATFORM) {
        @Override
        Executor executor(Servers servers) {
            return task -> new Thread(task, "plain").start();
        }
    },
    SERVLET_REQUEST(Caller.SERVLET) {
        @Override
        Executor executor(Servers servers) {
            return servers::onTomcatRequest;
        }
    },
    VIRTUAL_THREAD(Caller.VIRTUAL) {
        @Override
        Executor executor(Servers servers) {
            return new VirtualThreadTaskExecutor("virtual-");
        }
    },
    REACTOR_LOOP(Caller.EVENT_LOOP) {
        @Override
        Executor executor(Servers servers) {
            return LOOP::schedule;
        }
    },
    NETTY_REQUEST(Caller.EVENT_LOOP) {
        @Override
        Executor executor(Servers servers) {
            return servers::onNettyRequest;
        }
    };

    private static final Scheduler LOOP = Schedulers.newSingle("test-loop", true);

    private final Caller caller;

    CallerThread(Caller caller) {
        this.caller = caller;
    }

    abstract Executor executor(Servers servers);

    /** What the detection must find. */
    public Caller caller() {
        return caller;
    }

    /** Whether this JVM has such threads. */
    public boolean isAvailable() {
        return this != VIRTUAL_THREAD || Runtime.version().feature() >= 21;
    }

    /** Runs {@code work} on such a thread and waits for it. */
    public <T> T run(Servers servers, Callable<T> work) throws Exception {
        CompletableFuture<T> result = new CompletableFuture<>();
        executor(servers).execute(() -> {
            try {
                result.complete(work.call());
            } catch (Throwable ex) {
                result.completeExceptionally(ex);
            }
        });
        return result.get(20, TimeUnit.SECONDS);
    }
}
