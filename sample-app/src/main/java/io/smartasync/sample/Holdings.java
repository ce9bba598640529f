package io.smartasync.sample;

import io.smartasync.SmartAsync;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.springframework.jdbc.core.DataClassRowMapper;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/**
 * Holdings in a database, over JDBC: every call blocks. On a servlet or virtual thread it runs in place; an event loop gets
 * the future, whose body runs on an executor.
 */
@Repository
@SmartAsync
public class Holdings {

    private final JdbcClient jdbc;

    Holdings(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    public List<Holding> of(String owner) {
        return query(owner);
    }

    public CompletableFuture<List<Holding>> ofAsync(String owner) {
        return CompletableFuture.completedFuture(query(owner));
    }

    private List<Holding> query(String owner) {
        return jdbc.sql("select symbol, quantity from holding where owner = ? order by symbol")
                .param(owner)
                .query(DataClassRowMapper.newInstance(Holding.class))
                .list();
    }
}
