package io.smartasync.sample;

import io.smartasync.SmartAsync;
import io.smartasync.Workload;
import java.util.concurrent.CompletableFuture;
import org.springframework.security.crypto.bcrypt.BCryptPasswordEncoder;
import org.springframework.stereotype.Service;

/** Bcrypt at cost 12 computes for a quarter of a second: on the {@code cpu} executor, whoever calls. */
@Service
public class Passwords {

    /** Of a password that nobody knows: an unknown user's sign-in takes as long as that of a known one. */
    static final String HASH_OF_NOBODY = "$2a$12$kzTschpMCNp3If0HmDZtJ.pUXVitN94NcWxtYicEpp3hezcjsr3um";

    private final BCryptPasswordEncoder bcrypt = new BCryptPasswordEncoder(12);

    @SmartAsync(workload = Workload.CPU)
    public CompletableFuture<Boolean> match(String password, String hash) {
        return CompletableFuture.completedFuture(bcrypt.matches(password, hash));
    }
}
