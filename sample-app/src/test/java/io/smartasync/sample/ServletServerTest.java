package io.smartasync.sample;

/** On Tomcat with platform threads, the default. */
class ServletServerTest extends ServerContract {

    @Override
    String caller() {
        return "servlet";
    }

    @Override
    String server() {
        return "Tomcat";
    }
}
