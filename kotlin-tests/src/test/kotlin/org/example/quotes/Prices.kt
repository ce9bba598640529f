package org.example.quotes

import io.smartasync.SmartAsync
import io.smartasync.Workload
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.flow
import org.springframework.jdbc.core.simple.JdbcClient
import org.springframework.stereotype.Service

@SmartAsync(workload = Workload.IO)
@Service
class Prices(private val jdbc: JdbcClient) {

    suspend fun find(symbol: String): Int =
        jdbc.sql("select price from quote where symbol = ?").param(symbol).query(Int::class.java).single()

    fun all(): Flow<Int> = flow {
        jdbc.sql("select price from quote").query { row, _ -> row.getInt("price") }.stream().use { prices ->
            for (price in prices.iterator()) emit(price)
        }
    }
}
