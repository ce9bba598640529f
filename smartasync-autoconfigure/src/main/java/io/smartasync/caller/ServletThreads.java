package io.smartasync.caller;

import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

/** What Spring knows of servlet requests on the current thread. Loaded only where the servlet API is. */
final class ServletThreads {

    private ServletThreads() {}

    static boolean isServingRequest() {
        return RequestContextHolder.getRequestAttributes() instanceof ServletRequestAttributes;
    }
}
