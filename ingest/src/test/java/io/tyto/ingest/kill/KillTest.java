package io.tyto.ingest.kill;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.ingest.DataFolder;
import io.tyto.ingest.LocalNode;
import io.tyto.ingest.NodeFixture;
import io.tyto.ingest.VerifiedSegments;
import io.tyto.store.Disk;
import io.tyto.store.FsStore;
import io.tyto.store.maintenance.StoreVerifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Kills a real process again and again while a client streams events into it and sends what was
/// not acknowledged once more. `-Dtest.kills=500` is the long run.
class KillTest {
  private static final long SEED = Long.getLong("test.seed", 9_2026L);
  private static final int KILLS = Integer.getInteger("test.kills", 12);
  private static final int IN_FLIGHT = 24;
  private static final int IMPORTED = 30_000;

  @TempDir Path temp;

  private final Random random = new Random(SEED);

  /// Batches sent and not acknowledged, by number: what is sent again.
  private final Map<Long, List<String>> open = new ConcurrentHashMap<>();

  private final Set<String> sent = ConcurrentHashMap.newKeySet();
  private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
  private final Map<String, String> failures = new ConcurrentHashMap<>();
  private final AtomicBoolean isImported = new AtomicBoolean();
  private long nextBatch;
  private long nextEvent;

  @Test
  void nothingAcknowledgedIsLostOrDoubledByKills() throws Exception {
    Path data = Files.createDirectory(temp.resolve("data"));
    Path file = fileToImport();
    for (int kill = 1; kill <= KILLS; kill++) {
      KilledProcess process = KilledProcess.start(data, this::onAnswer);
      long until = System.nanoTime() + (20 + random.nextInt(600)) * 1_000_000L;
      if (!isImported.get()) {
        process.send("I " + file);
      }
      for (Map.Entry<Long, List<String>> batch : new TreeMap<>(open).entrySet()) {
        send(process, batch.getKey(), batch.getValue());
      }
      while (System.nanoTime() < until) {
        if (open.size() < IN_FLIGHT) {
          List<String> events = newBatch();
          open.put(nextBatch, events);
          send(process, nextBatch++, events);
        } else {
          Thread.onSpinWait();
        }
      }
      process.kill();
      check(data, "after kill %d, seed %d".formatted(kill, SEED));
    }
    finish(data, file);
    System.getLogger("tyto.test")
        .log(
            System.Logger.Level.INFO,
            "{0} kills, seed {1}: {2} events sent, {3} acknowledged, each there exactly once",
            KILLS,
            SEED,
            sent.size(),
            acknowledged.size());
  }

  private void finish(Path data, Path file) throws Exception {
    KilledProcess process = KilledProcess.start(data, this::onAnswer);
    if (!isImported.get()) {
      process.send("I " + file);
    }
    new TreeMap<>(open).forEach((number, events) -> send(process, number, events));
    long deadline = System.nanoTime() + 60_000_000_000L;
    while ((!open.isEmpty() || !isImported.get()) && System.nanoTime() < deadline) {
      Thread.sleep(10);
    }
    process.kill();
    assertTrue(open.isEmpty(), "not acknowledged in the end: " + open.size());
    assertTrue(isImported.get(), "the import did not finish: " + failures);
    Map<String, Integer> found = check(data, "in the end, seed " + SEED);
    assertEquals(sent, found.keySet());
    try (LocalNode node = NodeFixture.open(data)) {
      List<String> imported = NodeFixture.values(node, "login", "who");
      assertEquals(IMPORTED, imported.size());
      assertEquals(IMPORTED, Set.copyOf(imported).size());
    }
  }

  /// Every acknowledged event is there once, nothing is there twice or was never sent, and the
  /// store verifies.
  private Map<String, Integer> check(Path data, String when) {
    Set<String> mustBeThere = new HashSet<>(acknowledged);
    Map<String, Integer> found = new HashMap<>();
    try (LocalNode node = NodeFixture.open(data)) {
      for (String id : NodeFixture.values(node, "play", "id")) {
        found.merge(id, 1, Integer::sum);
      }
      Set<String> imported = new HashSet<>();
      for (String who : NodeFixture.values(node, "login", "who")) {
        assertTrue(imported.add(who), who + " was imported twice " + when);
      }
    }
    assertEquals(Map.of(), failures, when);
    found.forEach((id, count) -> assertEquals(1, count, id + " " + when));
    mustBeThere.removeAll(found.keySet());
    assertEquals(Set.of(), mustBeThere, "acknowledged but lost " + when);
    for (String id : found.keySet()) {
      assertTrue(sent.contains(id), id + " was never sent, " + when);
    }
    FsStore store = new FsStore(new DataFolder(data).store(), Disk.SYSTEM);
    StoreVerifier.Report report = new StoreVerifier(store, VerifiedSegments.CHECK).verify(_ -> {});
    assertEquals(List.of(), report.faults(), when);
    return found;
  }

  private static void send(KilledProcess process, long number, List<String> events) {
    StringBuilder line = new StringBuilder("E ").append(number).append(' ');
    for (String id : events) {
      line.append(NodeFixture.play(id, "user" + id.hashCode() % 50, id.length()).strip())
          .append('\t');
    }
    process.send(line.toString());
  }

  private List<String> newBatch() {
    List<String> events = new ArrayList<>();
    int count = 1 + random.nextInt(12);
    for (int i = 0; i < count; i++) {
      events.add("event-" + nextEvent++);
    }
    sent.addAll(events);
    return events;
  }

  private void onAnswer(String line) {
    switch (line.charAt(0)) {
      case 'A' -> {
        List<String> events = open.remove(Long.valueOf(line.substring(2)));
        if (events != null) {
          acknowledged.addAll(events);
        }
      }
      case 'D' -> isImported.set(true);
      default -> failures.put(line, line);
    }
  }

  private Path fileToImport() throws IOException {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < IMPORTED; i++) {
      lines.append("{\"who\":\"imported-%d\",\"ts\":\"2026-11-20T10:00:00Z\"}\n".formatted(i));
    }
    return Files.writeString(temp.resolve("logins.ndjson"), lines);
  }
}
