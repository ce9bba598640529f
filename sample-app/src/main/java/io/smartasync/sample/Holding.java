package io.smartasync.sample;

/** So many shares of a company. */
record Holding(String symbol, int quantity) {}
