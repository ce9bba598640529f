package io.smartasync.benchmarks.application;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Configuration;

/** All that Boot configures, with meters for Prometheus. In a package of its own, where no scan finds a bridge. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
public class Application {}
