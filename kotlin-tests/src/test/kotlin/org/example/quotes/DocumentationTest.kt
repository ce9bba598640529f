package org.example.quotes

import java.nio.file.Files
import java.nio.file.Path
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.Test

/** What docs/kotlin.md shows compiles. */
class DocumentationTest {

    @Test
    fun `the sample is code that compiles`() {
        val page = Files.readString(Path.of("../docs/kotlin.md"))
        val sample = page.substringAfter("```kotlin\n").substringBefore("```")

        assertThat(Files.readString(Path.of("src/test/kotlin/org/example/quotes/Prices.kt"))).contains(sample)
    }
}
