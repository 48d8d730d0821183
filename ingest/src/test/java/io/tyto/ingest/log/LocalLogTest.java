package io.tyto.ingest.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.ingest.QuietLog;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.store.Disk;
import io.tyto.testkit.storage.FaultDisk;
import io.tyto.testkit.storage.SimulatedCrash;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalLogTest {
  private static final long SEED = Long.getLong("test.seed", 20260901L);
  private static final long FILE_BYTES = 4 << 10;

  @TempDir Path temp;
  private Path root;
  private Path folder;

  @BeforeEach
  void createRoot() throws IOException {
    QuietLog.on();
    root = Files.createDirectory(temp.resolve("data"));
    folder = root.resolve("log").resolve("p0");
  }

  @Test
  void readsBackWhatWasCommitted() {
    try (LocalLog log = open(Disk.SYSTEM)) {
      append(log, "a", "b");
      append(log, "c");
      assertEquals(List.of("0:a", "1:b", "2:c"), entries(log, 0));
      assertEquals(List.of("2:c"), entries(log, 2));
      assertEquals(List.of(), entries(log, 3));
    }
  }

  @Test
  void keepsIdAndOffsetsOverAReopening() {
    String logId;
    try (LocalLog log = open(Disk.SYSTEM)) {
      logId = log.logId();
      append(log, "a", "b");
    }
    try (LocalLog log = open(Disk.SYSTEM)) {
      assertEquals(logId, log.logId());
      assertEquals(2, log.stableEnd());
      append(log, "c");
      assertEquals(List.of("0:a", "1:b", "2:c"), entries(log, 0));
    }
  }

  @Test
  void carriesEveryFieldOfARecord() {
    byte[] eventId = {1, 2, 3};
    RecordBatch batch = new RecordBatch(16);
    batch.add(
        new RecordHead(LogRecord.Kind.DEAD_LETTER, 7, 3, -5L, 1_700_000_000_000_000L, 99),
        eventId,
        "xbodyx".getBytes(StandardCharsets.US_ASCII),
        1,
        4);
    try (LocalLog log = open(Disk.SYSTEM)) {
      assertEquals(0, log.stage(batch, 0, false));
      log.commit();
      try (LogReader reader = log.read(0)) {
        LogRecord record = assertInstanceOf(LogRecord.class, reader.next());
        assertEquals(LogRecord.Kind.DEAD_LETTER, record.kind());
        assertEquals(7, record.collection());
        assertEquals(3, record.schemaVersion());
        assertEquals(-5L, record.keyHash());
        assertEquals(1_700_000_000_000_000L, record.receivedMicros());
        assertEquals(0, record.offset());
        assertTrue(Arrays.equals(eventId, record.eventId()));
        assertEquals("body", text(record));
      }
    }
  }

  @Test
  void rollsFilesAndDropsConsumedOnes() throws IOException {
    try (LocalLog log = open(Disk.SYSTEM)) {
      for (int i = 0; i < 300; i++) {
        append(log, "record " + i);
      }
      List<Path> files = files();
      assertTrue(files.size() > 3, files.toString());
      log.trim(150);
      assertTrue(files().size() < files.size());
      assertTrue(log.beginning() <= 150 && log.beginning() > 0);
      assertEquals(300 - 150, entries(log, 150).size());
      log.trim(1000);
      assertEquals(1, files().size());
    }
    try (LocalLog log = open(Disk.SYSTEM)) {
      assertEquals(300, log.stableEnd());
    }
  }

  @Test
  void cutsOffAnInterruptedWriteAtEveryLength() throws IOException {
    try (LocalLog log = open(Disk.SYSTEM)) {
      append(log, "first");
      append(log, "second record");
    }
    byte[] whole = Files.readAllBytes(files().getFirst());
    int secondAt = LogFile.HEADER_BYTES + RecordFrame.HEADER_BYTES + "first".length();
    for (int length = secondAt; length < whole.length; length++) {
      Files.write(files().getFirst(), Arrays.copyOf(whole, length));
      try (LocalLog log = open(Disk.SYSTEM)) {
        assertEquals(1, log.stableEnd(), "cut at " + length);
        append(log, "again");
        assertEquals(List.of("0:first", "1:again"), entries(log, 0));
      }
      Files.write(files().getFirst(), Arrays.copyOf(whole, length + 700));
      Files.write(files().getFirst(), new byte[0], StandardOpenOption.APPEND);
      zero(files().getFirst(), length);
      try (LocalLog log = open(Disk.SYSTEM)) {
        assertEquals(1, log.stableEnd(), "zeros from " + length);
      }
    }
  }

  @Test
  void namesDamageBeforeIntactRecordsAndKeepsTheRest() throws IOException {
    try (LocalLog log = open(Disk.SYSTEM)) {
      append(log, "first");
      append(log, "second");
      append(log, "third");
    }
    flip(files().getFirst(), LogFile.HEADER_BYTES + RecordFrame.HEADER_BYTES + 5 + 50);
    try (LocalLog log = open(Disk.SYSTEM)) {
      assertEquals(3, log.stableEnd());
      try (LogReader reader = log.read(0)) {
        assertEquals("first", text(assertInstanceOf(LogRecord.class, reader.next())));
        LogEntry.Gap gap = assertInstanceOf(LogEntry.Gap.class, reader.next());
        assertEquals(1, gap.from());
        assertEquals(2, gap.next());
        assertTrue(gap.where().contains(files().getFirst().toString()), gap.where());
        assertEquals("third", text(assertInstanceOf(LogRecord.class, reader.next())));
      }
    }
  }

  @Test
  void aMissingFileIsAGap() throws IOException {
    try (LocalLog log = open(Disk.SYSTEM)) {
      for (int i = 0; i < 300; i++) {
        append(log, "record " + i);
      }
    }
    List<Path> files = files();
    Files.delete(files.get(1));
    try (LocalLog log = open(Disk.SYSTEM);
        LogReader reader = log.read(0)) {
      List<LogEntry.Gap> gaps = new ArrayList<>();
      for (LogEntry entry = reader.next(); entry != null; entry = reader.next()) {
        if (entry instanceof LogEntry.Gap gap) {
          gaps.add(gap);
        }
      }
      assertEquals(1, gaps.size());
      assertEquals(LogFile.list(Disk.SYSTEM, folder).get(1).first(), gaps.getFirst().next());
    }
  }

  @Test
  void refusesAForeignOrDamagedHeaderByName() throws IOException {
    try (LocalLog log = open(Disk.SYSTEM)) {
      append(log, "a");
    }
    flip(files().getFirst(), 20);
    TytoException e = assertThrows(TytoException.class, () -> open(Disk.SYSTEM));
    assertEquals(ErrorCode.LOG_CORRUPT, e.code());
    assertTrue(e.getMessage().contains(files().getFirst().toString()));
  }

  @Test
  void aFailedCommitLeavesNothingBehind() throws IOException {
    for (FaultDisk.Failure failure : FaultDisk.Failure.values()) {
      for (int step = 1; step <= 2; step++) {
        Path data = Files.createDirectory(temp.resolve("fail-" + failure + step));
        FaultDisk disk = new FaultDisk(data);
        try (LocalLog log = LocalLog.open(disk, data, data.resolve("log"), FILE_BYTES, true)) {
          append(log, "kept");
          disk.failAt(disk.steps() + step, failure);
          assertThrows(TytoException.class, () -> append(log, "lost"));
          append(log, "next");
          assertEquals(List.of("0:kept", "1:next"), entries(log, 0));
        }
        disk.losePower();
        try (LocalLog log = LocalLog.open(disk, data, data.resolve("log"), FILE_BYTES, true)) {
          assertEquals(List.of("0:kept", "1:next"), entries(log, 0), failure + " at " + step);
        }
      }
    }
  }

  @Test
  void aFullDiskIsSaidAndOver() throws IOException {
    FaultDisk disk = new FaultDisk(root);
    try (LocalLog log = open(disk)) {
      append(log, "kept");
      disk.limitFreeBytes(20);
      TytoException e = assertThrows(TytoException.class, () -> append(log, "does not fit"));
      assertEquals(ErrorCode.DISK_FULL, e.code());
      disk.limitFreeBytes(Long.MAX_VALUE);
      append(log, "fits");
      assertEquals(List.of("0:kept", "1:fits"), entries(log, 0));
    }
  }

  /// Dies at every step of a run and comes back with or without power: what was acknowledged is
  /// there, in order, and behind it at most what was being written.
  @Test
  void survivesACrashAtEveryStep() throws IOException {
    long steps = run(new FaultDisk(root), Long.MAX_VALUE, new ArrayList<>());
    Random random = new Random(SEED);
    for (long crash = 1; crash <= steps; crash++) {
      for (int power = 0; power < 3; power++) {
        Path data = Files.createDirectory(temp.resolve("crash-" + crash + "-" + power));
        FaultDisk disk = new FaultDisk(data);
        List<String> acknowledged = new ArrayList<>();
        run(disk, data, crash, acknowledged);
        switch (power) {
          case 0 -> disk.restart();
          case 1 -> disk.losePower();
          default -> disk.losePower(random);
        }
        try (LocalLog log = LocalLog.open(disk, data, data.resolve("log"), 1 << 10, true)) {
          List<String> found = entries(log, 0);
          String what = "crash at %d, power %d, seed %d".formatted(crash, power, SEED);
          assertTrue(found.size() >= acknowledged.size(), what);
          assertEquals(acknowledged, found.subList(0, acknowledged.size()), what);
          append(log, "after");
          assertEquals(found.size() + ":after", entries(log, 0).getLast(), what);
        }
      }
    }
  }

  /// What a failed step left behind is not what the next process builds on: were the power lost
  /// then, what that one acknowledged would go with it.
  @Test
  void survivesAFailedStepAnotherProcessAndALossOfPower() throws IOException {
    long steps = run(new FaultDisk(root), Long.MAX_VALUE, new ArrayList<>());
    for (FaultDisk.Failure failure : FaultDisk.Failure.values()) {
      for (long step = 1; step <= steps; step++) {
        String what = "%s at %d".formatted(failure, step);
        Path data = Files.createDirectory(temp.resolve(what));
        FaultDisk disk = new FaultDisk(data);
        List<String> expected = new ArrayList<>();
        disk.failAt(step, failure);
        try {
          run(disk, data, Long.MAX_VALUE, expected);
        } catch (TytoException _) {
          // A sender was told.
        }
        disk.restart();
        try (LocalLog log = LocalLog.open(disk, data, data.resolve("log"), 1 << 10, true)) {
          assertEquals(expected, entries(log, 0), what);
          expected.add(append(log, "after") + ":after");
        }
        disk.losePower();
        try (LocalLog log = LocalLog.open(disk, data, data.resolve("log"), 1 << 10, true)) {
          assertEquals(expected, entries(log, 0), what);
        }
      }
    }
  }

  @Test
  void skipsWhatIsCommittedAlready() {
    try (LocalLog log = open(Disk.SYSTEM)) {
      append(log, "a");
      log.skipTo(10);
      append(log, "b");
      assertEquals(List.of("10:b"), entries(log, 10));
    }
    try (LocalLog log = open(Disk.SYSTEM)) {
      assertEquals(11, log.stableEnd());
    }
  }

  private long run(FaultDisk disk, long crashAt, List<String> acknowledged) {
    return run(disk, root, crashAt, acknowledged);
  }

  private static long run(FaultDisk disk, Path data, long crashAt, List<String> acknowledged) {
    disk.crashAt(crashAt);
    try (LocalLog log = LocalLog.open(disk, data, data.resolve("log"), 1 << 10, true)) {
      for (int batch = 0; batch < 12; batch++) {
        List<String> texts = new ArrayList<>();
        for (int i = 0; i <= batch % 3; i++) {
          texts.add("x".repeat(40) + batch + "." + i);
        }
        long first = append(log, texts.toArray(String[]::new));
        for (int i = 0; i < texts.size(); i++) {
          acknowledged.add(first + i + ":" + texts.get(i));
        }
      }
    } catch (SimulatedCrash _) {
      // What the test is about.
    }
    return disk.steps();
  }

  private LocalLog open(Disk disk) {
    return LocalLog.open(disk, root, folder, FILE_BYTES, true);
  }

  private static long append(LocalLog log, String... texts) {
    RecordBatch batch = new RecordBatch(64);
    for (String text : texts) {
      byte[] body = text.getBytes(StandardCharsets.UTF_8);
      batch.add(new RecordHead(LogRecord.Kind.EVENT, 1, 1, 0, 0, 0), null, body, 0, body.length);
    }
    long first = log.nextOffset();
    for (int i = 0; i < texts.length; i++) {
      log.stage(batch, i, false);
    }
    log.commit();
    return first;
  }

  private static List<String> entries(LocalLog log, long from) {
    List<String> found = new ArrayList<>();
    try (LogReader reader = log.read(from)) {
      for (LogEntry entry = reader.next(); entry != null; entry = reader.next()) {
        LogRecord record = assertInstanceOf(LogRecord.class, entry);
        found.add(record.offset() + ":" + text(record));
      }
    }
    return found;
  }

  private static String text(LogRecord record) {
    assertNotNull(record);
    return new String(record.body(), StandardCharsets.UTF_8);
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }

  private static void flip(Path file, long at) throws IOException {
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
      open.seek(at);
      int old = open.read();
      open.seek(at);
      open.write(old ^ 0x40);
    }
  }

  private static void zero(Path file, long from) throws IOException {
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
      open.seek(from);
      open.write(new byte[(int) (open.length() - from)]);
    }
  }
}
