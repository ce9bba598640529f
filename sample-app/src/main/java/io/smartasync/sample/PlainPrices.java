package io.smartasync.sample;

import io.smartasync.SmartAsyncBridge;
import java.util.List;

/** {@link Prices} for callers that may wait. */
@SmartAsyncBridge(Prices.class)
interface PlainPrices {

    List<Portfolio.Position> of(List<Holding> holdings);
}
