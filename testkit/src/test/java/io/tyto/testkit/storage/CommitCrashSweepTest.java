package io.tyto.testkit.storage;

import static io.tyto.testkit.storage.Commits.COLLECTION;
import static io.tyto.testkit.storage.Commits.LOG;
import static io.tyto.testkit.storage.Commits.PREFIX;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.tyto.model.error.TytoException;
import io.tyto.store.Disk;
import io.tyto.store.FsStore;
import io.tyto.store.StoreKeys;
import io.tyto.store.catalog.Catalog;
import io.tyto.store.maintenance.GarbageCollector;
import io.tyto.store.maintenance.GarbageCollector.Policy;
import io.tyto.store.maintenance.SegmentCheck;
import io.tyto.store.maintenance.StoreVerifier;
import io.tyto.store.maintenance.StoreVerifier.Report;
import io.tyto.store.manifest.Change;
import io.tyto.store.manifest.Manifest;
import io.tyto.store.manifest.Manifest.Kind;
import io.tyto.store.manifest.Manifest.SegmentEntry;
import io.tyto.store.manifest.ManifestChain;
import io.tyto.testkit.storage.FaultDisk.Failure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A catalog, a claim, some seals, a compaction and a collection, with every single I/O step
/// crashing or failing in turn. What was acknowledged is there afterwards, the store verifies
/// clean, and the next process goes on.
final class CommitCrashSweepTest {
  private static final long SEED = Long.getLong("test.seed", 20_261_121L);
  private static final int SEALS = 2;

  /// Held, so that it is not collected: every failed clean-up would be a line of output.
  private static final Logger QUIET = Logger.getLogger(FsStore.class.getName());

  @TempDir Path folder;

  @BeforeAll
  static void beQuiet() {
    QUIET.setLevel(Level.OFF);
  }

  @AfterAll
  static void beLoudAgain() {
    QUIET.setLevel(null);
  }

  /// Nothing is old enough to stay but what the newest manifest refers to.
  private static final Policy COLLECT_AT_ONCE =
      new Policy(ManifestChain.MILESTONE, Duration.ZERO, Duration.ZERO, Duration.ZERO);

  /// What the outside has been told, across restarts.
  private static final class Ledger {
    long acknowledgedNext;
    int acknowledgedCatalog;
  }

  /// What happens to the machine after a crash.
  private enum Aftermath {
    RESTART,
    POWER_LOST,
    POWER_LOST_BY_CHANCE
  }

  /// One process: opens the store, goes on where it stands, ends when all is done.
  private static void live(Disk disk, Path root, Ledger ledger) throws Exception {
    FsStore store = new FsStore(root, disk);
    store.clearScratch();
    Catalog catalog = Catalog.open(store, StoreKeys.DEFAULT_PROJECT, "writer");
    catalog.change(draft -> {
      if (draft.state().groups().isEmpty()) {
        int group = draft.addGroup("game", "user", 1);
        draft.addCollection("login", group, "collection: login", List.of());
      }
    });
    ledger.acknowledgedCatalog = 1;
    ManifestChain chain = new ManifestChain(store, PREFIX, "writer");
    chain.claim(catalog.state().version());
    for (long from = chain.next(chain.current(), LOG); from < SEALS * 10; from += 10) {
      SegmentEntry segment = write(store, disk, chain, from, from + 10);
      chain.commit(Commits.seal(segment, from, from + 10));
      ledger.acknowledgedNext = from + 10;
    }
    compact(store, disk, chain);
    new GarbageCollector(store, COLLECT_AT_ONCE).collect(chain, _ -> false);
    ledger.acknowledgedNext = chain.next(chain.current(), LOG);
  }

  private static void compact(FsStore store, Disk disk, ManifestChain chain) throws Exception {
    List<SegmentEntry> segments = chain.segments(chain.current());
    if (segments.size() < SEALS) {
      return;
    }
    SegmentEntry whole = write(store, disk, chain, 0, SEALS * 10);
    Change.Builder change = Change.builder().add(whole);
    segments.forEach(segment -> change.remove(segment.file()));
    chain.commit(change.build());
  }

  private static SegmentEntry write(
      FsStore store, Disk disk, ManifestChain chain, long from, long next) throws Exception {
    byte[] content =
        "rows %d to %d\n".formatted(from, next).repeat(20).getBytes(StandardCharsets.UTF_8);
    String sha256 = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    String file = StoreKeys.segmentFile(chain.current().version() + 1, COLLECTION, sha256);
    Path scratch = store.scratchFolder().resolve(file);
    if (disk.exists(scratch)) {
      disk.delete(scratch);
    }
    try (Disk.File handle = disk.create(scratch)) {
      handle.append(ByteBuffer.wrap(content, 0, content.length / 2));
      handle.append(
          ByteBuffer.wrap(content, content.length / 2, content.length - content.length / 2));
    }
    store.putFile(chain.segmentKey(file), scratch);
    assertEquals(sha256, store.sha256(chain.segmentKey(file)), "read back");
    return Commits.segment(file, COLLECTION, Kind.DATA, LOG, from, next, content.length, sha256);
  }

  private static void check(FaultDisk disk, Path root, Ledger ledger, String trial) {
    FsStore store = new FsStore(root, disk);
    Report report = new StoreVerifier(store, SegmentCheck.NONE).verify(_ -> {});
    assertEquals(List.of(), report.faults(), trial);
    assertTrue(report.catalogVersions() >= ledger.acknowledgedCatalog, trial);
    ManifestChain chain = new ManifestChain(store, PREFIX, "reader");
    Manifest latest = chain.latest().orElse(null);
    long next = latest == null ? 0 : chain.next(latest, LOG);
    assertTrue(
        next >= ledger.acknowledgedNext,
        () ->
            "%s: acknowledged up to %d, found %d".formatted(trial, ledger.acknowledgedNext, next));
  }

  private FaultDisk disk(String trial) throws IOException {
    AtomicLong clockMillis = new AtomicLong(1_700_000_000_000L);
    return new FaultDisk(Files.createDirectories(root(trial)), () -> clockMillis.addAndGet(1_000));
  }

  private Path root(String trial) {
    return folder.resolve(trial.replace(' ', '-')).resolve("store");
  }

  private long stepsWithoutFaults() throws Exception {
    FaultDisk disk = disk("plain");
    Ledger ledger = new Ledger();
    live(disk, root("plain"), ledger);
    long steps = disk.steps();
    check(disk, root("plain"), ledger, "plain");
    disk.losePower();
    check(disk, root("plain"), ledger, "plain after power loss");
    assertEquals(SEALS * 10, ledger.acknowledgedNext);
    return steps;
  }

  @Test
  void everyStepMayBeTheLast() throws Exception {
    long steps = stepsWithoutFaults();
    for (Aftermath aftermath : Aftermath.values()) {
      Random chance = new Random(SEED);
      for (long step = 1; step <= steps; step++) {
        String trial = "crash %d %s".formatted(step, aftermath);
        FaultDisk disk = disk(trial);
        Ledger ledger = new Ledger();
        disk.crashAt(step);
        assertNotNull(attempt(disk, root(trial), ledger), trial + " did not crash");
        settle(disk, aftermath, chance);
        check(disk, root(trial), ledger, trial + ", seed " + SEED);
        live(disk, root(trial), ledger);
        disk.losePower();
        check(disk, root(trial), ledger, trial + ", after going on");
        assertEquals(SEALS * 10, ledger.acknowledgedNext, trial);
      }
    }
  }

  private static void settle(FaultDisk disk, Aftermath aftermath, Random chance)
      throws IOException {
    switch (aftermath) {
      case RESTART -> disk.restart();
      case POWER_LOST -> disk.losePower();
      case POWER_LOST_BY_CHANCE -> disk.losePower(chance);
    }
  }

  @Test
  void everyStepMayFail() throws Exception {
    long steps = stepsWithoutFaults();
    for (Failure failure : Failure.values()) {
      for (long step = 1; step <= steps; step++) {
        String trial = "fail %d %s".formatted(step, failure);
        FaultDisk disk = disk(trial);
        Ledger ledger = new Ledger();
        disk.failAt(step, failure);
        attempt(disk, root(trial), ledger);
        // What the kernel could not force is gone when the disk is mounted again.
        disk.losePower();
        check(disk, root(trial), ledger, trial);
        live(disk, root(trial), ledger);
        check(disk, root(trial), ledger, trial + ", after going on");
      }
    }
  }

  /// The next process finds what this one could not make durable, and may not rely on it: a force
  /// that succeeds later says nothing of what an earlier one dropped.
  @Test
  void everyStepMayFailBeforeAnotherProcessGoesOn() throws Exception {
    long steps = stepsWithoutFaults();
    for (long step = 1; step <= steps; step++) {
      String trial = "fail %d, restart".formatted(step);
      FaultDisk disk = disk(trial);
      Ledger ledger = new Ledger();
      disk.failAt(step, Failure.BEFORE);
      attempt(disk, root(trial), ledger);
      disk.restart();
      live(disk, root(trial), ledger);
      disk.losePower();
      check(disk, root(trial), ledger, trial);
      assertEquals(SEALS * 10, ledger.acknowledgedNext, trial);
    }
  }

  @Test
  void spaceMayEndAtAnyByte() throws Exception {
    for (long bytes = 0; ; bytes += 97) {
      String trial = "full " + bytes;
      FaultDisk disk = disk(trial);
      Ledger ledger = new Ledger();
      disk.limitFreeBytes(bytes);
      Throwable failure = attempt(disk, root(trial), ledger);
      disk.limitFreeBytes(Long.MAX_VALUE);
      check(disk, root(trial), ledger, trial);
      if (failure == null) {
        return;
      }
      live(disk, root(trial), ledger);
      check(disk, root(trial), ledger, trial + ", with space again");
    }
  }

  /// What ended the process, or null if it lived to its end.
  private static @Nullable Throwable attempt(Disk disk, Path root, Ledger ledger) {
    try {
      live(disk, root, ledger);
      return null;
    } catch (SimulatedCrash | TytoException | IOException e) {
      return e;
    } catch (Exception e) {
      return fail("neither a crash nor a failed operation", e);
    }
  }

  @Test
  void everyFlippedByteIsReported() throws Exception {
    FaultDisk disk = disk("flip");
    live(disk, root("flip"), new Ledger());
    List<Path> files;
    try (var tree = Files.walk(root("flip"))) {
      files = tree.filter(Files::isRegularFile).sorted().toList();
    }
    for (Path file : files) {
      long bytes = Files.size(file);
      for (long at = 0; at < bytes; at += Math.max(1, bytes / 40)) {
        FaultDisk.flip(file, at, 0x10);
        Report report =
            new StoreVerifier(new FsStore(root("flip"), disk), SegmentCheck.NONE).verify(_ -> {});
        assertFalse(report.isClean(), file + " at " + at);
        FaultDisk.flip(file, at, 0x10);
      }
    }
    assertTrue(files.size() >= 6, Arrays.toString(files.toArray()));
  }
}
