package io.tyto.perf.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import picocli.CommandLine;

/// The benchmark on little data: that it runs to its end, and what it says.
class KafkaBenchTest {
  @Test
  @Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void runsToItsEnd() {
    StringWriter out = new StringWriter();
    CommandLine command = new CommandLine(new KafkaBench()).setOut(new PrintWriter(out));
    int exit =
        command.execute("--rows=3000", "--rounds=1", "--rate=500", "--warm-up=1", "--seconds=1");
    assertEquals(0, exit, out::toString);
    assertTrue(out.toString().contains("ingest from Kafka: median"), out::toString);
    assertTrue(out.toString().contains("freshness at 500 events/s"), out::toString);
  }
}
