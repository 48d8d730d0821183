package io.tyto.ingest.kill;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.ingest.DataFolder;
import io.tyto.ingest.DataVerifier;
import io.tyto.ingest.LocalNode;
import io.tyto.ingest.NodeFixture;
import io.tyto.model.access.Caller;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Kills a process while it takes bodies under keys: all of them sent again, those that were
/// answered too, are each there once.
class IdempotencyKillTest {
  private static final long SEED = Long.getLong("test.seed", 822_2026L);
  private static final int KILLS = Integer.getInteger("test.kills", 2);
  private static final int BODIES = 150;
  private static final int EVENTS = 20;

  @TempDir Path temp;

  private final Random random = new Random(SEED);
  private final Set<String> answered = ConcurrentHashMap.newKeySet();

  /// Events without ids, each with an amount of its own.
  private static String body(int number) {
    StringBuilder body = new StringBuilder();
    for (int i = 0; i < EVENTS; i++) {
      body.append(
          "{\"user\":\"u%d\",\"ts\":\"2026-11-20T10:00:00Z\",\"amount\":%d}\n"
              .formatted(i % 7, number * EVENTS + i));
    }
    return body.toString();
  }

  @Test
  void whatIsSentAgainAfterACrashIsThereOnce() throws Exception {
    Path data = Files.createDirectory(temp.resolve("data"));
    int sent = 0;
    for (int kill = 1; kill <= KILLS; kill++) {
      String what = "kill %d, seed %d".formatted(kill, SEED);
      KilledProcess process = KilledProcess.start(data, answered::add);
      int wanted = answered.size() + random.nextInt(5, 100);
      int to = sent + BODIES;
      while (sent < to) {
        process.send("K %d %s".formatted(sent, body(sent).strip().replace('\n', '\t')));
        sent++;
      }
      while (answered.size() < wanted) {
        Thread.sleep(1);
      }
      process.kill();
      assertTrue(answered.stream().allMatch(answer -> answer.startsWith("A ")), what + answered);
      try (LocalNode node = NodeFixture.open(data)) {
        for (int again = 0; again < 2; again++) {
          for (int number = 0; number < sent; number++) {
            byte[] body = body(number).getBytes(StandardCharsets.UTF_8);
            node.ingest("play", body, Caller.SYSTEM, String.valueOf(number)).join();
          }
        }
        List<String> amounts = NodeFixture.values(node, "play", "amount");
        assertEquals(sent * EVENTS, amounts.size(), what);
        assertEquals(sent * EVENTS, new HashSet<>(amounts).size(), what);
      }
      assertEquals(List.of(), DataVerifier.verify(new DataFolder(data).root()).faults(), what);
    }
  }
}
