package io.smartasync.sample;

import reactor.blockhound.BlockHound;
import reactor.blockhound.integration.BlockHoundIntegration;

/** What libraries may do on event loops: take a short lock. Nothing of ours or of the sample's is excused. */
public final class LibrariesUnderBlockHound implements BlockHoundIntegration {

    @Override
    public void applyTo(BlockHound.Builder builder) {
        // Two threads ask for memory at once
        builder.allowBlockingCallsInside("io.netty.buffer.AdaptivePoolingAllocator", "allocate");
        // Two threads hand answers to Tomcat's pool at once
        builder.allowBlockingCallsInside("org.apache.tomcat.util.net.AbstractEndpoint", "processSocket");
        // Two threads see a type for the first time at once
        builder.allowBlockingCallsInside("tools.jackson.databind.deser.DeserializerCache", "findValueDeserializer");
        builder.allowBlockingCallsInside("tools.jackson.databind.SerializationContext", "findTypedValueSerializer");
    }
}
