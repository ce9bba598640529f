package io.smartasync.sample;

import reactor.blockhound.BlockHound;
import reactor.blockhound.integration.BlockHoundIntegration;

/** What Netty itself may do on its loops. Nothing of ours or of the sample's is excused. */
public final class NettyUnderBlockHound implements BlockHoundIntegration {

    /** Its allocator takes a short lock where two threads ask for memory at once. */
    @Override
    public void applyTo(BlockHound.Builder builder) {
        builder.allowBlockingCallsInside("io.netty.buffer.AdaptivePoolingAllocator", "allocate");
    }
}
