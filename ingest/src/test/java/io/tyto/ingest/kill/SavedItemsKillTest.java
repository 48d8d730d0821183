package io.tyto.ingest.kill;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.ingest.DataFolder;
import io.tyto.ingest.DataVerifier;
import io.tyto.ingest.LocalNode;
import io.tyto.ingest.NodeFixture;
import io.tyto.model.port.SavedService.SavedItem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Kills a process while it saves queries: each that it has answered is there, once.
class SavedItemsKillTest {
  private static final long SEED = Long.getLong("test.seed", 20_261_122L);
  private static final int KILLS = Integer.getInteger("test.kills", 2);

  @TempDir Path temp;

  private final Set<String> answered = ConcurrentHashMap.newKeySet();

  @Test
  void whatWasAnsweredIsSaved() throws Exception {
    Path data = Files.createDirectory(temp.resolve("data"));
    Random random = new Random(SEED);
    int name = 0;
    for (int kill = 1; kill <= KILLS; kill++) {
      String what = "kill %d, seed %d".formatted(kill, SEED);
      int before = answered.size();
      KilledProcess process =
          KilledProcess.start(data, answer -> answered.add(answer.substring(2)));
      int wanted = before + random.nextInt(5, 60);
      for (int more = 0; more < 100; more++) {
        process.send("S " + name++);
      }
      while (answered.size() < wanted) {
        Thread.sleep(1);
      }
      process.kill();
      try (LocalNode node = NodeFixture.open(data)) {
        Map<String, SavedItem> saved =
            node.savedItems().stream().collect(Collectors.toMap(SavedItem::name, item -> item));
        assertTrue(saved.keySet().containsAll(answered), what);
        saved.forEach((each, item) -> {
          assertEquals(Map.of("n", each), item.definition(), what);
          assertEquals(1, item.version(), what);
        });
      }
      assertEquals(List.of(), DataVerifier.verify(new DataFolder(data).root()).faults(), what);
    }
  }
}
