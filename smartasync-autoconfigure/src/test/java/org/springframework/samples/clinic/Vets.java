package org.springframework.samples.clinic;

import io.smartasync.SmartAsync;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.NullMarked;

/** An application where those of Spring's samples are: under the framework's own package. */
@NullMarked
public class Vets {

    @SmartAsync
    public CompletableFuture<String> find(String name) {
        return CompletableFuture.completedFuture(name);
    }

    /** By an annotation on the type. */
    @SmartAsync
    public static class Visits {

        public String last(String pet) {
            return pet;
        }
    }
}
