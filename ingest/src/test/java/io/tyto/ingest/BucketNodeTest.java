package io.tyto.ingest;

import static io.tyto.ingest.NodeFixture.LOGIN;
import static io.tyto.ingest.NodeFixture.PLAY;
import static io.tyto.ingest.NodeFixture.apply;
import static io.tyto.ingest.NodeFixture.open;
import static io.tyto.ingest.NodeFixture.play;
import static io.tyto.ingest.NodeFixture.rows;
import static io.tyto.ingest.NodeFixture.send;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.broker.BucketProcess;
import io.tyto.engine.snapshot.TableSnapshot;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.store.Disk;
import io.tyto.store.s3.S3Credentials;
import io.tyto.store.s3.S3Location;
import io.tyto.store.s3.S3Patience;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A node whose manifests and segments lie in a bucket of a real server.
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BucketNodeTest {
  /// One attempt: what fails, fails soon.
  private static final S3Patience LITTLE =
      new S3Patience(
          1,
          Duration.ofSeconds(10),
          Duration.ofSeconds(60),
          Duration.ofSeconds(60),
          Duration.ofMillis(1));

  private static final long LARGE = 1L << 30;

  @TempDir static Path shared;
  private static BucketProcess server;

  @TempDir Path temp;

  @BeforeAll
  static void startServer() throws IOException {
    server = BucketProcess.start(BucketProcess.builtJars(Path.of("")), shared.resolve("s3"));
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  private static IngestOptions options(TestInfo test, long cacheBytes) {
    S3Location location =
        S3Location.of(
            "s3://%s/%s".formatted(BucketProcess.BUCKET, prefix(test)),
            server.endpoint(),
            BucketProcess.REGION);
    return NodeFixture.BY_HAND
        .withPartitions(1)
        .withHome(
            new StoreHome.Bucket(
                location, S3Credentials.from(BucketProcess.credentials()), LITTLE, cacheBytes));
  }

  private static String prefix(TestInfo test) {
    return test.getTestMethod().orElseThrow().getName();
  }

  /// On another disk, which is new: what the log of the first had beyond the last seal is lost.
  private static IngestOptions elsewhere(IngestOptions options) {
    return options.withGapPolicy(IngestOptions.GapPolicy.CONTINUE);
  }

  @Test
  void aLostDiskIsRebuiltFromTheBucket(TestInfo test) throws IOException {
    IngestOptions options = options(test, LARGE);
    List<Map<String, @Nullable Object>> before;
    try (LocalNode node = open(temp.resolve("a"), options, Disk.SYSTEM)) {
      apply(node, PLAY);
      sealed(node, "a");
      sealed(node, "b");
      before = rows(node, "play");
      assertEquals(4, before.size());
    }
    Map<String, byte[]> copies = copies(temp.resolve("a"));
    assertEquals(objects(test), copies.keySet().stream().toList());
    try (LocalNode node = open(temp.resolve("b"), elsewhere(options), Disk.SYSTEM)) {
      assertEquals(before, rows(node, "play"));
      Map<String, byte[]> rebuilt = copies(temp.resolve("b"));
      rebuilt.forEach((name, bytes) -> assertArrayEquals(copies.get(name), bytes, name));
      assertEquals(2, rebuilt.keySet().stream().filter(name -> !isState(name)).count());
    }
    DataFolder folder = new DataFolder(temp.resolve("c"), null, options.home());
    assertEquals(List.of(), DataVerifier.verify(folder).faults());
    assertEquals(4, DataInspector.status(folder).collections().getFirst().rows());
    assertEquals(Map.of(), copies(temp.resolve("c")));
  }

  @Test
  void aBucketWithoutDataIsNamed(TestInfo test) {
    DataFolder folder = new DataFolder(temp.resolve("a"), null, options(test, LARGE).home());
    TytoException e = assertThrows(TytoException.class, () -> DataInspector.status(folder));
    assertEquals(ErrorCode.NOT_FOUND, e.code());
    assertTrue(e.getMessage().contains(prefix(test)), e.getMessage());
  }

  @Test
  void whatIsCopiedIsReadWithoutTheStore(TestInfo test) throws IOException {
    IngestOptions options = options(test, LARGE);
    Path data = temp.resolve("a");
    List<Map<String, @Nullable Object>> before;
    try (LocalNode node = open(data, options, Disk.SYSTEM)) {
      apply(node, PLAY);
      sealed(node, "a");
      before = rows(node, "play");
    }
    try (LocalNode warm = open(data, options, Disk.SYSTEM);
        LocalNode cold = open(temp.resolve("b"), elsewhere(options), Disk.SYSTEM)) {
      server.kill();
      try {
        assertEquals(before, rows(warm, "play"));
        TytoException e = assertThrows(TytoException.class, () -> rows(cold, "play"));
        assertEquals(ErrorCode.STORE_FAILED, e.code());
        assertTrue(e.code().isRetryable());
        assertTrue(e.getMessage().contains("has no copy here"), e.getMessage());
      } finally {
        server.restart();
      }
      assertEquals(before, rows(cold, "play"));
    }
  }

  @Test
  void aSealWaitsForTheStore(TestInfo test) throws IOException {
    IngestOptions options = options(test, LARGE);
    Path data = temp.resolve("a");
    try (LocalNode node = open(data, options, Disk.SYSTEM)) {
      apply(node, PLAY);
      sealed(node, "a");
      server.kill();
      CompletableFuture<Void> flush;
      try {
        send(node, "play", play("late", "ann", 7));
        flush = CompletableFuture.runAsync(node::flush);
        await(() -> node.status().alarms().stream().anyMatch(each -> each.contains("seals wait")));
        assertEquals(3, rows(node, "play").size());
      } finally {
        server.restart();
      }
      flush.join();
      assertEquals(3, rows(node, "play").size());
      assertFalse(node.status().alarms().stream().anyMatch(each -> each.contains("seals wait")));
    }
    assertEquals(
        List.of(), DataVerifier.verify(new DataFolder(data, null, options.home())).faults());
  }

  @Test
  void copiesThatNobodyReadsGoWhereRoomIsWanted(TestInfo test) throws IOException {
    Path data = temp.resolve("a");
    try (LocalNode node = open(data, options(test, LARGE), Disk.SYSTEM)) {
      apply(node, PLAY, LOGIN);
      for (String name : List.of("a", "b", "c")) {
        send(
            node,
            "login",
            "{\"who\":\"%s\",\"ts\":\"2026-11-20T10:00:00Z\"}".formatted("user " + name));
        sealed(node, name);
      }
    }
    long largest = copies(data).values().stream().mapToLong(bytes -> bytes.length).max().orElse(0);
    try (LocalNode node = open(data, options(test, 2 * largest), Disk.SYSTEM)) {
      assertTrue(takenBy(data) <= 2 * largest, "found: " + copies(data).keySet());
      try (TableSnapshot held = node.snapshot("play")) {
        List<Map<String, @Nullable Object>> read = rows(held);
        assertEquals(6, read.size());
        List<String> open = held.sources().stream().map(source -> source.name()).toList();
        assertEquals(3, rows(node, "login").size());
        assertTrue(copies(data).keySet().containsAll(open), copies(data).keySet().toString());
        assertEquals(read, rows(held));
      }
      assertTrue(takenBy(data) <= 2 * largest, "left: " + copies(data).keySet());
      assertEquals(6, rows(node, "play").size());
      assertTrue(takenBy(data) <= 2 * largest, "read: " + copies(data).keySet());
    }
  }

  @Test
  void copiesOfWhatIsReplacedGo(TestInfo test) throws IOException {
    IngestOptions options =
        options(test, LARGE)
            .withCompaction(new IngestOptions.Compaction(true, 2, 1_000_000, 1L << 30));
    Path data = temp.resolve("a");
    try (LocalNode node = open(data, options, Disk.SYSTEM)) {
      apply(node, PLAY);
      sealed(node, "a");
      sealed(node, "b");
      assertEquals(4, rows(node, "play").size());
      node.maintain();
      assertEquals(4, rows(node, "play").size());
      try (TableSnapshot whole = node.snapshot("play")) {
        List<String> live = whole.sources().stream().map(source -> source.name()).toList();
        assertEquals(1, live.size());
        assertEquals(live, rowSegments(data));
      }
    }
    Path copy = find(data, Optional.of(rowSegments(data).getFirst()));
    Path leftOver = copy.resolveSibling("1-1-0123456789abcdef.seg");
    Files.write(leftOver, new byte[100]);
    try (LocalNode node = open(data, options, Disk.SYSTEM)) {
      assertFalse(Files.exists(leftOver));
      assertTrue(Files.exists(copy));
      assertEquals(4, rows(node, "play").size());
    }
  }

  @Test
  void aDamagedCopyIsBroughtAnew(TestInfo test) throws IOException {
    IngestOptions options = options(test, LARGE);
    Path data = temp.resolve("a");
    List<Map<String, @Nullable Object>> before;
    try (LocalNode node = open(data, options, Disk.SYSTEM)) {
      apply(node, PLAY);
      sealed(node, "a");
      before = rows(node, "play");
    }
    Map<String, byte[]> copies = copies(data);
    Path copy = find(data, copies.keySet().stream().filter(n -> !isState(n)).findFirst());
    long bytes = Files.size(copy);
    for (String damage : List.of("cut", "header", "footer", "blocks")) {
      try (RandomAccessFile file = new RandomAccessFile(copy.toFile(), "rw")) {
        switch (damage) {
          case "cut" -> file.setLength(bytes / 2);
          case "header" -> flip(file, 3, 1);
          case "footer" -> flip(file, bytes - 3, 1);
          default -> flip(file, 200, (int) bytes / 2);
        }
      }
      try (LocalNode node = open(data, options, Disk.SYSTEM)) {
        if (damage.equals("blocks")) {
          TytoException e = assertThrows(TytoException.class, () -> rows(node, "play"));
          assertEquals(ErrorCode.SEGMENT_CORRUPT, e.code());
        }
        assertEquals(before, rows(node, "play"), damage);
        assertEquals(List.of(), node.status().alarms(), damage);
      }
      assertArrayEquals(copies.get(copy.getFileName().toString()), Files.readAllBytes(copy));
    }
  }

  @Test
  void aDamagedObjectIsNamed(TestInfo test) throws IOException {
    IngestOptions options = options(test, LARGE);
    try (LocalNode node = open(temp.resolve("a"), options, Disk.SYSTEM)) {
      apply(node, PLAY);
      sealed(node, "a");
    }
    String name = objects(test).stream().filter(n -> !isState(n)).findFirst().orElseThrow();
    Path object = find(shared, Optional.of(name), prefix(test));
    byte[] content = Files.readAllBytes(object);
    content[content.length / 2] ^= 1;
    Files.write(object, content);
    try (LocalNode node = open(temp.resolve("b"), elsewhere(options), Disk.SYSTEM)) {
      for (int i = 0; i < 2; i++) {
        TytoException e = assertThrows(TytoException.class, () -> rows(node, "play"));
        assertEquals(ErrorCode.SEGMENT_CORRUPT, e.code());
        assertTrue(e.getMessage().contains(name), e.getMessage());
      }
      assertNotEquals(List.of(), node.status().alarms());
      assertFalse(copies(temp.resolve("b")).containsKey(name));
    }
  }

  private static void sealed(LocalNode node, String name) {
    send(node, "play", play(name + "1", "ann", 1) + play(name + "2", "user " + name, 2));
    node.flush();
  }

  private static void flip(RandomAccessFile file, long from, int bytes) throws IOException {
    for (int i = 0; i < bytes; i++) {
      file.seek(from + i);
      int value = file.read();
      file.seek(from + i);
      file.write(value ^ 0x55);
    }
  }

  /// States of entities, which are read at the start and not kept open.
  private static boolean isState(String name) {
    return name.matches("\\d+-0-.*");
  }

  /// Names of the copies of segments that are not states.
  private static List<String> rowSegments(Path data) throws IOException {
    return copies(data).keySet().stream().filter(name -> !isState(name)).toList();
  }

  private static long takenBy(Path data) throws IOException {
    return copies(data).values().stream().mapToLong(bytes -> bytes.length).sum();
  }

  /// Segments of a node's cache by name.
  private static Map<String, byte[]> copies(Path data) throws IOException {
    Map<String, byte[]> found = new TreeMap<>();
    if (Files.exists(data)) {
      for (Path file : files(data)) {
        if (file.toString().contains("cache") && file.toString().endsWith(".seg")) {
          found.put(String.valueOf(file.getFileName()), Files.readAllBytes(file));
        }
      }
    }
    return found;
  }

  /// Names of the segments in the bucket.
  private static List<String> objects(TestInfo test) throws IOException {
    return files(shared).stream()
        .filter(file -> file.toString().contains("/" + prefix(test) + "/"))
        .map(file -> String.valueOf(file.getFileName()))
        .filter(name -> name.endsWith(".seg"))
        .sorted()
        .toList();
  }

  private static Path find(Path folder, Optional<String> name) throws IOException {
    return find(folder, name, "");
  }

  private static Path find(Path folder, Optional<String> name, String below) throws IOException {
    return files(folder).stream()
        .filter(file -> file.toString().contains(below) && file.endsWith(name.orElseThrow()))
        .findFirst()
        .orElseThrow();
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).toList();
    }
  }

  private static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < deadline, "it did not come about within 120 s");
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
  }
}
