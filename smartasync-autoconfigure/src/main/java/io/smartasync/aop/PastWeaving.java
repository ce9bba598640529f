package io.smartasync.aop;

import io.smartasync.execution.Body;
import io.smartasync.execution.BoundMethod;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** The body behind a proxy that AspectJ intercepts once more, where the call must only pass. */
record PastWeaving<I>(BoundMethod method, Body<I> body) implements Body<I> {

    static <I> Body<I> of(BoundMethod method, Body<I> body) {
        return method.isWoven() ? new PastWeaving<>(method, body) : body;
    }

    @Override
    public @Nullable Object proceed(I invocation) throws Throwable {
        return method.callThrough(body, invocation);
    }

    @Override
    public @Nullable Object proceedElsewhere(I invocation) throws Throwable {
        return method.callThrough(again -> body.proceedElsewhere(again), invocation);
    }

    @Override
    public @Nullable Object proceedAgain(I invocation) throws Throwable {
        return method.callThrough(again -> body.proceedAgain(again), invocation);
    }

    @Override
    public @Nullable Object proceedIn(Executor steps, I invocation) throws Throwable {
        return method.callThrough(again -> body.proceedIn(steps, again), invocation);
    }

    @Override
    public @Nullable Object[] arguments(I invocation) {
        return body.arguments(invocation);
    }
}
