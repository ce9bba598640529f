package io.smartasync.sample;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.test.context.ActiveProfiles;
import org.springframework.test.context.TestPropertySource;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** On Netty, with BlockHound watching its event loops all the time. */
@ActiveProfiles("reactive")
// Reactor Netty may forget a request on a connection that it has used (reactor/reactor-netty#4188, #4361)
@TestPropertySource(properties = {"server.netty.max-keep-alive-requests=1", "server.shutdown=immediate"})
@ExtendWith(OutputCaptureExtension.class)
class ReactiveServerTest extends ServerContract {

    @Override
    String caller() {
        return "event-loop";
    }

    @Override
    String server() {
        return "Netty";
    }

    /** Else all other tests here would prove nothing. */
    @Test
    void controlASleepPlantedOnTheEventLoopIsCaught(CapturedOutput output) throws Exception {
        assertThat(get("/planted").statusCode()).isEqualTo(500);
        assertThat(output).contains("Blocking call! java.lang.Thread.sleep");
    }

    @TestConfiguration(proxyBeanMethods = false)
    static class Planted {

        @Bean
        RouterFunction<ServerResponse> planted() {
            return RouterFunctions.route()
                    .GET("/planted", request -> Mono.fromCallable(() -> {
                                Thread.sleep(10);
                                return "slept";
                            })
                            .flatMap(text -> ServerResponse.ok().bodyValue(text)))
                    .build();
        }
    }
}
