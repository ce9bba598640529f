package io.smartasync.execution;

import java.io.Serial;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextImpl;
import reactor.core.Fuseable;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;

/**
 * Spring Security's context between Reactor and threads, which know it under different keys: publishers find a {@code Mono} of
 * it under its class, a thread gets what is under the name of the class. Loaded only where Spring Security is.
 */
final class ReactorSecurity {

    private static final Object FOR_PUBLISHERS = SecurityContext.class;

    /** That of Spring Security's accessor for {@code SecurityContextHolder}. */
    private static final Object FOR_THREADS = SecurityContext.class.getName();

    private ReactorSecurity() {}

    /** What the body on another thread gets of its subscriber: the one for publishers is the nearer. */
    static Context forThread(Context subscriber) {
        if (!subscriber.hasKey(FOR_PUBLISHERS)) {
            return subscriber;
        }
        Mono<SecurityContext> found = subscriber.get(FOR_PUBLISHERS);
        // What is there already, such as Mono.just, may be asked for on any thread; a lookup may need the subscriber's
        // context
        boolean there = found instanceof Fuseable.ScalarCallable;
        return subscriber.put(FOR_THREADS, new Later(there ? found : found.contextWrite(subscriber)));
    }

    /** What a publisher gets of the thread that asks for its result, after that was captured into {@code context}. */
    static Context forPublisher(Context context) {
        SecurityContext found = context.getOrDefault(FOR_THREADS, null);
        if (found == null) {
            return context;
        }
        return context.put(FOR_PUBLISHERS, found instanceof Later later ? later.forPublisher() : Mono.just(found));
    }

    /**
     * Waits when the body asks, and not before: most never ask, and where a body of ours looks up who is signed in, it would
     * wait for itself.
     */
    private static final class Later implements SecurityContext {

        @Serial
        private static final long serialVersionUID = 1;

        private transient volatile Mono<SecurityContext> context;

        Later(Mono<SecurityContext> context) {
            this.context = context;
        }

        @Override
        public @Nullable Authentication getAuthentication() {
            SecurityContext found = context.block();
            context = Mono.justOrEmpty(found); // from here on without a wait
            return found == null ? null : found.getAuthentication();
        }

        /** Not in the subscriber's own, to which nothing comes back. */
        @Override
        public void setAuthentication(@Nullable Authentication authentication) {
            context = Mono.just(with(authentication));
        }

        /** For a publisher, which must not wait. */
        Mono<SecurityContext> forPublisher() {
            return Mono.defer(() -> context);
        }

        @Serial
        private Object writeReplace() {
            return with(getAuthentication());
        }

        private static SecurityContext with(@Nullable Authentication authentication) {
            SecurityContext context = new SecurityContextImpl();
            context.setAuthentication(authentication);
            return context;
        }
    }
}
