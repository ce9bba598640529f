package io.smartasync.test;

import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.web.context.request.RequestAttributes;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

/** What Spring binds to the thread of a servlet request. Loaded only where the servlet API is. */
final class ServletRequest {

    private ServletRequest() {}

    /** {@code body}, in the request that the current thread serves, or else in one of its own. */
    static Runnable around(Runnable body) {
        RequestAttributes here = RequestContextHolder.getRequestAttributes();
        RequestAttributes attributes = here instanceof ServletRequestAttributes
                ? here
                : new ServletRequestAttributes(new MockHttpServletRequest());
        return () -> {
            RequestContextHolder.setRequestAttributes(attributes);
            try {
                body.run();
            } finally {
                RequestContextHolder.resetRequestAttributes();
            }
        };
    }
}
