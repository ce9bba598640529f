package org.example.shop;

/** With both web starters Boot 3.5 serves a reactive application by Tomcat, where handlers may wait. */
class ReactiveTest extends WebContract {

    private static final boolean NETTY =
            System.getProperty("compat.reactive-server").equals("Netty");

    @Override
    String type() {
        return "reactive";
    }

    @Override
    String requestThreads() {
        return NETTY ? "reactor-http-" : "http-nio-";
    }

    @Override
    String blockingHandlers() {
        return "smartasync-io-";
    }

    @Override
    String caller() {
        return NETTY ? "event-loop" : "platform";
    }
}
