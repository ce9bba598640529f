package org.example.quotes

import io.smartasync.SmartAsync
import io.smartasync.Workload
import java.util.concurrent.CompletableFuture
import java.util.concurrent.CountDownLatch
import java.util.concurrent.atomic.AtomicInteger
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.GlobalScope
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.launch
import kotlinx.coroutines.reactive.asFlow
import kotlinx.coroutines.reactor.awaitSingle
import kotlinx.coroutines.yield
import org.slf4j.MDC
import reactor.core.publisher.Flux
import reactor.core.publisher.Mono

/** Without what coroutines add to it in tests. */
fun threadName(): String = Thread.currentThread().name.substringBefore(" @")

/** Not to be copied by what coroutines do to stack traces. */
class NoQuote(val symbol: String, val why: Int) : Exception(symbol)

/** What the bodies and their test tell each other. Apart from the bean, whose getters would be calls too. */
class Probe {

    val failure = NoQuote("ACME", 404)
    val started = CountDownLatch(1)
    val release = CountDownLatch(1)
    val ended = CountDownLatch(1)
    val cleaning = CountDownLatch(1)
    val most = AtomicInteger()
    private val running = AtomicInteger()

    @Volatile
    var cancelled = false

    @Volatile
    var seen: List<String> = listOf()

    inline fun <T> counted(body: () -> T): T {
        enter()
        try {
            return body()
        } finally {
            leave()
        }
    }

    fun enter() {
        most.accumulateAndGet(running.incrementAndGet(), ::maxOf)
    }

    fun leave() {
        running.decrementAndGet()
    }
}

@SmartAsync
class Quotes(private val probe: Probe) {

    /** Where it ran before and after a suspension. */
    suspend fun nonBlocking(): List<String> = beforeAndAfterSuspension()

    @SmartAsync(workload = Workload.IO)
    suspend fun blocking(): List<String> = beforeAndAfterSuspension()

    @SmartAsync(workload = Workload.CPU)
    suspend fun computing(): String = threadName()

    private suspend fun beforeAndAfterSuspension(): List<String> {
        val before = threadName()
        delay(1)
        val between = threadName()
        yield()
        return listOf(before, between, threadName())
    }

    @SmartAsync(workload = Workload.IO)
    suspend fun failing(): String {
        delay(1)
        throw probe.failure
    }

    @SmartAsync(workload = Workload.IO)
    suspend fun failingAtOnce(): String = throw probe.failure

    @SmartAsync(workload = Workload.IO)
    suspend fun nothing(): String? = null

    @SmartAsync(workload = Workload.IO)
    suspend fun unit() {
        delay(1)
    }

    @SmartAsync(workload = Workload.IO)
    suspend fun mdc(): List<String?> {
        val before = MDC.get("user")
        delay(1)
        return listOf(before, MDC.get("user"))
    }

    @SmartAsync(workload = Workload.IO)
    fun later(): CompletableFuture<String> {
        probe.release.await()
        return CompletableFuture.completedFuture("later")
    }

    /** Blocks its thread until it is interrupted. */
    @SmartAsync(workload = Workload.IO)
    suspend fun blockedForEver() {
        delay(1)
        probe.started.countDown()
        try {
            CountDownLatch(1).await()
        } catch (ex: InterruptedException) {
            probe.seen = listOf("interrupted", threadName())
            throw ex
        } finally {
            probe.ended.countDown()
        }
    }

    /** Suspended until it is cancelled; then blocks its thread to clean up. */
    @SmartAsync(value = "handOver", workload = Workload.IO)
    suspend fun suspendedForEver() {
        try {
            coroutineScope {
                launch { probe.started.countDown() } // its turn comes when the other is suspended
                awaitCancellation()
            }
        } finally {
            probe.cleaning.countDown()
            try {
                probe.release.await()
                probe.seen = listOf("cleaned up", threadName())
            } catch (ex: InterruptedException) {
                probe.seen = listOf("interrupted", threadName())
            }
            probe.ended.countDown()
        }
    }

    @SmartAsync(workload = Workload.IO)
    suspend fun suspended(before: Runnable) {
        try {
            before.run()
            delay(20)
        } finally {
            probe.ended.countDown()
        }
    }

    @SmartAsync(workload = Workload.IO, timeout = "1s")
    suspend fun slow() {
        try {
            awaitCancellation()
        } finally {
            probe.ended.countDown()
        }
    }

    @SmartAsync(timeout = "1s")
    suspend fun slowAndNonBlocking() {
        awaitCancellation()
    }

    /** Its children each hold a thread for a while. */
    @SmartAsync(workload = Workload.IO)
    suspend fun children(): Int = coroutineScope {
        (1..4).map {
            async { probe.counted { Thread.sleep(20) } }
        }.forEach { it.await() }
        probe.most.get()
    }

    @SmartAsync(value = "single", workload = Workload.IO)
    suspend fun limited(gate: suspend () -> Unit): String {
        probe.counted { gate() }
        return threadName()
    }

    @SmartAsync(value = "full", workload = Workload.IO)
    suspend fun withoutQueue(gate: suspend () -> Unit): String {
        gate()
        return threadName()
    }

    fun flow(): Flow<String> = threads()

    @SmartAsync(workload = Workload.IO)
    fun blockingFlow(): Flow<String> = threads()

    @SmartAsync(workload = Workload.IO)
    fun threadsOf(elements: Flow<Int>): Flow<String> = elements.map { threadName() }

    @SmartAsync(workload = Workload.IO)
    fun threadsOf(elements: Flux<Int>): Flow<String> = elements.asFlow().map { threadName() }

    @SmartAsync(workload = Workload.IO)
    suspend fun threadOf(element: Mono<Int>): String {
        element.awaitSingle()
        return threadName()
    }

    private fun threads(): Flow<String> = flow {
        emit(threadName())
        delay(1)
        emit(threadName())
        yield()
        emit(threadName())
    }

    @SmartAsync(workload = Workload.IO)
    fun failingFlow(): Flow<String> = flow {
        emit("one")
        delay(1)
        throw probe.failure
    }

    @SmartAsync(workload = Workload.IO)
    fun endlessFlow(): Flow<Int> = flow {
        try {
            var i = 0
            while (true) {
                emit(i++)
            }
        } finally {
            probe.ended.countDown()
        }
    }

    /** Blocks a thread when somebody wants the second element. */
    @SmartAsync(workload = Workload.IO)
    fun flowBlockedForEver(): Flow<Int> = flow {
        emit(1)
        probe.started.countDown()
        try {
            CountDownLatch(1).await()
        } catch (ex: InterruptedException) {
            probe.seen = listOf("interrupted", threadName())
            throw ex
        } finally {
            probe.ended.countDown()
        }
    }

    suspend fun suspendingFlow(): Flow<Int> {
        delay(1)
        return flow {
            emit(1)
            emit(2)
        }
    }

    @OptIn(kotlinx.coroutines.DelicateCoroutinesApi::class)
    fun deferred(): Deferred<String> = GlobalScope.async { threadName() }
}

@SmartAsync(workload = Workload.IO)
interface Rates {

    suspend fun find(): String
}

class JdbcRates : Rates {

    override suspend fun find(): String {
        delay(1)
        return threadName()
    }
}
