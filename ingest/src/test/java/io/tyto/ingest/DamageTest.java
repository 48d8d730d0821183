package io.tyto.ingest;

import static io.tyto.ingest.NodeFixture.PLAY;
import static io.tyto.ingest.NodeFixture.apply;
import static io.tyto.ingest.NodeFixture.open;
import static io.tyto.ingest.NodeFixture.play;
import static io.tyto.ingest.NodeFixture.rows;
import static io.tyto.ingest.NodeFixture.send;
import static io.tyto.ingest.NodeFixture.values;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.AdminService.CollectionStatus;
import io.tyto.store.Disk;
import io.tyto.store.FsStore;
import io.tyto.store.StoreKeys;
import io.tyto.store.maintenance.Fault;
import io.tyto.store.maintenance.StoreVerifier;
import io.tyto.store.manifest.ManifestChain;
import io.tyto.testkit.storage.FaultDisk;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What the node does when files are damaged, lost, or owned by somebody else.
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DamageTest {
  private static final IngestOptions ONE = NodeFixture.BY_HAND.withPartitions(1);

  @TempDir Path temp;

  @Test
  void damageInTheMiddleOfTheLogStopsTheStartByName() throws IOException {
    Path data = temp.resolve("data");
    fillLog(data);
    Path file = find(data, ".wal");
    flip(file, 64 + 60);
    TytoException e = assertThrows(TytoException.class, () -> open(data, ONE, Disk.SYSTEM));
    assertEquals(ErrorCode.LOG_CORRUPT, e.code());
    assertTrue(e.getMessage().contains(file + " byteOffset 64"), e.getMessage());
  }

  @Test
  void verifyAndStatusReadTheLogWhileTheFolderIsHeld() throws IOException {
    Path data = temp.resolve("data");
    try (LocalNode node = open(data, ONE, Disk.SYSTEM)) {
      apply(node, PLAY);
      send(node, "play", play("e0", "ann", 0) + play("e1", "bob", 1));
      node.flush();
      send(node, "play", play("e2", "ann", 2));
      assertEquals(List.of(), DataVerifier.verify(data).faults());
      CollectionStatus status = DataInspector.status(data).collections().getFirst();
      assertEquals(2, status.rows());
      assertEquals(1, status.logLagRecords());
      flip(find(data, ".wal"), 64 + 60);
      Fault fault = DataVerifier.verify(data).faults().getFirst();
      assertEquals(find(data, ".wal").toString(), fault.file());
      assertEquals(64, fault.byteOffset());
    }
  }

  @Test
  void anInterruptedLastWriteIsNoFault() throws IOException {
    Path data = temp.resolve("data");
    fillLog(data);
    Path file = find(data, ".wal");
    Files.write(file, new byte[] {1, 2, 3}, java.nio.file.StandardOpenOption.APPEND);
    assertEquals(List.of(), DataVerifier.verify(data).faults());
  }

  @Test
  void statusOfAFolderWithoutDataLeavesNoTrace() {
    Path data = temp.resolve("nothing");
    TytoException e = assertThrows(TytoException.class, () -> DataInspector.status(data));
    assertEquals(ErrorCode.NOT_FOUND, e.code());
    assertTrue(Files.notExists(data));
  }

  @Test
  void anAcceptedGapIsRecordedAndTheRestGoesOn() throws IOException {
    Path data = temp.resolve("data");
    fillLog(data);
    flip(find(data, ".wal"), 64 + 60);
    IngestOptions accepting = ONE.withGapPolicy(IngestOptions.GapPolicy.CONTINUE);
    try (LocalNode node = open(data, accepting, Disk.SYSTEM)) {
      assertEquals(List.of("e1", "e2"), values(node, "play", "id"));
      send(node, "play", play("e3", "ann", 3));
      node.flush();
    }
    try (LocalNode node = open(data, ONE, Disk.SYSTEM)) {
      assertEquals(List.of("e1", "e2", "e3"), values(node, "play", "id"));
    }
    FsStore store = new FsStore(new DataFolder(data).store(), Disk.SYSTEM);
    assertEquals(
        List.of(), new StoreVerifier(store, VerifiedSegments.CHECK).verify(_ -> {}).faults());
  }

  @Test
  void aLostLogIsNotTakenForAnEmptyOne() throws IOException {
    Path data = temp.resolve("data");
    try (LocalNode node = open(data, ONE, Disk.SYSTEM)) {
      apply(node, PLAY);
      send(node, "play", play("e0", "ann", 0));
      node.flush();
    }
    Files.delete(find(data, ".wal"));
    TytoException e = assertThrows(TytoException.class, () -> open(data, ONE, Disk.SYSTEM));
    assertEquals(ErrorCode.LOG_CORRUPT, e.code());
    IngestOptions accepting = ONE.withGapPolicy(IngestOptions.GapPolicy.CONTINUE);
    try (LocalNode node = open(data, accepting, Disk.SYSTEM)) {
      send(node, "play", play("e1", "ann", 1));
      node.flush();
      assertEquals(List.of("e0", "e1"), values(node, "play", "id"));
    }
    try (LocalNode node = open(data, ONE, Disk.SYSTEM)) {
      assertEquals(2, rows(node, "play").size());
    }
  }

  @Test
  void aDamagedSegmentIsNamedAndTheRestIsServed() throws IOException {
    Path data = temp.resolve("data");
    try (LocalNode node = open(data, ONE, Disk.SYSTEM)) {
      apply(node, PLAY, NodeFixture.NOTE);
      send(node, "play", play("e0", "ann", 0));
      node.flush();
      send(node, "note", "{\"n\":1}");
    }
    Path segment = find(data, ".seg", "-1-");
    try (RandomAccessFile file = new RandomAccessFile(segment.toFile(), "rw")) {
      file.setLength(file.length() / 2);
    }
    try (LocalNode node = open(data, ONE, Disk.SYSTEM)) {
      assertEquals(1, rows(node, "note").size());
      TytoException e = assertThrows(TytoException.class, () -> rows(node, "play"));
      assertEquals(ErrorCode.SEGMENT_CORRUPT, e.code());
      String name = segment.getFileName().toString();
      assertTrue(e.getMessage().contains(name), e.getMessage());
      assertTrue(node.status().alarms().toString().contains(name));
      assertEquals(1, send(node, "play", play("e1", "ann", 1)).accepted());
    }
  }

  /// Wherever the byte is, the node starts and takes events; event ids are read before the first.
  @Test
  void aFlippedByteInASegmentNeverKeepsTheNodeFromStarting() throws IOException {
    Path data = temp.resolve("data");
    try (LocalNode node = open(data, ONE, Disk.SYSTEM)) {
      apply(node, PLAY, NodeFixture.NOTE);
      for (int i = 0; i < 50; i++) {
        send(node, "play", play("event-" + i * 7919, "user" + i, i));
      }
      node.flush();
      send(node, "note", "{\"n\":1}");
    }
    Path segment = find(data, ".seg", "-1-");
    int alarmed = 0;
    for (int part = 1; part < 20; part++) {
      int at = (int) (Files.size(segment) * part / 20);
      flip(segment, at);
      try (LocalNode node = open(data, ONE, Disk.SYSTEM)) {
        assertEquals(1, rows(node, "note").size());
        assertEquals(1, send(node, "play", play("late-" + part, "ann", part)).accepted());
        alarmed += node.status().alarms().toString().contains("event ids") ? 1 : 0;
      }
      flip(segment, at);
    }
    assertTrue(alarmed > 0, "no place hit the event ids");
  }

  @Test
  void afterAnotherOwnerNothingIsTakenAndNothingUncommittedShown() {
    Path data = temp.resolve("data");
    try (LocalNode node = open(data, ONE, Disk.SYSTEM)) {
      apply(node, PLAY);
      send(node, "play", play("e0", "ann", 0));
      node.flush();
      FsStore store = new FsStore(new DataFolder(data).store(), Disk.SYSTEM);
      new ManifestChain(store, StoreKeys.partition(1, 1, 0, 0), "rival").claim(1);
      send(node, "play", play("e1", "ann", 1));
      TytoException e = assertThrows(TytoException.class, node::flush);
      assertEquals(ErrorCode.FENCED, e.code());
      assertEquals(List.of("e0"), values(node, "play", "id"));
      CompletionException refused =
          assertThrows(CompletionException.class, () -> send(node, "play", play("e2", "ann", 2)));
      assertEquals(
          ErrorCode.FENCED, assertInstanceOf(TytoException.class, refused.getCause()).code());
      assertTrue(node.status().alarms().toString().contains("own the partition"), "an alarm tells");
    }
    try (LocalNode node = open(data, ONE, Disk.SYSTEM)) {
      assertEquals(Set.of("e0", "e1"), Set.copyOf(values(node, "play", "id")));
    }
  }

  @Test
  void nothingIsTakenWhileTheDiskIsNearlyFull() throws Exception {
    Path data = Files.createDirectory(temp.resolve("data"));
    FaultDisk disk = new FaultDisk(data);
    IngestOptions options =
        ONE.withLog(new IngestOptions.Log(64 << 20, 1 << 20, 1 << 20, 2000, 1000));
    try (LocalNode node = open(data, options, disk)) {
      apply(node, PLAY);
      send(node, "play", play("e0", "ann", 0));
      disk.limitFreeBytes(900);
      waitFor(() -> node.status().alarms().toString().contains("900"));
      CompletionException e =
          assertThrows(CompletionException.class, () -> send(node, "play", play("e1", "a", 1)));
      assertEquals(ErrorCode.DISK_FULL, assertInstanceOf(TytoException.class, e.getCause()).code());
      assertEquals(1, rows(node, "play").size(), "queries go on");
      disk.limitFreeBytes(Long.MAX_VALUE);
      waitFor(() -> node.status().alarms().isEmpty());
      assertEquals(1, send(node, "play", play("e1", "ann", 1)).accepted());
    }
  }

  /// A query meets each row in the tail or in a segment, never in both and never in neither.
  @Test
  void countsNeverFallOrJumpWhileTailsBecomeSegments() throws Exception {
    Path data = temp.resolve("data");
    try (LocalNode node = open(data, ONE, Disk.SYSTEM)) {
      apply(node, PLAY);
      AtomicBoolean isOver = new AtomicBoolean();
      Thread writer =
          Thread.ofPlatform()
              .start(() -> {
                for (int i = 0; i < 150; i++) {
                  send(node, "play", play("e" + i, "ann", i));
                  if (i % 5 == 0) {
                    node.flush();
                  }
                  if (i % 40 == 0) {
                    node.maintain();
                  }
                }
                isOver.set(true);
              });
      int last = 0;
      while (!isOver.get()) {
        List<String> ids = values(node, "play", "id");
        assertEquals(ids.size(), Set.copyOf(ids).size());
        assertTrue(ids.size() >= last, ids.size() + " after " + last);
        last = ids.size();
      }
      writer.join();
      assertEquals(150, rows(node, "play").size());
    }
  }

  private static void fillLog(Path data) {
    try (LocalNode node = open(data, ONE, Disk.SYSTEM)) {
      apply(node, PLAY);
      for (int i = 0; i < 3; i++) {
        send(node, "play", play("e" + i, "ann", i));
      }
    }
  }

  private static Path find(Path data, String... parts) throws IOException {
    try (Stream<Path> files = Files.walk(data)) {
      return files
          .filter(Files::isRegularFile)
          .filter(file -> Stream.of(parts).allMatch(file.getFileName().toString()::contains))
          .findFirst()
          .orElseThrow();
    }
  }

  private static void flip(Path file, long at) throws IOException {
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
      open.seek(at);
      int old = open.read();
      open.seek(at);
      open.write(old ^ 0x20);
    }
  }

  private static void waitFor(java.util.function.BooleanSupplier condition)
      throws InterruptedException {
    long deadline = System.nanoTime() + 20_000_000_000L;
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < deadline, "it did not come to pass");
      Thread.sleep(20);
    }
  }
}
