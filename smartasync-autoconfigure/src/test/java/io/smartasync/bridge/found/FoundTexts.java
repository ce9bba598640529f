package io.smartasync.bridge.found;

import io.smartasync.SmartAsyncBridge;
import reactor.core.publisher.Mono;

/** Found by a scan of its package. */
@SmartAsyncBridge(CharSequence.class)
public interface FoundTexts {

    Mono<Integer> length();
}
