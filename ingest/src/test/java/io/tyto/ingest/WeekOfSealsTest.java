package io.tyto.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.model.access.Caller;
import io.tyto.model.port.AdminService.CollectionStatus;
import io.tyto.model.port.IngestService.IngestResult;
import io.tyto.store.Disk;
import io.tyto.store.FsStore;
import io.tyto.store.maintenance.StoreVerifier;
import io.tyto.testkit.storage.UnforcedDisk;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A seal every minute for days on end, in accelerated time: 4 partitions, 3 collections of one
/// group. `-Dtest.minutes=10080` is the whole week.
class WeekOfSealsTest {
  private static final long SEED = Long.getLong("test.seed", 7L);
  private static final int MINUTES = Integer.getInteger("test.minutes", 400);
  private static final int PARTITIONS = 4;
  private static final int RETAINED_MINUTES = 24 * 60;
  private static final long MAX_COMMIT_BYTES = 100 << 10;
  private static final long MAX_LIVE_SEGMENTS = 32;
  private static final List<String> COLLECTIONS = List.of("play", "login", "visit");

  /// Stands still until it is told the time.
  private static final class SteppedClock extends Clock {
    private volatile Instant now = Instant.parse("2026-11-01T00:00:00Z");

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      return now;
    }
  }

  @TempDir Path data;

  private final Random random = new Random(SEED);
  private final SteppedClock clock = new SteppedClock();

  @Test
  @Timeout(value = 3600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void staysWithinItsBounds() throws IOException {
    int[][] sent = new int[COLLECTIONS.size()][MINUTES + 1];
    long mostSegments = 0;
    long mostFiles = 0;
    IngestOptions options = NodeFixture.BY_HAND.withPartitions(PARTITIONS);
    QuietLog.on();
    Disk disk = new UnforcedDisk(clock);
    try (LocalNode node = LocalNode.open(data, options, disk, clock)) {
      NodeFixture.apply(node, NodeFixture.PLAY, NodeFixture.LOGIN, visit());
      for (int minute = 1; minute <= MINUTES; minute++) {
        for (int i = 0; i < COLLECTIONS.size(); i++) {
          sent[i][minute] = send(node, i, minute);
        }
        node.flush();
        node.maintain();
        clock.now = clock.now.plus(Duration.ofMinutes(1));
        if (minute % 60 == 0) {
          mostSegments = Math.max(mostSegments, mostSegmentsOfAPartition(node));
          mostFiles = Math.max(mostFiles, openFiles());
        }
        if (minute % 720 == 0) {
          node.collectGarbage();
        }
      }
      for (int i = 0; i < COLLECTIONS.size(); i++) {
        int rows = NodeFixture.rows(node, COLLECTIONS.get(i)).size();
        int all = IntStream.of(sent[i]).sum();
        if (COLLECTIONS.get(i).equals("visit")) {
          int kept = IntStream.of(sent[i]).skip(Math.max(0, MINUTES - RETAINED_MINUTES)).sum();
          assertTrue(rows >= kept && rows <= all, rows + " visits, " + kept + " of the last day");
        } else {
          assertEquals(all, rows);
        }
      }
      assertEquals(List.of(), node.status().alarms());
    }
    assertTrue(mostSegments <= MAX_LIVE_SEGMENTS, mostSegments + " live segments");
    assertTrue(mostFiles < 2000, mostFiles + " open files");
    long mostBytes = mostManifestBytes();
    assertTrue(mostBytes < MAX_COMMIT_BYTES, mostBytes + " bytes in one commit");
    StoreVerifier.Report report =
        new StoreVerifier(new FsStore(new DataFolder(data).store(), disk), VerifiedSegments.CHECK)
            .verify(_ -> {});
    assertEquals(List.of(), report.faults());
    System.getLogger("tyto.test")
        .log(
            System.Logger.Level.INFO,
            "{0} minutes: at most {1} live segments a partition and collection, {2} bytes a commit,"
                + " {3} open files",
            MINUTES,
            mostSegments,
            mostBytes,
            mostFiles);
  }

  private static String visit() {
    return NodeFixture.LOGIN.replace("collection: login", "collection: visit")
        + "retention: { raw: P1D }\n";
  }

  private int send(LocalNode node, int collection, int minute) {
    StringBuilder events = new StringBuilder();
    // Quiet and busy minutes, and now and then none at all.
    int count = Math.max(0, random.nextInt(24) - 4);
    for (int i = 0; i < count; i++) {
      String user = "user" + random.nextInt(50 + minute);
      events.append(
          collection == 0
              ? NodeFixture.play(minute + "." + i, user, i)
                  .replace("2026-11-20T10:00:00Z", clock.now.toString())
              : "{\"who\":\"%s\",\"ts\":\"%s\"}\n".formatted(user, clock.now));
    }
    byte[] body = events.toString().getBytes(StandardCharsets.UTF_8);
    IngestResult result = node.ingest(COLLECTIONS.get(collection), body, Caller.SYSTEM).join();
    assertEquals(List.of(), result.rejected());
    return result.accepted();
  }

  private static long mostSegmentsOfAPartition(LocalNode node) {
    long most = 0;
    for (CollectionStatus status : node.status().collections()) {
      most = Math.max(most, (status.segments() + PARTITIONS - 1) / PARTITIONS);
    }
    return most;
  }

  private static long openFiles() throws IOException {
    Path open = Path.of("/proc/self/fd");
    if (!Files.exists(open)) {
      return 0;
    }
    try (Stream<Path> files = Files.list(open)) {
      return files.count();
    }
  }

  private long mostManifestBytes() throws IOException {
    try (Stream<Path> files = Files.walk(new DataFolder(data).store())) {
      return files
          .filter(file -> file.getParent().endsWith("m"))
          .mapToLong(file -> file.toFile().length())
          .max()
          .orElse(0);
    }
  }
}
