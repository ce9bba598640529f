package io.smartasync.execution;

import io.smartasync.SmartAsync;
import java.util.concurrent.CompletableFuture;

/** A bean whose class is loaded anew for each application. */
@SmartAsync
public class Redeployed {

    public CompletableFuture<Object> future(Object argument) {
        return CompletableFuture.completedFuture(argument);
    }
}
