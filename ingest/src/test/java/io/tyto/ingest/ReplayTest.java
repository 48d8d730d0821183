package io.tyto.ingest;

import static io.tyto.ingest.NodeFixture.apply;
import static io.tyto.ingest.NodeFixture.rows;
import static io.tyto.ingest.NodeFixture.send;
import static io.tyto.ingest.NodeFixture.values;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.engine.snapshot.TableSnapshot;
import io.tyto.ingest.letter.LetterId;
import io.tyto.ingest.partition.DeadLetter;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.DeadLetterService.Interval;
import io.tyto.model.port.DeadLetterService.ReplayError;
import io.tyto.model.port.DeadLetterService.ReplayRequest;
import io.tyto.model.port.DeadLetterService.ReplayResult;
import io.tyto.model.port.IngestService.FileImport;
import io.tyto.store.Disk;
import io.tyto.store.FsStore;
import io.tyto.store.maintenance.StoreVerifier;
import io.tyto.testkit.storage.FaultDisk;
import io.tyto.testkit.storage.SimulatedCrash;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Letters become rows, each once: here by events of a future that has come meanwhile.
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ReplayTest {
  private static final long SEED = Long.getLong("test.seed", 4711L);
  private static final int SCALE = Integer.getInteger("test.scale", 1);
  private static final int LETTERS = 24;
  private static final Clock LATER =
      Clock.fixed(Instant.parse("2027-06-01T00:00:00Z"), ZoneOffset.UTC);
  private static final IngestOptions OPTIONS = NodeFixture.BY_HAND.withPartitions(3);

  @TempDir Path temp;

  /// An event that is too early by the clock of {@link NodeFixture} and in time by {@link #LATER}.
  private static String early(String id, String user) {
    return """
    {"id":"%s","user":"%s","ts":"2027-01-10T10:00:00Z","amount":1}
    """
        .formatted(id, user);
  }

  private static final String BAD = "{\"id\":\"bad\",\"user\":\"u\",\"amount\":\"much\"}\n";

  private static LocalNode later(Path data) {
    return later(data, Disk.SYSTEM);
  }

  private static LocalNode later(Path data, Disk disk) {
    QuietLog.on();
    return LocalNode.open(data, OPTIONS, disk, LATER);
  }

  private static ReplayRequest all(int limit) {
    return new ReplayRequest("play", List.of(), null, Interval.ALL, limit);
  }

  /// Leaves letters of `e0` and so on, one that never fits, and the row `e0` of the same id.
  private Path prepared(String name, boolean isSealed) throws IOException {
    Path data = Files.createDirectory(temp.resolve(name));
    try (LocalNode node = NodeFixture.open(data, OPTIONS, Disk.SYSTEM)) {
      apply(node, NodeFixture.PLAY, NodeFixture.LOGIN);
      for (int i = 0; i < LETTERS; i++) {
        send(node, "play", early("e" + i, "user" + i));
        if (isSealed && i % 7 == 6) {
          node.flush();
        }
      }
      assertEquals(1, send(node, "play", BAD + NodeFixture.play("ok", "user1", 1)).accepted());
      assertEquals(LETTERS + 1, letters(node).size());
      if (isSealed) {
        node.flush();
      }
    }
    return data;
  }

  @Test
  void whatFitsByNowBecomesRowsAndTheRestStays() throws IOException {
    Path data = prepared("data", false);
    try (LocalNode node = later(data)) {
      ReplayResult result = node.replay(all(1_000));
      assertEquals(LETTERS, result.replayed(), result.toString());
      assertEquals(0, result.duplicates());
      assertEquals(1, result.stillFailing());
      ReplayError error = result.errors().getFirst();
      assertEquals("BAD_FORMAT", error.code());
      assertEquals("amount", error.field());
      checkAll(node);
      assertEquals(0, node.replay(all(1_000)).replayed());
      node.maintain();
      checkAll(node);
    }
    try (LocalNode node = later(data)) {
      checkAll(node);
      // The ids of replayed events are known, here and after the start.
      assertEquals(1, send(node, "play", early("e3", "user3")).duplicates());
      checkAll(node);
    }
    verify(data);
  }

  @Test
  void everyRowLiesWhereItsEntityDoes() throws IOException {
    Path data = prepared("data", true);
    try (LocalNode node = later(data)) {
      node.replay(all(1_000));
      for (int i = 0; i < LETTERS; i++) {
        send(node, "play", NodeFixture.play("n" + i, "user" + i, 1));
      }
      Set<String> places = new TreeSet<>();
      Set<String> entities = new TreeSet<>();
      for (Map<String, @Nullable Object> row : rows(node, "play")) {
        places.add(row.get("user") + " in " + row.get("partition"));
        entities.add(row.get("user") + " is " + row.get("partition") + "/" + row.get("_entity"));
      }
      assertEquals(LETTERS, places.size(), places.toString());
      assertEquals(LETTERS, entities.size(), entities.toString());
    }
    verify(data);
  }

  @Test
  void anEventThatIsARowAlreadyIsADuplicate() throws IOException {
    Path data = prepared("data", true);
    try (LocalNode node = later(data)) {
      send(node, "play", early("e5", "user5"));
      ReplayResult result = node.replay(all(1_000));
      assertEquals(LETTERS - 1, result.replayed());
      assertEquals(1, result.duplicates());
      checkAll(node);
    }
    verify(data);
  }

  @Test
  void aLimitAndIdsChooseLetters() throws IOException {
    Path data = prepared("data", true);
    try (LocalNode node = later(data)) {
      assertEquals(5, node.replay(all(5)).replayed());
      assertEquals(5 + 1, rows(node, "play").size());
      List<Map<String, @Nullable Object>> left = letters(node);
      assertEquals(LETTERS + 1 - 5, left.size());
      Map<String, @Nullable Object> one =
          left.stream()
              .filter(row -> "TIME_OUT_OF_BOUNDS".equals(row.get("code")))
              .findFirst()
              .orElseThrow();
      ReplayRequest byId = new ReplayRequest("play", List.of(idOf(one)), null, Interval.ALL, 10);
      assertEquals(1, node.replay(byId).replayed());
      assertEquals(0, node.replay(byId).replayed());
      ReplayRequest byCode = new ReplayRequest("play", List.of(), "BAD_FORMAT", Interval.ALL, 10);
      assertEquals(1, node.replay(byCode).stillFailing());
      ReplayRequest past =
          new ReplayRequest(
              "play",
              List.of(),
              null,
              new Interval(null, Instant.parse("2026-01-01T00:00:00Z")),
              10);
      assertEquals(0, node.replay(past).replayed());
      assertEquals(LETTERS - 6, node.replay(all(1_000)).replayed());
      checkAll(node);
      TytoException refused =
          assertThrows(
              TytoException.class,
              () -> node.replay(new ReplayRequest("play", List.of("?"), null, Interval.ALL, 1)));
      assertEquals(ErrorCode.BAD_USER_INPUT, refused.code());
    }
    verify(data);
  }

  @Test
  void whatIsNotWholeSaysSo() throws IOException {
    Path data = Files.createDirectory(temp.resolve("data"));
    String padding = " ".repeat(DeadLetter.Payload.MAX_BYTES);
    try (LocalNode node = NodeFixture.open(data, OPTIONS, Disk.SYSTEM)) {
      apply(node, NodeFixture.PLAY);
      String large = early("e1", "u").strip().replace("}", padding + "}");
      send(node, "play", large + "\n" + NodeFixture.play("ok", "u", 1));
    }
    try (LocalNode node = later(data)) {
      ReplayResult result = node.replay(all(10));
      assertEquals(1, result.stillFailing());
      assertEquals("TRUNCATED", result.errors().getFirst().code());
      assertEquals(1, letters(node).size());
    }
  }

  @Test
  void recordsOfTablesAreReadWithTheirColumns() throws IOException {
    Path data = Files.createDirectory(temp.resolve("data"));
    byte[] csv =
        "who;ts\nann;2027-01-01T00:00:00Z\nbob;2027-01-02T00:00:00Z\nann;never\n"
            .getBytes(StandardCharsets.UTF_8);
    try (LocalNode node = NodeFixture.open(data, OPTIONS, Disk.SYSTEM)) {
      apply(node, NodeFixture.LOGIN);
      FileImport request = new FileImport("login", "logins.csv", "x", csv.length, false);
      assertEquals(
          3, node.importFile(request, new ByteArrayInputStream(csv), (_, _, _) -> true).rejected());
    }
    try (LocalNode node = later(data)) {
      ReplayResult result =
          node.replay(new ReplayRequest("login", List.of(), null, Interval.ALL, 10));
      assertEquals(2, result.replayed(), result.toString());
      assertEquals(1, result.stillFailing());
      assertEquals(Set.of("ann", "bob"), Set.copyOf(values(node, "login", "who")));
    }
    verify(data);
  }

  @Test
  void twoReplaysAtOnceMakeEachRowOnce() throws IOException {
    Path data = prepared("data", true);
    try (LocalNode node = later(data)) {
      List<CompletableFuture<ReplayResult>> both = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        both.add(CompletableFuture.supplyAsync(() -> node.replay(all(1_000))));
      }
      long replayed = 0;
      for (CompletableFuture<ReplayResult> one : both) {
        replayed += one.join().replayed();
      }
      assertEquals(LETTERS, replayed);
      checkAll(node);
    }
    verify(data);
  }

  @Test
  void ingestionAndCompactionGoOnMeanwhile() throws Exception {
    Path data = prepared("data", true);
    int rounds = 40;
    try (LocalNode node = later(data)) {
      Thread sender =
          Thread.ofVirtual()
              .start(() -> {
                for (int i = 0; i < rounds; i++) {
                  send(node, "play", NodeFixture.play("m" + i, "user" + i % 5, 1) + BAD);
                  if (i % 4 == 3) {
                    node.flush();
                  }
                }
              });
      Thread keeper =
          Thread.ofVirtual()
              .start(() -> {
                while (sender.isAlive()) {
                  node.maintain();
                }
              });
      long replayed = 0;
      while (sender.isAlive() || replayed < LETTERS) {
        replayed += node.replay(all(3)).replayed();
      }
      sender.join();
      keeper.join();
      assertEquals(LETTERS, replayed);
      assertEquals(LETTERS + 1 + rounds, rows(node, "play").size());
      assertEquals(LETTERS + 1 + rounds, Set.copyOf(values(node, "play", "id")).size());
      assertEquals(1 + rounds, letters(node).size());
      assertEquals(List.of(), node.status().alarms());
    }
    verify(data);
  }

  @Test
  void lettersLeaveByTheirOwnRetentionAndTheFolderStaysWhole() throws IOException {
    Path data = prepared("data", true);
    try (LocalNode node = later(data)) {
      node.maintain();
      assertEquals(LETTERS + 1, letters(node).size(), "without retention they stay");
      apply(node, NodeFixture.PLAY + "retention: { dead: P30D }\n", NodeFixture.LOGIN);
      send(node, "play", BAD);
      node.flush();
      node.maintain();
      assertEquals(1, letters(node).size(), "those that came just now stay");
      assertEquals(1, rows(node, "play").size(), "rows have a retention of their own");
      assertEquals(1, node.status().collections().getLast().deadLetters());
      assertEquals(0, node.replay(all(1_000)).replayed());
    }
    verify(data);
    try (LocalNode node = later(data)) {
      assertEquals(1, letters(node).size());
      send(node, "play", BAD);
      node.flush();
      assertEquals(2, letters(node).size());
    }
    verify(data);
  }

  @Test
  void survivesACrashAtAnyStep() throws Exception {
    Path model = prepared("model", true);
    Steps steps = stepsOfAReplay(model);
    Random random = new Random(SEED);
    for (int point = 0; point < 24 * SCALE; point++) {
      long step = random.nextLong(steps.first(), steps.last() + 1);
      int power = random.nextInt(3);
      String what = "crash at step %d of %s, power %d, seed %d".formatted(step, steps, power, SEED);
      Path data = copy(model, "crash-" + point);
      FaultDisk disk = new FaultDisk(data);
      disk.crashAt(step);
      replayAsFarAsItGoes(data, disk);
      switch (power) {
        case 0 -> disk.restart();
        case 1 -> disk.losePower();
        default -> disk.losePower(random);
      }
      goOn(data, disk, what);
    }
  }

  @Test
  void survivesAFailureOfAnyStep() throws Exception {
    Path model = prepared("model", true);
    Steps steps = stepsOfAReplay(model);
    Random random = new Random(SEED);
    for (int point = 0; point < 12 * SCALE; point++) {
      long step = random.nextLong(steps.first(), steps.last() + 1);
      FaultDisk.Failure failure = FaultDisk.Failure.values()[point % 3];
      String what = "%s at step %d of %s, seed %d".formatted(failure, step, steps, SEED);
      Path data = copy(model, "fail-" + point);
      FaultDisk disk = new FaultDisk(data);
      disk.failAt(step, failure);
      replayAsFarAsItGoes(data, disk);
      disk.losePower();
      goOn(data, disk, what);
    }
  }

  /// The steps of a replay, the start of the node apart.
  private record Steps(long first, long last) {}

  private Steps stepsOfAReplay(Path model) throws IOException {
    Path data = copy(model, "whole");
    FaultDisk disk = new FaultDisk(data);
    try (LocalNode node = later(data, disk)) {
      long first = disk.steps() + 1;
      assertEquals(LETTERS, node.replay(all(1_000)).replayed());
      return new Steps(first, disk.steps());
    }
  }

  private static void replayAsFarAsItGoes(Path data, FaultDisk disk) throws InterruptedException {
    LocalNode node = null;
    try {
      node = later(data, disk);
      LocalNode live = node;
      Thread thread =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  live.replay(all(1_000));
                } catch (TytoException | SimulatedCrash | IllegalStateException _) {
                  // What it left is looked at after the start.
                }
              });
      thread.join(Duration.ofSeconds(1));
      close(node);
      thread.join();
    } catch (SimulatedCrash | TytoException _) {
      close(node);
    }
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

  private static void goOn(Path data, FaultDisk disk, String what) {
    try (LocalNode node = later(data, disk)) {
      List<String> ids = values(node, "play", "id");
      assertEquals(Set.copyOf(ids).size(), ids.size(), "a row twice: " + what);
      Set<String> found = new TreeSet<>(ids);
      letters(node).forEach(row -> found.add(idIn(String.valueOf(row.get("record")))));
      assertEquals(LETTERS + 2, found.size(), "an event in neither place: " + what);
      node.replay(all(1_000));
      node.flush();
      checkAll(node, what);
    }
    FsStore store = new FsStore(new DataFolder(data).store(), disk);
    assertEquals(
        List.of(), new StoreVerifier(store, VerifiedSegments.CHECK).verify(_ -> {}).faults(), what);
  }

  private static String idIn(String record) {
    int from = record.indexOf("\"id\":\"") + 6;
    return record.substring(from, record.indexOf('"', from));
  }

  private Path copy(Path model, String name) throws IOException {
    Path target = temp.resolve(name);
    try (Stream<Path> paths = Files.walk(model)) {
      for (Path path : paths.toList()) {
        Path to = target.resolve(model.relativize(path).toString());
        if (Files.isDirectory(path)) {
          Files.createDirectories(to);
        } else {
          Files.copy(path, to);
        }
      }
    }
    return target;
  }

  private static void checkAll(LocalNode node) {
    checkAll(node, "");
  }

  private static void checkAll(LocalNode node, String what) {
    Set<String> expected = new TreeSet<>(Set.of("ok"));
    for (int i = 0; i < LETTERS; i++) {
      expected.add("e" + i);
    }
    List<String> ids = values(node, "play", "id");
    assertEquals(expected, new TreeSet<>(ids), what);
    assertEquals(expected.size(), ids.size(), "a row twice: " + what);
    List<Map<String, @Nullable Object>> left = letters(node);
    assertEquals(1, left.size(), what);
    assertEquals("BAD_FORMAT", left.getFirst().get("code"), what);
  }

  private static List<Map<String, @Nullable Object>> letters(LocalNode node) {
    try (TableSnapshot snapshot = node.deadLetters("play")) {
      return rows(snapshot);
    }
  }

  private static String idOf(Map<String, @Nullable Object> row) {
    return new LetterId(
            (int) row.get("partition"), String.valueOf(row.get("_log")), (long) row.get("_offset"))
        .encode();
  }

  /// No fault, and every record read is accounted for over all chains together.
  private static void verify(Path data) {
    assertEquals(List.of(), DataVerifier.verify(data).faults());
    assertTrue(DataInspector.status(data).alarms().isEmpty());
  }
}
