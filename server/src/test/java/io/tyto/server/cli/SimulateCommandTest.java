package io.tyto.server.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.server.cli.CommandRunner.Outcome;
import org.junit.jupiter.api.Test;

class SimulateCommandTest {
  private static Outcome run(String... more) {
    String[] all = new String[more.length + 7];
    System.arraycopy(
        new String[] {"simulate", "--nodes", "4", "--partitions", "16", "--keys", "1000"},
        0,
        all,
        0,
        7);
    System.arraycopy(more, 0, all, 7, more.length);
    return CommandRunner.capture(all);
  }

  @Test
  void printsTablesAndTheFirstLimit() {
    Outcome outcome = run("--events-per-day", "1e11", "--mix", "cube=1,wide=0");
    assertEquals(0, outcome.code(), outcome.output());
    assertTrue(outcome.output().startsWith("4 nodes in 3 zones"), outcome.output());
    assertTrue(outcome.output().contains("\nFirst as built: "), outcome.output());
    assertEquals(outcome, run("--events-per-day", "1e11", "--mix", "cube=1,wide=0"));
  }

  @Test
  void costsCanBeGivenAndListed() {
    Outcome outcome = run("--costs", "--cost", "ingest-rows=500000", "--cost", "copy-share=1");
    assertEquals(0, outcome.code(), outcome.output());
    String line =
        outcome
            .output()
            .lines()
            .filter(each -> each.startsWith("ingest-rows"))
            .findFirst()
            .orElse("");
    assertTrue(line.matches("ingest-rows +500 k +rows/s a core +given .*"), outcome.output());
  }

  @Test
  void saysWhatIsWrong() {
    Outcome replicas = run("--replicas", "9");
    assertEquals(1, replicas.code(), replicas.output());
    assertTrue(replicas.output().contains("replicas: 9"), replicas.output());
    Outcome cost = run("--cost", "speed=3");
    assertEquals(2, cost.code(), cost.output());
    assertTrue(cost.output().contains("'speed' is none of ingest-rows"), cost.output());
  }
}
