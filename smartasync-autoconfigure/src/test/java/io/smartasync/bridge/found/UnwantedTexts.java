package io.smartasync.bridge.found;

import io.smartasync.SmartAsyncBridge;
import java.util.concurrent.CompletableFuture;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;

/** Made where there is no text. */
@SmartAsyncBridge(CharSequence.class)
@ConditionalOnMissingBean(CharSequence.class)
interface UnwantedTexts {

    CompletableFuture<Integer> length();
}
