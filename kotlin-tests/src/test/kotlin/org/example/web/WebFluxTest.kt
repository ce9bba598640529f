package org.example.web

import io.smartasync.Caller
import io.smartasync.SmartAsync
import io.smartasync.Workload
import io.smartasync.test.RecordSmartAsyncCalls
import io.smartasync.test.RecordedCalls
import java.net.URI
import java.net.http.HttpClient
import java.net.http.HttpRequest
import java.net.http.HttpResponse
import kotlinx.coroutines.delay
import org.assertj.core.api.Assertions.assertThat
import org.example.quotes.threadName
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.Timeout
import org.springframework.beans.factory.annotation.Autowired
import org.springframework.beans.factory.annotation.Value
import org.springframework.boot.autoconfigure.EnableAutoConfiguration
import org.springframework.boot.test.context.SpringBootTest
import org.springframework.context.annotation.Configuration
import org.springframework.context.annotation.Import
import org.springframework.web.bind.annotation.GetMapping
import org.springframework.web.bind.annotation.RestController

/** In a package of its own: an application finds the bridges of its package. */
@SpringBootTest(
    webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
    properties = ["server.netty.max-keep-alive-requests=1"],
)
@RecordSmartAsyncCalls
@Timeout(60)
class WebFluxTest @Autowired constructor(
    private val calls: RecordedCalls,
    @param:Value("\${local.server.port}") private val port: Int,
) {

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import(Handlers::class, Tariffs::class)
    class Application

    @SmartAsync(workload = Workload.IO)
    class Tariffs {
        suspend fun find(): String {
            delay(1)
            return threadName()
        }
    }

    @RestController
    class Handlers(private val tariffs: Tariffs) {

        @GetMapping("/suspending")
        suspend fun suspending(): String = "${threadName()} ${tariffs.find()}"
    }

    @Test
    fun `a suspending handler stays on the event loop, and what it calls runs on an executor`() {
        val request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:$port/suspending")).build()
        val answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString())

        assertThat(answer.statusCode()).isEqualTo(200)
        assertThat(answer.body()).matches("\\S+-http-\\S+ smartasync-io-\\S+")
        assertThat(calls.all().single().caller()).isEqualTo(Caller.EVENT_LOOP)
    }
}
