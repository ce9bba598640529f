package org.example.shop;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Handlers for either kind of server. They answer with the names of the bodies' threads. */
@RestController
class CatalogueController {

    private final Catalogue catalogue;
    private final FutureCatalogue bridge;

    CatalogueController(Catalogue catalogue, FutureCatalogue bridge) {
        this.catalogue = catalogue;
        this.bridge = bridge;
    }

    @GetMapping("/value")
    String value() {
        return catalogue.value();
    }

    @GetMapping("/value-elsewhere")
    String valueElsewhere() {
        return catalogue.valueElsewhere();
    }

    @GetMapping("/ruled")
    String ruled() {
        return catalogue.ruled();
    }

    @GetMapping("/failing")
    String failing() {
        try {
            return catalogue.failing();
        } catch (Catalogue.SoldOut error) {
            return "sold out";
        }
    }

    @GetMapping("/background")
    CompletableFuture<String> background() {
        CompletableFuture<String> done = new CompletableFuture<>();
        catalogue.inBackground(done);
        return done;
    }

    @GetMapping("/future")
    CompletableFuture<String> future() {
        return catalogue.future();
    }

    @GetMapping("/stage")
    CompletionStage<String> stage() {
        return catalogue.stage();
    }

    @GetMapping("/bridge")
    CompletableFuture<String> bridge() {
        return bridge.value();
    }

    @GetMapping("/computed")
    CompletionStage<String> computed() {
        return (CompletableFuture<String>) catalogue.computed();
    }
}
