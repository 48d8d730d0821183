package io.tyto.testkit.storage;

import static io.tyto.testkit.storage.Commits.COLLECTION;
import static io.tyto.testkit.storage.Commits.LOG;
import static io.tyto.testkit.storage.Commits.PREFIX;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.store.Disk;
import io.tyto.store.FsStore;
import io.tyto.store.StoreKeys;
import io.tyto.store.catalog.Catalog;
import io.tyto.store.maintenance.Fault;
import io.tyto.store.maintenance.SegmentCheck;
import io.tyto.store.maintenance.StoreVerifier;
import io.tyto.store.maintenance.StoreVerifier.Report;
import io.tyto.store.manifest.Change;
import io.tyto.store.manifest.Manifest;
import io.tyto.store.manifest.Manifest.Counts;
import io.tyto.store.manifest.Manifest.Kind;
import io.tyto.store.manifest.Manifest.SegmentEntry;
import io.tyto.store.manifest.ManifestChain;
import io.tyto.store.manifest.ManifestCodec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Each way in which a store can be wrong is reported under its invariant and with the file that
/// shows it.
final class StoreVerifierTest {
  @TempDir Path folder;
  private FsStore store;
  private ManifestChain chain;

  @BeforeEach
  void fill() throws IOException {
    Path root = Files.createDirectory(folder.resolve("store"));
    Disk disk = new FaultDisk(root);
    store = new FsStore(root, disk);
    Catalog.open(store, StoreKeys.DEFAULT_PROJECT, "writer")
        .change(draft ->
            draft.addCollection("login", draft.addGroup("user", "user", 1), "", List.of()));
    chain = new ManifestChain(store, PREFIX, "writer");
    chain.claim(1);
    for (int i = 0; i < 3; i++) {
      sealNext();
    }
  }

  private void sealNext() throws IOException {
    long from = chain.next(chain.current(), LOG);
    String file = (chain.current().version() + 1) + "-1-0000000000000000.seg";
    Path scratch = store.scratchFolder().resolve(file);
    Files.write(scratch, "rows from %d".formatted(from).getBytes(StandardCharsets.UTF_8));
    long bytes = Files.size(scratch);
    store.putFile(chain.segmentKey(file), scratch);
    SegmentEntry segment =
        Commits.segment(
            file,
            COLLECTION,
            Kind.DATA,
            LOG,
            from,
            from + 10,
            bytes,
            store.sha256(chain.segmentKey(file)));
    chain.commit(Commits.seal(segment, from, from + 10));
  }

  private Report verify() {
    return new StoreVerifier(store, SegmentCheck.NONE).verify(_ -> {});
  }

  private void assertFault(String invariant, String file, String actual) {
    List<Fault> faults = verify().faults();
    assertTrue(
        faults.stream()
            .anyMatch(fault ->
                fault.invariant().equals(invariant)
                    && fault.file().equals(file)
                    && fault.actual().contains(actual)),
        faults.toString());
  }

  private static String manifestKey(long version) {
    return StoreKeys.numbered(StoreKeys.manifests(PREFIX), version);
  }

  /// Puts a manifest of our making at the end of the chain.
  private void forge(
      long epoch,
      String writerId,
      Map<String, Long> next,
      List<SegmentEntry> segments,
      Counts counts) {
    long version = chain.current().version();
    byte[] document = store.get(manifestKey(version)).orElseThrow();
    String text = new String(document, StandardCharsets.UTF_8);
    String sha256 = text.substring(text.length() - 66, text.length() - 2);
    forge(version + 1, sha256, epoch, writerId, next, segments, counts);
  }

  private void forge(
      long version,
      String previousSha256,
      long epoch,
      String writerId,
      Map<String, Long> next,
      List<SegmentEntry> segments,
      Counts counts) {
    Manifest forged =
        new Manifest(
            Set.of(),
            version,
            previousSha256,
            epoch,
            writerId,
            "forged",
            1,
            next,
            segments,
            List.of(),
            List.of(),
            Map.of(),
            counts,
            List.of());
    store.putIfAbsent(manifestKey(version), ManifestCodec.encode(forged));
  }

  @Test
  void aGoodStoreIsCleanAndCounted() {
    Report report = verify();
    assertEquals(List.of(), report.faults());
    assertEquals(new Report(1, 1, 4, 0, 3, 30, 35, List.of()), report);
  }

  @Test
  void anEmptyStoreIsClean() {
    FsStore empty = new FsStore(folder.resolve("empty"), Disk.SYSTEM);
    assertTrue(new StoreVerifier(empty, SegmentCheck.NONE).verify(_ -> {}).isClean());
  }

  @Test
  void aMissingManifestBreaksTheChain() {
    store.delete(manifestKey(2));
    assertFault("I2", manifestKey(2), "no such file");
  }

  @Test
  void aManifestUnderAnothersNumberIsReported() {
    byte[] third = store.get(manifestKey(3)).orElseThrow();
    store.delete(manifestKey(4));
    store.putIfAbsent(manifestKey(4), third);
    assertFault("I1", manifestKey(4), "version 3");
  }

  @Test
  void aManifestThatIsAnothersSuccessorIsReported() {
    Manifest last = chain.current();
    store.delete(manifestKey(4));
    forge(4, "a".repeat(64), last.epoch(), "writer", last.next(), last.segments(), last.counts());
    assertFault("I2", manifestKey(4), "prevSha " + "a".repeat(64));
  }

  @Test
  void aWriterWithoutAClaimIsReported() {
    Manifest last = chain.current();
    forge(last.epoch(), "intruder", last.next(), last.segments(), last.counts());
    assertFault("I3", manifestKey(5), "intruder");
  }

  @Test
  void offsetsThatGoBackAreReported() {
    Manifest last = chain.current();
    forge(
        last.epoch(),
        "writer",
        Map.of(LOG, 20L),
        last.segments().subList(0, 2),
        new Counts(20, 20, 0, 0, 0));
    assertFault("I4", manifestKey(5), "20");
  }

  @Test
  void aHoleInTheOffsetsIsReported() {
    Manifest last = chain.current();
    forge(
        last.epoch(),
        "writer",
        last.next(),
        List.of(last.segments().get(0), last.segments().get(2)),
        last.counts());
    assertFault("I5", manifestKey(5), "nothing covers what begins at offset 10");
    assertFault("I7", manifestKey(5), "20");
  }

  @Test
  void countsThatDoNotAddUpAreReported() {
    Manifest last = chain.current();
    forge(last.epoch(), "writer", last.next(), last.segments(), new Counts(31, 30, 0, 0, 0));
    assertFault("I7", manifestKey(5), "read=31");
  }

  @Test
  void aMissingShortOrDamagedSegmentIsReported() throws IOException {
    List<SegmentEntry> segments = chain.current().segments();
    String missing = chain.segmentKey(segments.get(0).file());
    store.delete(missing);
    String cut = chain.segmentKey(segments.get(1).file());
    Files.writeString(store.localFile(cut), "rows");
    String flipped = chain.segmentKey(segments.get(2).file());
    FaultDisk.flip(store.localFile(flipped), 3, 0x20);
    assertFault("I6", missing, "no such file");
    assertFault("I6", cut, "4 bytes");
    assertFault("I6", flipped, "sha256");
    assertEquals(3, verify().faults().size());
  }

  @Test
  void whatTheSegmentCheckFindsIsReportedWithItsByteOffset() {
    String file = chain.current().segments().getFirst().file();
    SegmentCheck check =
        (path, entry) ->
            entry.file().equals(file)
                ? List.of(new Fault(path.getFileName() + "", 64, "block", "crc 1", "crc 2"))
                : List.of();
    Report report = new StoreVerifier(store, check).verify(_ -> {});
    assertEquals(
        List.of(file + " at byteOffset 64: expected crc 1, found crc 2 [block]"),
        report.faults().stream().map(Fault::toString).toList());
  }

  @Test
  void segmentsWithoutAManifestAreReported() {
    for (long version : chain.versions()) {
      store.delete(manifestKey(version));
    }
    assertFault("I1", PREFIX, "none");
  }

  @Test
  void aPartitionThatNoCatalogKnowsIsReported() {
    String stranger = StoreKeys.partition(1, 9, 0, 0);
    new ManifestChain(store, stranger, "writer").claim(1);
    assertFault("I1", stranger, "none");
  }

  @Test
  void aDamagedPageIsReported() throws IOException {
    for (int i = 0; i < 300; i++) {
      sealNext();
    }
    String page = chain.current().pages().getFirst().key();
    FaultDisk.flip(store.localFile(page), 100, 1);
    assertTrue(
        verify().faults().stream().anyMatch(fault -> fault.actual().contains(page)),
        () -> verify().faults().toString());
  }

  @Test
  void whatIsSupersededWhileItRunsIsNoFault() {
    String first = chain.current().segments().getFirst().file();
    boolean[] isDone = {false};
    Report report =
        new StoreVerifier(store, SegmentCheck.NONE)
            .verify(key -> {
              if (key.endsWith(first) && !isDone[0]) {
                isDone[0] = true;
                chain.commit(
                    Change.builder()
                        .remove(first)
                        .hole(
                            new Manifest.Hole(
                                COLLECTION, LOG, 0, 10, Manifest.HoleKind.EXPIRED, null))
                        .build());
                store.delete(chain.segmentKey(first));
              }
            });
    assertEquals(List.of(), report.faults());
    assertTrue(isDone[0]);
  }
}
