package io.smartasync.bridge.found;

import io.smartasync.SmartAsyncBridge;
import java.util.concurrent.CompletableFuture;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;

/** Made where there is a text. */
@SmartAsyncBridge(CharSequence.class)
@ConditionalOnBean(CharSequence.class)
interface ConditionalTexts {

    CompletableFuture<Integer> length();
}
