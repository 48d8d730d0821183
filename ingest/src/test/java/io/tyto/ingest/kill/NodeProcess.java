package io.tyto.ingest.kill;

import io.tyto.ingest.IngestOptions;
import io.tyto.ingest.LocalNode;
import io.tyto.ingest.NodeFixture;
import io.tyto.model.access.Caller;
import io.tyto.model.port.IngestService.FileImport;
import io.tyto.model.port.SavedService.Kind;
import io.tyto.model.port.SavedService.SavedInput;
import io.tyto.store.Disk;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/// The process that is killed: a node that takes events by its standard input and answers on its
/// standard output, one line each.
///
/// `E <number> <events>` ingests (events separated by tabs), `K <number> <events>` does under a key
/// of that number, `I <file>` imports, `S <number>` saves a query of that name; it answers `READY`,
/// `A <number>` once everything is accepted or saved, `F <number> <why>`, and `D` when the import
/// is done. A second argument makes it keep states of users.
public final class NodeProcess {
  /// Seals and compacts all the time, so that a kill meets every part of it.
  private static final IngestOptions BUSY =
      IngestOptions.DEFAULT
          .withPartitions(2)
          .withLog(new IngestOptions.Log(16 << 10, 1 << 20, 32 << 20, 0, 0))
          .withSeal(
              new IngestOptions.Seal(
                  150, 64 << 20, Duration.ofMillis(100), Duration.ofMillis(150), 50, 3, 1))
          .withMaintenanceInterval(Duration.ofMillis(50));

  private NodeProcess() {}

  public static void main(String[] arguments) throws Exception {
    PrintStream answers = System.out;
    try (LocalNode node = NodeFixture.open(Path.of(arguments[0]), BUSY, Disk.SYSTEM);
        BufferedReader requests =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      boolean keepsStates = arguments.length > 1;
      if (keepsStates) {
        NodeFixture.apply(node, NodeFixture.PLAY + NodeFixture.LIFETIME, NodeFixture.ALERTS);
      } else {
        NodeFixture.apply(node, NodeFixture.PLAY, NodeFixture.LOGIN);
      }
      answers.println("READY");
      for (String line = requests.readLine(); line != null; line = requests.readLine()) {
        if (line.startsWith("I ")) {
          String file = line.substring(2);
          Thread.ofPlatform().daemon().start(() -> importFile(node, file, answers));
          continue;
        }
        if (line.startsWith("S ")) {
          String name = line.substring(2);
          node.saveItem(
              new SavedInput(
                  null, Kind.QUERY, "default", name, "sha256:" + name, Map.of("n", name), 0));
          answers.println("A " + name);
          continue;
        }
        int space = line.indexOf(' ', 2);
        String number = line.substring(2, space);
        String events = line.substring(space + 1).replace('\t', '\n');
        String key = line.startsWith("K ") ? number : null;
        node.ingest("play", events.getBytes(StandardCharsets.UTF_8), Caller.SYSTEM, key)
            .whenComplete((result, failure) ->
                answers.println(failure == null ? "A " + number : "F " + number + " " + failure));
      }
    }
  }

  private static void importFile(LocalNode node, String file, PrintStream answers) {
    try (InputStream content = Files.newInputStream(Path.of(file))) {
      FileImport request =
          new FileImport(
              "login", file, "content-of-" + file.length(), Files.size(Path.of(file)), false);
      node.importFile(request, content, (_, _, _) -> true);
      answers.println("D");
    } catch (Exception e) {
      answers.println("X " + e);
    }
  }
}
