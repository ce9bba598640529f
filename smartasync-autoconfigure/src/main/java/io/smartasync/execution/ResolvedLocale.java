package io.smartasync.execution;

import org.jspecify.annotations.Nullable;
import org.springframework.context.i18n.LocaleContext;
import org.springframework.context.i18n.LocaleContextThreadLocalAccessor;
import org.springframework.context.i18n.SimpleLocaleContext;
import org.springframework.context.i18n.SimpleTimeZoneAwareLocaleContext;
import org.springframework.context.i18n.TimeZoneAwareLocaleContext;

/**
 * The locale of a caller, asked for while it is there. What {@code DispatcherServlet} gives to its threads asks the request each
 * time; a body may outlive that, and would get an error or the locale of the next request.
 */
final class ResolvedLocale extends LocaleContextThreadLocalAccessor {

    @Override
    public @Nullable LocaleContext getValue() {
        LocaleContext context = super.getValue();
        if (context == null
                || context.getClass() == SimpleLocaleContext.class
                || context.getClass() == SimpleTimeZoneAwareLocaleContext.class) {
            return context;
        }
        try {
            return context instanceof TimeZoneAwareLocaleContext withZone
                    ? new SimpleTimeZoneAwareLocaleContext(withZone.getLocale(), withZone.getTimeZone())
                    : new SimpleLocaleContext(context.getLocale());
        } catch (RuntimeException ex) {
            return context; // a body that needs no locale must not fail; one that asks gets this error
        }
    }
}
