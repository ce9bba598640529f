package org.example.quotes

import io.smartasync.SmartAsync
import io.smartasync.SmartAsyncBridge
import io.smartasync.SmartAsyncConfigurationException
import io.smartasync.Workload
import io.smartasync.autoconfigure.SmartAsyncAutoConfiguration
import io.smartasync.bridge.ImportSmartAsyncBridges
import io.smartasync.test.RecordedCalls
import java.util.function.Supplier
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.flowOf
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.yield
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.Timeout
import org.springframework.boot.autoconfigure.AutoConfigurations
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration
import org.springframework.boot.test.context.runner.ApplicationContextRunner
import org.springframework.context.annotation.Configuration
import reactor.core.publisher.Flux

@Timeout(60)
class RefusalsTest {

    private val application: ApplicationContextRunner = ApplicationContextRunner()
        .withConfiguration(AutoConfigurations.of(AopAutoConfiguration::class.java, SmartAsyncAutoConfiguration::class.java))

    @SmartAsync
    class SuspendingFlow {
        @SmartAsync(workload = Workload.IO)
        suspend fun find(): Flow<Int> = flowOf(1)
    }

    @Test
    fun `a function that suspends and returns a flow can't be offloaded, which is said at startup`() {
        application.withBean(SuspendingFlow::class.java).run { context ->
            assertThat(context.startupFailure).rootCause().isInstanceOf(SmartAsyncConfigurationException::class.java)
            assertThat(context.startupFailure).rootCause().hasMessageContaining("it suspends and returns Flow")
        }
    }

    open class InBackground {
        @SmartAsync(background = true)
        open suspend fun warmUp() {}
    }

    @Test
    fun `a suspending function can't run in the background, which is said at startup`() {
        application.withBean(InBackground::class.java).run { context ->
            assertThat(context.startupFailure).rootCause().isInstanceOf(SmartAsyncConfigurationException::class.java)
            assertThat(context.startupFailure).rootCause().hasMessageContaining("background = true, but it is a suspending")
        }
    }

    open class OnItself {
        @SmartAsync(workload = Workload.IO)
        open suspend fun find(id: Int = 4): Int = id

        @SmartAsync
        open fun plain(id: Int = 4): Int = id

        open suspend fun suspending(): Int = find(3)

        open suspend fun afterSuspension(): Int {
            yield()
            return find(3)
        }

        open fun byDefault(): Int = plain()

        open suspend fun suspendingByDefault(): Int = find()

        open fun later(): Supplier<Int> = Supplier { plain(3) }

        open fun ofAnother(other: OnItself): Supplier<Int> = Supplier { other.plain() }
    }

    @Test
    fun `calls of a bean on itself are found, however they are compiled`() {
        application.withBean(OnItself::class.java).withPropertyValues("smartasync.self-invocation=fail").run { context ->
            val problems = context.startupFailure!!.rootCause().message!!.lines()
                .mapNotNull { Regex("OnItself\\.(\\w+)\\(.* calls the @SmartAsync method .*OnItself\\.(\\w+)").find(it) }
                .map { "${it.groupValues[1]} > ${it.groupValues[2]}" }
            assertThat(problems).containsExactlyInAnyOrder(
                "suspending > find",
                "afterSuspension > find",
                "byDefault > plain",
                "suspendingByDefault > find",
                "later > plain",
            )
        }
    }

    private fun Throwable.rootCause(): Throwable = generateSequence(this) { it.cause }.last()

    @SmartAsyncBridge(JdbcRates::class)
    interface SuspendingBridge {
        suspend fun find(): String
    }

    @Configuration(proxyBeanMethods = false)
    @ImportSmartAsyncBridges(SuspendingBridge::class)
    class Bridged

    @Test
    fun `a bridge has no suspending functions, which is said at startup`() {
        application.withBean(JdbcRates::class.java).withUserConfiguration(Bridged::class.java).run { context ->
            assertThat(context.startupFailure).rootCause().isInstanceOf(SmartAsyncConfigurationException::class.java)
            assertThat(context.startupFailure).rootCause().hasMessageContaining("it is a suspending function")
        }
    }

    open class Ticks {
        @SmartAsync(workload = Workload.IO)
        open fun all(): Flow<Int> = flowOf(1)
    }

    @SmartAsyncBridge(Ticks::class)
    interface TicksInReactor {
        fun all(): Flux<Int>
    }

    @SmartAsyncBridge(Ticks::class)
    interface TicksAsTheyAre {
        fun all(): Flow<Int>
    }

    @Configuration(proxyBeanMethods = false)
    @ImportSmartAsyncBridges(TicksInReactor::class)
    class ReactorBridge

    @Configuration(proxyBeanMethods = false)
    @ImportSmartAsyncBridges(TicksAsTheyAre::class)
    class FlowBridge

    @Test
    fun `a bridge makes no publisher of an offloaded flow, which is said at startup`() {
        application.withBean(Ticks::class.java).withUserConfiguration(ReactorBridge::class.java).run { context ->
            assertThat(context.startupFailure).rootCause().isInstanceOf(SmartAsyncConfigurationException::class.java)
            assertThat(context.startupFailure).rootCause().hasMessageContaining("it makes a Flux of a Flow")
        }
        application.withBean(Ticks::class.java).withUserConfiguration(FlowBridge::class.java).run { context ->
            assertThat(runBlocking { context.getBean(TicksAsTheyAre::class.java).all().toList() }).containsExactly(1)
        }
        application.withBean(Ticks::class.java).withUserConfiguration(ReactorBridge::class.java)
            .withPropertyValues("smartasync.rules[0].method=Ticks#all", "smartasync.rules[0].workload=non-blocking")
            .run { context ->
                assertThat(context.getBean(TicksInReactor::class.java).all().collectList().block()).containsExactly(1)
            }
    }

    @Test
    fun `a JDK proxy suspends as well`() {
        application.withBean(JdbcRates::class.java).withBean(RecordedCalls::class.java)
            .withPropertyValues("spring.aop.proxy-target-class=false")
            .run { context ->
                val rates = context.getBean(Rates::class.java)
                assertThat(java.lang.reflect.Proxy.isProxyClass(rates.javaClass)).isTrue()
                assertThat(runBlocking { rates.find() }).startsWith("smartasync-io-")
                assertThat(context.getBean(RecordedCalls::class.java).all()).hasSize(1)
            }
    }
}
