package io.smartasync.sample;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;
import reactor.core.publisher.Mono;

/** A query, a long computation, then a short one; no thread waits in between. */
@RestController
class SignInController {

    private final Accounts accounts;
    private final Passwords passwords;
    private final Tokens tokens;

    SignInController(Accounts accounts, Passwords passwords, Tokens tokens) {
        this.accounts = accounts;
        this.passwords = passwords;
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
        return accounts.passwordHash(user)
                .thenCompose(hash -> passwords.match(password, hash.orElse(Passwords.HASH_OF_NOBODY)))
                .thenApply(
                        matches -> matches ? ResponseEntity.ok(Map.of("token", tokens.issue(user))) : unauthorized());
    }

    /** Whose token is it? A Mono is made on the event loop itself, and the token may be checked there. */
    @GetMapping("/me")
    Mono<ResponseEntity<Map<String, String>>> me(
            @RequestHeader(name = "Authorization", defaultValue = "") String authorization) {
        String token = authorization.replaceFirst("^Bearer ", "");
        return Mono.just(tokens.userOf(token)
                .map(user -> ResponseEntity.ok(Map.of("user", user)))
                .orElseGet(SignInController::unauthorized));
    }

    private static ResponseEntity<Map<String, String>> unauthorized() {
        return ResponseEntity.status(HttpStatus.UNAUTHORIZED).build();
    }
}
