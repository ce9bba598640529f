package org.example.shop;

class ServletTest extends WebContract {

    @Override
    String type() {
        return "servlet";
    }

    @Override
    String requestThreads() {
        return "http-nio-";
    }

    @Override
    String blockingHandlers() {
        return "http-nio-";
    }

    @Override
    String caller() {
        return "servlet";
    }
}
