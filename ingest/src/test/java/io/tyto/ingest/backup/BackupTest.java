package io.tyto.ingest.backup;

import static io.tyto.ingest.NodeFixture.BY_HAND;
import static io.tyto.ingest.NodeFixture.LIFETIME;
import static io.tyto.ingest.NodeFixture.LOGIN;
import static io.tyto.ingest.NodeFixture.NOTE;
import static io.tyto.ingest.NodeFixture.PLAY;
import static io.tyto.ingest.NodeFixture.apply;
import static io.tyto.ingest.NodeFixture.importFile;
import static io.tyto.ingest.NodeFixture.open;
import static io.tyto.ingest.NodeFixture.play;
import static io.tyto.ingest.NodeFixture.rows;
import static io.tyto.ingest.NodeFixture.send;
import static io.tyto.ingest.NodeFixture.values;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.ingest.DataFolder;
import io.tyto.ingest.DataVerifier;
import io.tyto.ingest.LocalNode;
import io.tyto.ingest.NodeFixture;
import io.tyto.model.access.Caller;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.EntityService.Kept;
import io.tyto.store.Disk;
import io.tyto.store.FsStore;
import io.tyto.store.StoreKeys;
import io.tyto.store.backup.BackupFolder;
import io.tyto.store.backup.BackupIndex;
import io.tyto.store.key.KeyLog;
import io.tyto.store.maintenance.StoreVerifier;
import io.tyto.testkit.storage.FaultDisk;
import io.tyto.testkit.storage.SimulatedCrash;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BackupTest {
  private static final long SEED = Long.getLong("test.seed", 4711L);
  private static final int POINTS = 3 * Integer.getInteger("test.scale", 1);

  @TempDir Path temp;

  private final Random random = new Random(SEED);

  private static Backup.Result back(Path data, Path to) {
    return Backup.make(data, to, Disk.SYSTEM, Clock.systemUTC());
  }

  private static BackupIndex restore(Path from, Path data) {
    return Restore.run(from, data, 0, Disk.SYSTEM);
  }

  private static void assertSound(Path data) {
    StoreVerifier.Report report = DataVerifier.verify(data);
    assertTrue(report.isClean(), report.faults().toString());
  }

  /// Log and offset of each row of a collection, each once.
  private static Set<String> places(LocalNode node, String collection) {
    Set<String> places = new HashSet<>();
    for (Map<String, @Nullable Object> row : rows(node, collection)) {
      assertTrue(
          places.add(row.get("partition") + "/" + row.get("_log") + "/" + row.get("_offset")));
    }
    return places;
  }

  private static String plays(int from, int to) {
    StringBuilder lines = new StringBuilder();
    for (int i = from; i < to; i++) {
      lines.append(play("e" + i, "user" + i % 7, i));
    }
    return lines.toString();
  }

  @Test
  void aRestoredFolderAnswersAlikeAndTakesEventsOnce() throws IOException {
    Path data = temp.resolve("data");
    Path backups = temp.resolve("backups");
    Path restored = temp.resolve("restored");
    Set<Map<String, @Nullable Object>> sealed;
    Set<String> placesOfTheOld;
    try (LocalNode node = open(data)) {
      apply(node, PLAY + LIFETIME, LOGIN, NOTE);
      node.createFirstKey();
      send(node, "play", plays(0, 50) + "{\"id\":\"bad\",\"amount\":\"much\"}\n");
      importFile(node, "login", "logins", "{\"who\":\"user1\"}\n");
      node.flush();
      node.maintain();
      sealed = Set.copyOf(rows(node, "play"));
      send(node, "play", plays(50, 60));
      Backup.Result result = back(data, backups);
      assertEquals(10, result.index().unsealed());
      assertTrue(result.copied() > 0);
      // What the old folder makes of the offsets behind the backup is none of the new one's.
      placesOfTheOld = places(node, "play");
    }
    restore(backups, restored);
    assertSound(restored);
    assertEquals(
        1,
        KeyLog.open(
                new FsStore(restored.resolve("store"), Disk.SYSTEM), StoreKeys.DEFAULT_PROJECT, "t")
            .keys()
            .size());
    try (LocalNode node = open(restored)) {
      assertEquals(sealed, Set.copyOf(rows(node, "play")));
      assertEquals(List.of("user1"), values(node, "login", "who"));
      NodeFixture.checkLifetimes(node, "restored");
      assertEquals(
          1, importFile(node, "login", "logins", "{\"who\":\"user1\"}\n").alreadyImported());
      // More files than the window of event ids has room for.
      for (int i = 0; i < 6; i++) {
        importFile(node, "login", "more" + i, "{\"who\":\"user%d\"}\n".formatted(i));
      }
      node.flush();
    }
    try (LocalNode node = open(restored)) {
      assertEquals(10, send(node, "play", plays(0, 60)).accepted());
      assertEquals(60, rows(node, "play").size());
      Set<String> places = places(node, "play");
      places.retainAll(placesOfTheOld);
      assertEquals(50, places.size(), "offsets that stand for other events than before");
      Kept kept =
          Objects.requireNonNull(
                  node.entity("user", "user1", Caller.SYSTEM, Duration.ofSeconds(30)))
              .get("play");
      assertEquals(9L, Objects.requireNonNull(kept).values().get("events"));
      node.flush();
      send(node, "play", plays(60, 70));
    }
    Backup.Result second = back(restored, backups);
    assertEquals(2, second.index().number());
    assertTrue(second.copied() < second.index().items().size(), second.toString());
    Path again = temp.resolve("again");
    restore(backups, again);
    assertSound(again);
    try (LocalNode node = open(again)) {
      assertEquals(60, rows(node, "play").size());
      assertEquals(10, send(node, "play", plays(0, 70)).accepted());
      node.flush();
      assertEquals(70, rows(node, "play").size());
    }
    assertSound(again);
    assertEquals(List.of(), new BackupFolder(backups, Disk.SYSTEM).verify(_ -> {}));
  }

  @Test
  void theOldestBackupIsStillWhatItWas() throws IOException {
    Path data = temp.resolve("data");
    Path backups = temp.resolve("backups");
    Files.createDirectories(data.resolve("documents"));
    Files.writeString(data.resolve("documents/aa.graphql"), "{ __typename }");
    try (LocalNode node = open(data)) {
      apply(node, PLAY);
      for (int i = 0; i < 3; i++) {
        send(node, "play", plays(10 * i, 10 * i + 10));
        node.seal();
        Backup.Result result = back(data, backups);
        assertEquals(0, result.index().unsealed());
        assertEquals(0, back(data, backups).copied(), "nothing is new");
      }
      assertEquals(
          List.of(1L, 2L, 3L, 4L, 5L, 6L), new BackupFolder(backups, Disk.SYSTEM).numbers());
    }
    Path first = temp.resolve("first");
    Restore.run(backups, first, 1, Disk.SYSTEM);
    assertEquals("{ __typename }", Files.readString(first.resolve("documents/aa.graphql")));
    try (LocalNode node = open(first)) {
      assertEquals(10, rows(node, "play").size());
    }
    assertEquals(
        ErrorCode.NOT_FOUND,
        assertThrows(
                TytoException.class,
                () -> Restore.run(backups, temp.resolve("none"), 7, Disk.SYSTEM))
            .code());
  }

  @Test
  void aFlippedByteIsFoundAndRefused() throws IOException {
    Path data = temp.resolve("data");
    Path backups = temp.resolve("backups");
    filled(data);
    back(data, backups);
    List<Path> objects;
    try (Stream<Path> files = Files.walk(backups)) {
      objects =
          files
              .filter(file -> Files.isRegularFile(file) && !file.endsWith("LOCK"))
              .sorted()
              .toList();
    }
    for (Path object : objects) {
      long at = random.nextLong(Files.size(object));
      String what = "byte %d of %s, seed %d".formatted(at, object, SEED);
      FaultDisk.flip(object, at, 1 << random.nextInt(8));
      assertFalse(new BackupFolder(backups, Disk.SYSTEM).verify(_ -> {}).isEmpty(), what);
      Path restored = temp.resolve("r" + objects.indexOf(object));
      TytoException refused =
          assertThrows(TytoException.class, () -> restore(backups, restored), what);
      assertTrue(
          Set.of(ErrorCode.SEGMENT_CORRUPT, ErrorCode.MANIFEST_CORRUPT).contains(refused.code()),
          what);
      if (Files.exists(restored)) {
        assertEquals(
            ErrorCode.STORE_UNSUITABLE,
            assertThrows(TytoException.class, () -> open(restored), what).code());
      }
      Files.delete(object);
      if (!object.getParent().endsWith("index")) {
        back(data, backups);
        restore(backups, temp.resolve("m" + objects.indexOf(object)));
      } else {
        back(data, backups);
      }
    }
  }

  private void filled(Path data) {
    try (LocalNode node = open(data, BY_HAND.withPartitions(1), Disk.SYSTEM)) {
      apply(node, PLAY + LIFETIME, LOGIN);
      send(node, "play", plays(0, 20));
      node.flush();
      send(node, "play", plays(20, 40));
      node.flush();
    }
  }

  @Test
  void killedAnywhereItIsRunAgain() throws Exception {
    Path data = temp.resolve("data");
    filled(data);
    FaultDisk counting = new FaultDisk(Files.createDirectory(temp.resolve("whole")));
    Path whole = temp.resolve("whole/backups");
    Backup.make(data, whole, counting, Clock.systemUTC());
    long steps = counting.steps();
    Restore.run(whole, temp.resolve("whole/data"), 0, counting);
    long restoreSteps = counting.steps() - steps;
    for (int point = 0; point < POINTS; point++) {
      long step = 1 + random.nextLong(steps);
      long restoreStep = 1 + random.nextLong(restoreSteps);
      String what =
          "killed at %d of %d and %d of %d, seed %d"
              .formatted(step, steps, restoreStep, restoreSteps, SEED);
      Path room = Files.createDirectory(temp.resolve("kill" + point));
      FaultDisk disk = new FaultDisk(room);
      Path backups = room.resolve("backups");
      disk.crashAt(step);
      assertThrows(
          SimulatedCrash.class, () -> Backup.make(data, backups, disk, Clock.systemUTC()), what);
      goOn(disk, point);
      Backup.make(data, backups, disk, Clock.systemUTC());
      goOn(disk, point);
      assertEquals(List.of(), new BackupFolder(backups, disk).verify(_ -> {}), what);
      Path restored = room.resolve("data");
      disk.crashAt(disk.steps() + restoreStep);
      assertThrows(SimulatedCrash.class, () -> Restore.run(backups, restored, 0, disk), what);
      goOn(disk, point);
      if (Files.exists(new DataFolder(restored).restoring())) {
        assertThrows(TytoException.class, () -> open(restored, BY_HAND, disk), what);
      }
      if (Files.notExists(restored.resolve("store/1/catalog"))
          || Files.exists(new DataFolder(restored).restoring())) {
        Restore.run(backups, restored, 0, disk);
      }
      goOn(disk, point);
      assertSound(restored);
      try (LocalNode node = open(restored, BY_HAND.withPartitions(1), disk)) {
        assertEquals(40, rows(node, "play").size(), what);
        assertEquals(1, send(node, "play", plays(39, 41)).accepted(), what);
      }
    }
  }

  private void goOn(FaultDisk disk, int point) throws IOException {
    switch (point % 3) {
      case 0 -> disk.restart();
      case 1 -> disk.losePower();
      default -> disk.losePower(random);
    }
  }

  @Test
  void isOfOneMomentWhileEventsComeAndFilesGo() throws Exception {
    Path data = temp.resolve("data");
    Path backups = temp.resolve("backups");
    Set<String> sent = ConcurrentHashMap.newKeySet();
    AtomicBoolean isOver = new AtomicBoolean();
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    List<Set<String>> sealedBefore = new ArrayList<>();
    try (LocalNode node = open(data)) {
      apply(node, PLAY);
      Thread events =
          Thread.ofPlatform()
              .start(() -> {
                try {
                  for (int i = 0; !isOver.get(); i++) {
                    sent.add("e" + i);
                    send(node, "play", play("e" + i, "user" + i % 7, i));
                    if (i % 5 == 0) {
                      node.flush();
                    }
                    if (i % 50 == 0) {
                      node.maintain();
                      node.collectGarbage();
                    }
                  }
                } catch (RuntimeException | Error e) {
                  failure.set(e);
                }
              });
      for (int i = 0; i < 5; i++) {
        node.seal();
        sealedBefore.add(ids(node));
        back(data, backups);
      }
      isOver.set(true);
      events.join();
    }
    assertEquals(null, failure.get());
    for (int i = 0; i < sealedBefore.size(); i++) {
      Path restored = temp.resolve("restored" + i);
      Restore.run(backups, restored, i + 1, Disk.SYSTEM);
      assertSound(restored);
      try (LocalNode node = open(restored)) {
        Set<String> there = ids(node);
        assertEquals(there.size(), rows(node, "play").size());
        assertTrue(sent.containsAll(there));
        // What was read may have come after the seal; what the first backup had, all have.
        assertTrue(i == 0 || there.containsAll(sealedBefore.get(i - 1)), "backup " + (i + 1));
      }
    }
  }

  private static Set<String> ids(LocalNode node) {
    Set<String> ids = new HashSet<>();
    values(node, "play", "id").forEach(id -> ids.add(String.valueOf(id)));
    return ids;
  }

  /// A disk on which the first segment that is opened was collected just before.
  private static Disk losing(Runnable meanwhile, boolean isForGood) {
    AtomicBoolean isFirst = new AtomicBoolean(true);
    return (Disk)
        Proxy.newProxyInstance(
            Disk.class.getClassLoader(),
            new Class<?>[] {Disk.class},
            (_, method, arguments) -> {
              boolean isSegment =
                  method.getName().equals("openForRead")
                      && String.valueOf(arguments[0]).endsWith(".seg");
              if (isSegment && (isFirst.getAndSet(false) || isForGood)) {
                meanwhile.run();
                throw new NoSuchFileException(String.valueOf(arguments[0]));
              }
              try {
                return method.invoke(Disk.SYSTEM, arguments);
              } catch (InvocationTargetException e) {
                throw Objects.requireNonNull(e.getCause());
              }
            });
  }

  @Test
  void whatIsCollectedMeanwhileIsReplacedByWhatIsNewest() {
    Path data = temp.resolve("data");
    Path backups = temp.resolve("backups");
    try (LocalNode node = open(data)) {
      apply(node, PLAY);
      send(node, "play", plays(0, 10));
      node.flush();
      Runnable commit =
          () -> {
            send(node, "play", play("late" + System.nanoTime(), "ann", 1));
            node.flush();
          };
      TytoException endless =
          assertThrows(
              TytoException.class,
              () -> Backup.make(data, backups, losing(commit, true), Clock.systemUTC()));
      assertEquals(ErrorCode.OVERLOADED, endless.code());
      TytoException lost =
          assertThrows(
              TytoException.class,
              () -> Backup.make(data, backups, losing(() -> {}, true), Clock.systemUTC()));
      assertEquals(ErrorCode.NOT_FOUND, lost.code());
      assertEquals(List.of(), new BackupFolder(backups, Disk.SYSTEM).numbers());
      Backup.make(data, backups, losing(commit, false), Clock.systemUTC());
      Path restored = temp.resolve("restored");
      restore(backups, restored);
      try (LocalNode copy = open(restored)) {
        assertEquals(ids(node), ids(copy));
      }
    }
  }

  @Test
  void foldersThatHoldSomethingElseAreLeftAlone() throws IOException {
    Path data = temp.resolve("data");
    filled(data);
    Path mine = Files.createDirectory(temp.resolve("mine"));
    Files.writeString(mine.resolve("letter.txt"), "dear");
    for (Path wrong : List.of(mine, data, data.resolve("backups"), temp)) {
      assertEquals(
          ErrorCode.BAD_USER_INPUT,
          assertThrows(TytoException.class, () -> back(data, wrong)).code());
    }
    Path backups = temp.resolve("backups");
    back(data, backups);
    for (Path wrong : List.of(mine, data)) {
      assertEquals(
          ErrorCode.BAD_USER_INPUT,
          assertThrows(TytoException.class, () -> restore(backups, wrong)).code());
    }
    try (Stream<Path> files = Files.list(mine)) {
      assertEquals(1, files.count());
    }
    assertEquals(
        ErrorCode.NOT_FOUND,
        assertThrows(TytoException.class, () -> back(temp.resolve("nothing"), backups)).code());
    assertEquals(
        ErrorCode.NOT_FOUND,
        assertThrows(
                TytoException.class, () -> restore(temp.resolve("nothing"), temp.resolve("new")))
            .code());
    assertTrue(Files.notExists(temp.resolve("new")));
  }

  @Test
  void aLogThatNobodyExpectsStillStopsTheStart() throws IOException {
    Path data = temp.resolve("data");
    Path backups = temp.resolve("backups");
    Path restored = temp.resolve("restored");
    filled(data);
    back(data, backups);
    restore(backups, restored);
    try (Stream<Path> files = Files.walk(restored.resolve("log"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.delete(file);
      }
    }
    TytoException halted = assertThrows(TytoException.class, () -> open(restored));
    assertEquals(ErrorCode.LOG_CORRUPT, halted.code());
  }
}
