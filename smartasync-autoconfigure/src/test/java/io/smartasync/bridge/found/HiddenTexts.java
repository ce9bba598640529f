package io.smartasync.bridge.found;

import io.smartasync.SmartAsyncBridge;
import java.io.IOException;
import java.util.Iterator;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

/** Seen by its package only. */
@SmartAsyncBridge(CharSequence.class)
interface HiddenTexts extends Iterable<Integer>, Callable<String> {

    CompletableFuture<Integer> length();

    @Override
    default Iterator<Integer> iterator() {
        return IntStream.range(0, length().join()).iterator();
    }

    @Override
    default String call() throws IOException {
        throw new IOException("as thrown");
    }
}
