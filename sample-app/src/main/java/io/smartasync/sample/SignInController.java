package io.smartasync.sample;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/** A long computation, then a short one. */
@RestController
class SignInController {

    private final SignIn signIn;
    private final Tokens tokens;

    SignInController(SignIn signIn, Tokens tokens) {
        this.signIn = signIn;
        this.tokens = tokens;
    }

    record Credentials(@Nullable String user, @Nullable String password) {}

    @PostMapping("/sign-in")
    CompletableFuture<ResponseEntity<Map<String, String>>> signIn(@RequestBody Credentials credentials) {
        String user = credentials.user();
        String password = credentials.password();
        if (user == null || password == null) {
            throw new ResponseStatusException(HttpStatus.BAD_REQUEST, "user and password are needed");
        }
        return signIn.isValid(user, password)
                .thenApply(valid -> valid
                        ? ResponseEntity.ok(Map.of("token", tokens.issue(user)))
                        : ResponseEntity.status(HttpStatus.UNAUTHORIZED).build());
    }
}
