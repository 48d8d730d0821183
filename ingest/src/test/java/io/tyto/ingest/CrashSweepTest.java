package io.tyto.ingest;

import static io.tyto.ingest.NodeFixture.play;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.model.access.Caller;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.IngestService.FileImport;
import io.tyto.store.FsStore;
import io.tyto.store.maintenance.StoreVerifier;
import io.tyto.testkit.storage.FaultDisk;
import io.tyto.testkit.storage.SimulatedCrash;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Ends a run of ingestion, seals, import and compaction at chosen I/O steps, with and without the
/// loss of what was not forced, or fails single steps of it; then looks whether all is as promised.
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CrashSweepTest {
  private static final long SEED = Long.getLong("test.seed", 4711L);
  private static final int SCALE = Integer.getInteger("test.scale", 1);
  private static final int POINTS = 24 * SCALE;

  @TempDir Path temp;

  private final Random random = new Random(SEED);

  /// What a client knows: sent, and acknowledged.
  private static final class Ledger {
    private final Set<String> sent = new HashSet<>();
    private final Set<String> acknowledged = new HashSet<>();
  }

  @Test
  void survivesACrashAtAnyStep() throws Exception {
    long steps = stepsOfARun();
    for (int point = 0; point < POINTS; point++) {
      long step = 1 + random.nextLong(steps);
      int power = point % 3;
      String what = "crash at step %d of %d, power %d, seed %d".formatted(step, steps, power, SEED);
      Path data = Files.createDirectory(temp.resolve("crash-" + point));
      FaultDisk disk = new FaultDisk(data);
      Ledger ledger = new Ledger();
      disk.crashAt(step);
      run(data, disk, ledger, false);
      switch (power) {
        case 0 -> disk.restart();
        case 1 -> disk.losePower();
        default -> disk.losePower(random);
      }
      checkAndGoOn(data, disk, ledger, what);
    }
  }

  @Test
  void survivesAFailureOfAnyStep() throws Exception {
    long steps = stepsOfARun();
    for (int point = 0; point < POINTS; point++) {
      FaultDisk.Failure failure = FaultDisk.Failure.values()[point % 3];
      long step = 1 + random.nextLong(steps);
      String what = "%s at step %d of %d, seed %d".formatted(failure, step, steps, SEED);
      Path data = Files.createDirectory(temp.resolve("fail-" + point));
      FaultDisk disk = new FaultDisk(data);
      Ledger ledger = new Ledger();
      disk.failAt(step, failure);
      run(data, disk, ledger, false);
      disk.losePower();
      checkAndGoOn(data, disk, ledger, what);
    }
  }

  @Test
  void survivesAFullDisk() throws Exception {
    for (int point = 0; point < POINTS / 4; point++) {
      Path data = Files.createDirectory(temp.resolve("full-" + point));
      FaultDisk disk = new FaultDisk(data);
      Ledger ledger = new Ledger();
      disk.limitFreeBytes(random.nextLong(120_000));
      run(data, disk, ledger, false);
      disk.limitFreeBytes(Long.MAX_VALUE);
      disk.restart();
      checkAndGoOn(data, disk, ledger, "full disk " + point + ", seed " + SEED);
    }
  }

  private long stepsOfARun() throws Exception {
    Path data = Files.createDirectory(temp.resolve("whole"));
    FaultDisk disk = new FaultDisk(data);
    Ledger ledger = new Ledger();
    run(data, disk, ledger, true);
    assertEquals(ledger.sent, ledger.acknowledged);
    return disk.steps();
  }

  /// Sends, seals, imports and compacts, as far as the disk lets it.
  private static void run(Path data, FaultDisk disk, Ledger ledger, boolean mustSucceed) {
    LocalNode node = null;
    try {
      node = NodeFixture.open(data, options(), disk);
      NodeFixture.apply(node, NodeFixture.PLAY + NodeFixture.LIFETIME, NodeFixture.LOGIN);
      LocalNode live = node;
      for (int round = 0; round < 10; round++) {
        for (int i = 0; i < 4; i++) {
          send(node, ledger, "e" + round + "." + i);
        }
        boolean isDone = isDoneInTime(round == 4 ? () -> importLogins(live) : live::flush);
        if (!isDone) {
          return;
        }
      }
      node.maintain();
      send(node, ledger, "last");
    } catch (SimulatedCrash | TytoException | InterruptedException e) {
      if (mustSucceed) {
        throw new AssertionError(e);
      }
    } finally {
      close(node);
    }
  }

  private static IngestOptions options() {
    return NodeFixture.BY_HAND
        .withPartitions(1)
        .withLog(new IngestOptions.Log(1 << 10, 1 << 20, 32 << 20, 0, 0));
  }

  private static void send(LocalNode node, Ledger ledger, String id) throws InterruptedException {
    ledger.sent.add(id);
    byte[] body = play(id, "user" + id.length(), 1).getBytes(StandardCharsets.UTF_8);
    try {
      node.ingest("play", body, Caller.SYSTEM).get(2, TimeUnit.SECONDS);
      ledger.acknowledged.add(id);
    } catch (ExecutionException | TimeoutException | TytoException _) {
      // Not acknowledged: may be there or not.
    }
  }

  private static void importLogins(LocalNode node) {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 20; i++) {
      lines.append("{\"who\":\"w%d\"}\n".formatted(i));
    }
    byte[] content = lines.toString().getBytes(StandardCharsets.UTF_8);
    FileImport request = new FileImport("login", "logins", "content", content.length, false);
    node.importFile(request, new ByteArrayInputStream(content), (_, _, _) -> true);
  }

  /// A seal that cannot succeed is tried for ever, so nobody waits for it here.
  private static boolean isDoneInTime(Runnable work) throws InterruptedException {
    Thread thread =
        Thread.ofVirtual()
            .start(() -> {
              try {
                work.run();
              } catch (TytoException | CompletionException | IllegalStateException _) {
                // The partition has stopped; what it acknowledged is checked later.
              }
            });
    return thread.join(Duration.ofSeconds(1));
  }

  private static void close(@Nullable LocalNode node) {
    if (node != null) {
      try {
        node.close();
      } catch (SimulatedCrash | TytoException _) {
        // A process that dies closes nothing.
      }
    }
  }

  private static void checkAndGoOn(Path data, FaultDisk disk, Ledger ledger, String what)
      throws Exception {
    try (LocalNode node = NodeFixture.open(data, options(), disk)) {
      NodeFixture.apply(node, NodeFixture.PLAY + NodeFixture.LIFETIME, NodeFixture.LOGIN);
      check(node, ledger, what);
      for (String id : Set.copyOf(ledger.sent)) {
        send(node, ledger, id);
      }
      send(node, ledger, "after");
      assertEquals(ledger.sent, ledger.acknowledged, what);
      importLogins(node);
      node.flush();
      check(node, ledger, what);
      assertEquals(20, Set.copyOf(NodeFixture.values(node, "login", "who")).size(), what);
      assertEquals(20, NodeFixture.values(node, "login", "who").size(), what);
    } catch (TytoException | CompletionException e) {
      throw new AssertionError(what, e);
    }
    FsStore store = new FsStore(new DataFolder(data).store(), disk);
    assertEquals(
        List.of(), new StoreVerifier(store, VerifiedSegments.CHECK).verify(_ -> {}).faults(), what);
  }

  private static void check(LocalNode node, Ledger ledger, String what) {
    Map<String, Integer> found = new HashMap<>();
    for (String id : NodeFixture.values(node, "play", "id")) {
      found.merge(id, 1, Integer::sum);
    }
    found.forEach((id, count) -> assertEquals(1, count, id + ": " + what));
    assertTrue(ledger.sent.containsAll(found.keySet()), what);
    Set<String> lost = new HashSet<>(ledger.acknowledged);
    lost.removeAll(found.keySet());
    assertEquals(Set.of(), lost, "acknowledged but lost: " + what);
    NodeFixture.checkLifetimes(node, what);
  }
}
