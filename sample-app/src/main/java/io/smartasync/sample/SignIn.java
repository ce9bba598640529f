package io.smartasync.sample;

import io.smartasync.SmartAsync;
import io.smartasync.Workload;
import java.util.concurrent.CompletableFuture;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.security.crypto.bcrypt.BCryptPasswordEncoder;
import org.springframework.stereotype.Service;

/** Bcrypt at cost 12 computes for a quarter of a second: on the {@code cpu} executor, whoever calls. */
@Service
public class SignIn {

    private final BCryptPasswordEncoder bcrypt = new BCryptPasswordEncoder(12);
    private final String hashOfNobody = bcrypt.encode("nobody");
    private final JdbcClient jdbc;

    SignIn(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    @SmartAsync(workload = Workload.CPU)
    public CompletableFuture<Boolean> isValid(String user, String password) {
        String hash = jdbc.sql("select password_hash from account where name = ?")
                .param(user)
                .query(String.class)
                .optional()
                .orElse(hashOfNobody); // takes as long for a user who does not exist
        boolean matches = bcrypt.matches(password, hash);
        return CompletableFuture.completedFuture(matches && !hash.equals(hashOfNobody));
    }
}
