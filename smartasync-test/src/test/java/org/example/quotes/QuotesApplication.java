package org.example.quotes;

import org.springframework.boot.autoconfigure.SpringBootApplication;

@SpringBootApplication
class QuotesApplication {}
