package fcemu.junit5;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The example of the README is PaymentsTest, which runs. */
class ReadmeTest {
    @Test
    void theExampleRuns() throws Exception {
        String example = Files.readString(Path.of("src/test/java/PaymentsTest.java"));
        assertTrue(Files.readString(Path.of("README.md")).contains("```java\n// PaymentsTest.java\n" + example + "```"), "README.md and PaymentsTest.java differ");
    }
}
