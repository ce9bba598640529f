package io.smartasync.sample;

import io.smartasync.SmartAsync;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The accounts. Apart from {@link Passwords}, so that waiting for the database holds no thread that should compute. */
@Repository
@SmartAsync
public class Accounts {

    private final JdbcClient jdbc;

    Accounts(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    public CompletableFuture<Optional<String>> passwordHash(String user) {
        return CompletableFuture.completedFuture(jdbc.sql("select password_hash from account where name = ?")
                .param(user)
                .query(String.class)
                .optional());
    }
}
