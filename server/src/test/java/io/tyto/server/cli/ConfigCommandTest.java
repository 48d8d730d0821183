package io.tyto.server.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.server.cli.CommandRunner.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigCommandTest {
  @TempDir private Path folder;

  @Test
  void whatInitProposesCheckAccepts() throws IOException {
    Path events = folder.resolve("logins.ndjson");
    Files.writeString(events, "{\"ts\": \"2024-01-01T00:00:00Z\", \"user\": {\"id\": \"u1\"}}\n");
    Outcome proposed = CommandRunner.capture("config", "init", events.toString());
    assertEquals(0, proposed.code(), proposed.output());
    assertTrue(proposed.output().contains("collection: logins"), proposed.output());
    Path config = folder.resolve("logins.yaml");
    Files.writeString(config, proposed.output());
    Outcome checked = CommandRunner.capture("config", "check", config.toString());
    assertEquals(0, checked.code(), checked.output());
  }

  @Test
  void checkPrintsEveryErrorOfEveryFile() throws IOException {
    Files.writeString(folder.resolve("a.yaml"), "collection: a\nfields: { x: lng, y: strng }\n");
    Files.writeString(folder.resolve("b.yaml"), "collection: b\n");
    Outcome checked = CommandRunner.capture("config", "check", folder.toString());
    assertEquals(1, checked.code());
    for (String part :
        new String[] {"a.yaml:2: fields.x", "a.yaml:2: fields.y", "b.yaml:1: fields"}) {
      assertTrue(checked.output().contains(part), checked.output());
    }
  }

  @Test
  void whatIsNoSampleIsRefusedWithoutAStackTrace() throws IOException {
    Path binary = folder.resolve("x.csv.gz");
    Files.write(binary, new byte[] {0x1f, (byte) 0x8b, 1, 2, 3});
    for (Path path : new Path[] {folder, folder.resolve("absent.json"), binary}) {
      Outcome refused = CommandRunner.capture("config", "init", path.toString());
      assertTrue(refused.code() != 0);
      assertTrue(refused.output().startsWith("tyto: "), refused.output());
      assertEquals(1, refused.output().strip().lines().count(), refused.output());
    }
  }
}
