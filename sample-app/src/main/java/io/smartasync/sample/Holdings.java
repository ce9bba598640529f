package io.smartasync.sample;

import io.smartasync.SmartAsync;
import java.util.List;
import org.springframework.jdbc.core.DataClassRowMapper;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/**
 * Holdings in a database, over JDBC: every call blocks. On a servlet or virtual thread it runs in place; callers
 * that must not wait hold the bean as {@link FutureHoldings}.
 */
@Repository
@SmartAsync
public class Holdings {

    private final JdbcClient jdbc;

    Holdings(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    public List<Holding> of(String owner) {
        return jdbc.sql("select symbol, quantity from holding where owner = ? order by symbol")
                .param(owner)
                .query(DataClassRowMapper.newInstance(Holding.class))
                .list();
    }
}
