package org.example.quotes

import io.micrometer.context.ContextRegistry
import io.smartasync.Caller
import io.smartasync.ExecutionPath
import io.smartasync.ExecutorState
import io.smartasync.Outcome
import io.smartasync.autoconfigure.SmartAsyncAutoConfiguration
import io.smartasync.test.CallerThread
import io.smartasync.test.RecordSmartAsyncCalls
import io.smartasync.test.RecordedCalls
import java.util.concurrent.CompletableFuture
import java.util.concurrent.Executors
import java.util.concurrent.TimeUnit
import java.util.concurrent.TimeoutException
import java.util.concurrent.atomic.AtomicBoolean
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.asCoroutineDispatcher
import kotlinx.coroutines.async
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.onEach
import kotlinx.coroutines.flow.take
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.future.asDeferred
import kotlinx.coroutines.launch
import kotlinx.coroutines.reactive.asFlow
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withContext
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.Timeout
import org.junit.jupiter.api.extension.ExtendWith
import org.slf4j.MDC
import org.springframework.beans.factory.annotation.Autowired
import org.springframework.boot.autoconfigure.ImportAutoConfiguration
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration
import org.springframework.boot.test.system.CapturedOutput
import org.springframework.boot.test.system.OutputCaptureExtension
import org.springframework.context.ApplicationContext
import org.springframework.context.annotation.Bean
import org.springframework.context.annotation.Configuration
import org.springframework.context.annotation.Import
import org.springframework.core.task.TaskExecutor
import org.springframework.core.task.TaskRejectedException
import org.springframework.test.annotation.DirtiesContext
import org.springframework.test.context.TestPropertySource
import org.springframework.test.context.junit.jupiter.SpringJUnitConfig
import reactor.core.publisher.Flux
import reactor.core.scheduler.Schedulers

@SpringJUnitConfig
@ExtendWith(OutputCaptureExtension::class)
@RecordSmartAsyncCalls
@TestPropertySource(
    properties = [
        "smartasync.executors.single.concurrency-limit=1",
        "smartasync.executors.full.concurrency-limit=1",
        "smartasync.executors.full.queue-capacity=0",
    ],
)
@DirtiesContext(classMode = DirtiesContext.ClassMode.AFTER_EACH_TEST_METHOD) // its beans hold latches
@Timeout(30)
class CoroutinesTest @Autowired constructor(
    private val quotes: Quotes,
    private val probe: Probe,
    private val calls: RecordedCalls,
    private val context: ApplicationContext,
) {

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration(AopAutoConfiguration::class, SmartAsyncAutoConfiguration::class)
    @Import(Quotes::class, Probe::class)
    class Context {

        /** The thread that hands over the first step after the cancellation goes on only when that step has begun. */
        @Bean
        fun handOver(probe: Probe): TaskExecutor = TaskExecutor { task ->
            Thread(task, "hand-over").start()
            if (probe.cancelled) {
                probe.cleaning.await(10, TimeUnit.SECONDS)
            }
        }
    }

    private fun <T> onOwnThread(block: suspend CoroutineScope.() -> T): T {
        val dispatcher = Executors.newSingleThreadExecutor { Thread(it, "own") }.asCoroutineDispatcher()
        return dispatcher.use { runBlocking { withContext(dispatcher, block) } }
    }

    private suspend fun thrownBy(block: suspend () -> Any?): Throwable? =
        try {
            block()
            null
        } catch (ex: Throwable) {
            ex
        }

    private fun theOnlyCall(): RecordedCalls.Call = calls.all().single()

    @Test
    fun `a suspending function that does not block stays on its caller's dispatcher`() {
        assertThat(onOwnThread { quotes.nonBlocking() }).hasSize(3).allMatch { it.startsWith("own") }

        assertThat(theOnlyCall().path()).isEqualTo(ExecutionPath.PASS_THROUGH)
        assertThat(theOnlyCall().outcome()).isEqualTo(Outcome.SUCCESS)
    }

    @Test
    fun `one that blocks runs on its executor, after each suspension too, and its caller goes on where it was`() {
        val after = onOwnThread {
            assertThat(quotes.blocking()).hasSize(3).allMatch { it.startsWith("smartasync-io-") }
            threadName()
        }
        assertThat(after).startsWith("own")

        assertThat(theOnlyCall().path()).isEqualTo(ExecutionPath.OFFLOAD)
        assertThat(theOnlyCall().executor()).isEqualTo("io")
        assertThat(theOnlyCall().outcome()).isEqualTo(Outcome.SUCCESS)
    }

    @Test
    fun `one that computes runs on the executor for that`() {
        assertThat(onOwnThread { quotes.computing() }).startsWith("smartasync-cpu-")
    }

    @Test
    fun `the caller's thread is free while the body blocks`() {
        onOwnThread {
            val call = launch(start = CoroutineStart.UNDISPATCHED) { quotes.blockedForEver() }
            // On the same thread: would not get here if the call held it
            withContext(Dispatchers.IO) { probe.started.await() }
            call.cancelAndJoin()
        }
    }

    @Test
    @CallerThread(Caller.EVENT_LOOP)
    fun `an event loop is a caller like any other`() {
        assertThat(runBlocking { quotes.blocking() }).hasSize(3).allMatch { it.startsWith("smartasync-io-") }
        assertThat(theOnlyCall().caller()).isEqualTo(Caller.EVENT_LOOP)
    }

    @Test
    fun `without a dispatcher the body runs on the executor all the same`() {
        val threads = runBlocking(Dispatchers.Unconfined) { quotes.blocking() }
        assertThat(threads).hasSize(3).allMatch { it.startsWith("smartasync-io-") }
    }

    @Test
    fun `errors arrive as they were thrown`() {
        assertThat(onOwnThread { thrownBy { quotes.failing() } }).isSameAs(probe.failure)
        assertThat(onOwnThread { thrownBy { quotes.failingAtOnce() } }).isSameAs(probe.failure)

        assertThat(calls.all()).hasSize(2).allSatisfy {
            assertThat(it.outcome()).isEqualTo(Outcome.ERROR)
            assertThat(it.error()).isSameAs(probe.failure)
        }
    }

    @Test
    fun `null and Unit arrive too`() {
        assertThat(onOwnThread { quotes.nothing() }).isNull()
        assertThat(onOwnThread { quotes.unit() }).isEqualTo(Unit)
        assertThat(calls.all()).extracting<Outcome> { it.outcome() }.containsOnly(Outcome.SUCCESS).hasSize(2)
    }

    @Test
    fun `the caller's context is there before and after a suspension`() {
        val seen = onOwnThread {
            MDC.put("user", "ada")
            try {
                quotes.mdc()
            } finally {
                MDC.clear()
            }
        }
        assertThat(seen).containsExactly("ada", "ada")
    }

    @Test
    fun `cancelling the coroutine interrupts a body that blocks`() {
        onOwnThread {
            val call = launch { quotes.blockedForEver() }
            withContext(Dispatchers.IO) { probe.started.await() }
            call.cancelAndJoin()
        }
        assertThat(probe.ended.await(10, TimeUnit.SECONDS)).isTrue()
        assertThat(probe.seen.first()).isEqualTo("interrupted")
        assertThat(theOnlyCall().outcome()).isEqualTo(Outcome.CANCELLED)
    }

    @Test
    fun `a body that is suspended when it is cancelled cleans up on the executor, uninterrupted`() {
        onOwnThread {
            val call = launch { quotes.suspendedForEver() }
            withContext(Dispatchers.IO) { probe.started.await() }
            probe.cancelled = true
            call.cancelAndJoin()
        }
        assertThat(theOnlyCall().outcome()).isEqualTo(Outcome.CANCELLED)
        probe.release.countDown()
        assertThat(probe.ended.await(10, TimeUnit.SECONDS)).isTrue()
        assertThat(probe.seen.first()).isEqualTo("cleaned up")
        assertThat(probe.seen.last()).isEqualTo("hand-over")
    }

    @Test
    fun `a step whose context can't be restored ends the call, and its coroutine cleans up`() {
        val broken = AtomicBoolean()
        ContextRegistry.getInstance()
            .registerThreadLocalAccessor("broken", { "x" }, { _: String -> check(!broken.get()) { "planned" } }, {})
        try {
            var thrown: Throwable? = null
            while (thrown == null) { // unless the thread of the first step was still there for the second
                broken.set(false)
                thrown = onOwnThread { thrownBy { quotes.suspended { broken.set(true) } } }
            }
            assertThat(thrown).hasMessage("planned")
            assertThat(probe.ended.await(10, TimeUnit.SECONDS)).isTrue()
        } finally {
            ContextRegistry.getInstance().removeThreadLocalAccessor("broken")
        }
    }

    @Test
    fun `the timeout of the annotation cancels the body`() {
        assertThat(onOwnThread { thrownBy { quotes.slow() } }).isInstanceOf(TimeoutException::class.java)
        assertThat(probe.ended.await(10, TimeUnit.SECONDS)).isTrue()
        assertThat(onOwnThread { thrownBy { quotes.slowAndNonBlocking() } }).isInstanceOf(TimeoutException::class.java)
        assertThat(calls.all()).extracting<Outcome> { it.outcome() }
            .containsExactly(Outcome.TIMEOUT, Outcome.TIMEOUT)
    }

    @Test
    fun `the coroutines of one call run one at a time, as it has one permit`() {
        assertThat(onOwnThread { quotes.children() }).isEqualTo(1)
    }

    @Test
    fun `a suspended call keeps its permit and no thread`() {
        val gate = CompletableDeferred<Unit>()
        val inside = CompletableDeferred<Unit>()
        runBlocking(Dispatchers.Default) {
            val first = async { quotes.limited { inside.complete(Unit); gate.await() } }
            inside.await()
            val second = async { quotes.limited {} }
            val plain = async { quotes.blocking() }
            plain.await()
            assertThat(second.isCompleted).isFalse()
            gate.complete(Unit)
            first.await()
            second.await()
        }
        assertThat(probe.most.get()).isEqualTo(1)
    }

    @Test
    fun `the permit is free when the caller goes on`() {
        val executor = context.getBeansOfType(ExecutorState::class.java).values.single { it.name() == "full" }
        val gate = CompletableDeferred<Unit>()
        // Without a dispatcher the caller, which is suspended when the gate opens, goes on within the last step of the body
        val active = runBlocking(Dispatchers.Unconfined) {
            val caller = async(start = CoroutineStart.UNDISPATCHED) {
                assertThat(quotes.withoutQueue { gate.await(); delay(1) }).isEqualTo(threadName())
                executor.active()
            }
            gate.complete(Unit)
            caller.await()
        }
        assertThat(active).isZero()
    }

    @Test
    fun `a full executor refuses the call, and the caller gets that as an exception`() {
        val gate = CompletableDeferred<Unit>()
        val inside = CompletableDeferred<Unit>()
        val refused = runBlocking(Dispatchers.Default) {
            val first = async { quotes.withoutQueue { inside.complete(Unit); gate.await() } }
            inside.await()
            val refused = thrownBy { quotes.withoutQueue {} }
            gate.complete(Unit)
            first.await()
            refused
        }
        assertThat(refused).isInstanceOf(TaskRejectedException::class.java)
        assertThat(calls.all()).extracting<Outcome> { it.outcome() }
            .containsExactly(Outcome.REJECTED, Outcome.SUCCESS)
    }

    @Test
    fun `a flow that may block makes its elements on the executor, after a suspension too`() {
        val flow = quotes.blockingFlow()
        assertThat(calls.all()).isEmpty()
        repeat(2) {
            assertThat(onOwnThread { flow.toList() }).hasSize(3).allMatch { it.startsWith("smartasync-io-") }
        }

        assertThat(calls.all()).hasSize(2).allSatisfy {
            assertThat(it.path()).isEqualTo(ExecutionPath.OFFLOAD)
            assertThat(it.outcome()).isEqualTo(Outcome.SUCCESS)
        }
    }

    @Test
    fun `what is done with the elements of an argument is done on the executor, wherever they come from`(log: CapturedOutput) {
        val elements = Flux.just(1).publishOn(Schedulers.parallel())

        val threads = onOwnThread {
            quotes.threadsOf(elements).toList() + quotes.threadsOf(elements.asFlow()).toList() + quotes.threadOf(elements.single())
        }

        assertThat(threads).hasSize(3).allMatch { it.startsWith("smartasync-io-") }
        assertThat(log).`as`("warnings of the start").doesNotContain("that it is given runs where these are emitted")
    }

    @Test
    fun `a flow that does not block is passed through`() {
        assertThat(onOwnThread { quotes.flow().toList() }).hasSize(3).noneMatch { it.startsWith("smartasync-") }
        assertThat(theOnlyCall().path()).isEqualTo(ExecutionPath.PASS_THROUGH)

        assertThat(onOwnThread { quotes.suspendingFlow().toList() }).containsExactly(1, 2)
        assertThat(calls.all().last().outcome()).isEqualTo(Outcome.SUCCESS)
    }

    @Test
    fun `who has enough of a flow stops it`() {
        assertThat(onOwnThread { quotes.endlessFlow().take(3).toList() }).containsExactly(0, 1, 2)
        assertThat(probe.ended.await(10, TimeUnit.SECONDS)).isTrue()
        assertThat(theOnlyCall().outcome()).isEqualTo(Outcome.CANCELLED)
    }

    @Test
    fun `cancelling the collector interrupts a flow that blocks`() {
        onOwnThread {
            val call = launch { quotes.flowBlockedForEver().toList() }
            withContext(Dispatchers.IO) { probe.started.await() }
            call.cancelAndJoin()
        }
        assertThat(probe.ended.await(10, TimeUnit.SECONDS)).isTrue()
        assertThat(probe.seen.first()).isEqualTo("interrupted")
    }

    @Test
    fun `the error of a flow arrives as it was thrown, after its elements`() {
        val elements = mutableListOf<String>()
        val thrown = onOwnThread { thrownBy { quotes.failingFlow().onEach { elements += it }.toList() } }
        assertThat(elements).containsExactly("one")
        assertThat(thrown).isSameAs(probe.failure)
        assertThat(theOnlyCall().error()).isSameAs(probe.failure)
    }

    @Test
    fun `a Deferred is a publisher as well`() {
        assertThat(onOwnThread { quotes.deferred().await() }).startsWith("DefaultDispatcher-")
        assertThat(theOnlyCall().outcome()).isEqualTo(Outcome.SUCCESS)
    }

    @Test
    fun `who shares a Deferred over a future does not see the context of the first`() {
        MDC.put("user", "ada")
        val shared = quotes.later().asDeferred()
        MDC.put("user", "grace")
        val second = CompletableFuture<String?>()
        CoroutineScope(Dispatchers.Unconfined).launch {
            shared.await()
            second.complete(MDC.get("user"))
        }
        MDC.clear()
        probe.release.countDown()
        assertThat(second.get(10, TimeUnit.SECONDS)).isNull()
    }
}
