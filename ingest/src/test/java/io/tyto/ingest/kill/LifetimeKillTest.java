package io.tyto.ingest.kill;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.ingest.DataFolder;
import io.tyto.ingest.DataVerifier;
import io.tyto.ingest.LocalNode;
import io.tyto.ingest.NodeFixture;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Kills a process that keeps states of users, in the middle of its seals and merges: afterwards
/// each event counts once, and raised the alert that it should. `-Dtest.kills=200` is the long run.
class LifetimeKillTest {
  private static final long SEED = Long.getLong("test.seed", 5_2026L);
  private static final int KILLS = Integer.getInteger("test.kills", 3);
  private static final int IN_FLIGHT = 12;
  private static final int USERS = 40;

  @TempDir Path temp;

  private final Random random = new Random(SEED);
  private final Set<Long> waiting = ConcurrentHashMap.newKeySet();
  private final Set<String> failures = ConcurrentHashMap.newKeySet();
  private long nextBatch;

  @Test
  void eachEventCountsOnceInItsUsersState() throws Exception {
    Path data = Files.createDirectory(temp.resolve("data"));
    long counted = 0;
    for (int kill = 1; kill <= KILLS; kill++) {
      KilledProcess process = KilledProcess.start(data, this::onAnswer, List.of("lifetime"));
      // Some batches, however long they take, and some more until the kill.
      for (int batch = random.nextInt(IN_FLIGHT + 1, 60); batch > 0; batch--) {
        while (waiting.size() >= IN_FLIGHT) {
          Thread.sleep(1);
        }
        send(process);
      }
      process.kill();
      waiting.clear();
      String what = "kill %d, seed %d".formatted(kill, SEED);
      assertEquals(Set.of(), failures, what);
      try (LocalNode node = NodeFixture.open(data)) {
        NodeFixture.checkLifetimes(node, what);
        NodeFixture.checkAlerts(node, what);
        long rows = NodeFixture.rows(node, "play").size();
        assertTrue(rows > counted, what + ": nothing new among " + rows);
        counted = rows;
      }
      assertEquals(List.of(), DataVerifier.verify(new DataFolder(data).root()).faults(), what);
    }
  }

  private void send(KilledProcess process) {
    StringBuilder line = new StringBuilder("E ").append(nextBatch).append(' ');
    for (int i = 0; i < 20; i++) {
      // One in ten repeats an earlier one.
      long number = 20 * nextBatch + i - (random.nextInt(10) == 0 ? 60 : 0);
      line.append(
              NodeFixture.play(
                      "e" + number, "user" + Math.floorMod(number * 31, USERS), number % 1000)
                  .strip())
          .append('\t');
    }
    waiting.add(nextBatch++);
    process.send(line.toString().strip());
  }

  private void onAnswer(String answer) {
    switch (answer.charAt(0)) {
      case 'A' -> waiting.remove(Long.parseLong(answer.substring(2)));
      default -> failures.add(answer);
    }
  }
}
