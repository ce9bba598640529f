package io.smartasync.sample;

import org.springframework.test.context.ActiveProfiles;

/** On Netty. */
@ActiveProfiles("reactive")
class ReactiveServerTest extends ServerContract {

    @Override
    String caller() {
        return "event-loop";
    }

    @Override
    String server() {
        return "Netty";
    }
}
