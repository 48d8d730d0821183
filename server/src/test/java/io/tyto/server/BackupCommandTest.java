package io.tyto.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.model.port.AdminService.CollectionStatus;
import io.tyto.server.cli.CommandRunner;
import io.tyto.server.cli.CommandRunner.Outcome;
import io.tyto.server.settings.Setting;
import io.tyto.server.settings.Settings;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `tyto backup` and `tyto restore` as a person meets them.
class BackupCommandTest {
  @TempDir Path temp;

  private static Map<String, Long> rows(TytoServer server) {
    Map<String, Long> rows = new TreeMap<>();
    for (CollectionStatus collection : server.node().status().collections()) {
      rows.put(collection.name(), collection.rows());
    }
    return rows;
  }

  @Test
  void aServedFolderIsSealedCopiedAndServedAgain() {
    String data = temp.resolve("data").toString();
    String backups = temp.resolve("backups").toString();
    String restored = temp.resolve("restored").toString();
    Map<String, Long> before;
    try (TytoServer server = SampleServer.start(temp.resolve("data"), "keys")) {
      before = rows(server);
      Outcome first = CommandRunner.capture("backup", "--data", data, "--to", backups);
      assertEquals(0, first.code(), first.output());
      assertTrue(first.output().contains("records that were acknowledged"), first.output());
      Outcome second = CommandRunner.capture("backup", "--data", data, "--to", backups, "--seal");
      assertEquals(0, second.code(), second.output());
      assertTrue(second.output().contains("backup 2 of"), second.output());
      assertFalse(second.output().contains("records that were acknowledged"), second.output());
    }
    Outcome verified = CommandRunner.capture("backup", "verify", backups);
    assertEquals(0, verified.code(), verified.output());
    assertTrue(verified.output().contains("0 faults"), verified.output());
    Outcome made = CommandRunner.capture("restore", "--from", backups, "--data", restored);
    assertEquals(0, made.code(), made.output());
    assertTrue(made.output().contains("revoke again"), made.output());
    assertEquals(0, CommandRunner.run("verify", "--data", restored));
    Settings settings =
        Settings.resolve(
            null, Map.of(), Map.of(Setting.DATA, restored, Setting.LISTEN, "127.0.0.1:0"));
    try (TytoServer server = TytoServer.start(settings, List.of(), Clock.systemUTC())) {
      assertEquals(before, rows(server));
      assertEquals(null, server.firstKey(), "the keys are there");
    }
    Outcome again = CommandRunner.capture("restore", "--from", backups, "--data", restored);
    assertEquals(1, again.code());
    assertTrue(again.output().contains("is not empty"), again.output());
  }

  @Test
  void saysWhatIsMissing() {
    Path data = temp.resolve("data");
    assertEquals(2, CommandRunner.capture("backup", "--data", data.toString()).code());
    Outcome none = CommandRunner.capture("backup", "verify", temp.toString());
    assertEquals(1, none.code());
    assertTrue(none.output().contains("there is no backup"), none.output());
    Outcome nothing =
        CommandRunner.capture(
            "backup", "--data", data.toString(), "--to", temp.resolve("to").toString());
    assertEquals(1, nothing.code());
    assertTrue(nothing.output().contains("is no data folder"), nothing.output());
  }
}
