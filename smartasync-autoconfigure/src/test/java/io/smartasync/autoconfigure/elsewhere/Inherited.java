package io.smartasync.autoconfigure.elsewhere;

import io.smartasync.SmartAsync;

/** In another package than the beans that inherit it. */
public class Inherited {

    @SmartAsync
    String find() {
        return "";
    }
}
