package io.smartasync.execution;

import io.smartasync.Caller;
import io.smartasync.SmartAsyncOperations;
import io.smartasync.plan.Shape;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.springframework.util.ReflectionUtils;
import org.springframework.util.function.SingletonSupplier;
import org.springframework.util.function.ThrowingFunction;

/** Hands pieces of code to the engine. */
public final class SmartAsyncTemplate extends OperationsTemplate<SmartAsyncOperations> implements SmartAsyncOperations {

    private static final Body<Callable<?>> CODE = Callable::call;
    private static final Body<CompletionStage<?>> STAGE = stage -> stage;

    private final SingletonSupplier<BoundMethod> call = running("call");
    private final SingletonSupplier<BoundMethod> future = running("future");
    private final SingletonSupplier<BoundMethod> await = awaiting("await", Shape.FUTURE);
    private final SingletonSupplier<BoundMethod> callAll = runningItems("callAll", CompletableFuture.class);
    private final SingletonSupplier<BoundMethod> futureAll = running("futureAll");
    private final SingletonSupplier<BoundMethod> refusedAll = awaiting("callAll", Shape.FUTURE);

    /** Makes operations without settings. */
    public SmartAsyncTemplate(SmartAsyncEngine engine, MethodRegistry methods) {
        super(engine, methods);
    }

    private SmartAsyncTemplate(OperationsTemplate<SmartAsyncOperations> origin, Settings settings) {
        super(origin, settings);
    }

    @Override
    SmartAsyncOperations with(Settings settings) {
        return new SmartAsyncTemplate(this, settings);
    }

    @Override
    public <T extends @Nullable Object> T call(Callable<T> work) throws Exception {
        return invoke(call.obtain(), CODE, work);
    }

    @Override
    public <T extends @Nullable Object> CompletableFuture<T> future(Callable<T> work) {
        try {
            return invoke(future.obtain(), CODE, work);
        } catch (Exception ex) {
            return CompletableFuture.failedFuture(ex);
        }
    }

    @Override
    public <T extends @Nullable Object> T await(CompletionStage<T> stage) throws Exception {
        return invoke(await.obtain(), STAGE, stage);
    }

    @Override
    public <T, R extends @Nullable Object> List<R> callAll(
            Collection<T> items, int concurrency, ThrowingFunction<T, R> work) throws Exception {
        BoundMethod method = callAll.obtain();
        if (method.route(Caller.EVENT_LOOP).executor() != null && engine.isOnEventLoop()) {
            BoundMethod refused = refusedAll.obtain();
            throw SmartAsyncEngine.reject(refused, engine.route(refused));
        }
        try {
            return SmartAsyncEngine.await(method, FanOut.start(engine, method, items, work, concurrency, true));
        } catch (Throwable ex) {
            ReflectionUtils.rethrowException(ex);
            throw new IllegalStateException(ex);
        }
    }

    @Override
    public <T, R extends @Nullable Object> CompletableFuture<List<R>> futureAll(
            Collection<T> items, int concurrency, ThrowingFunction<T, R> work) {
        return FanOut.start(engine, futureAll.obtain(), items, work, concurrency, false);
    }
}
