package io.tyto.testkit.storage;

import static io.tyto.testkit.storage.Commits.LOG;
import static io.tyto.testkit.storage.Commits.PREFIX;
import static io.tyto.testkit.storage.Commits.data;
import static io.tyto.testkit.storage.Commits.seal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.store.StoreKeys;
import io.tyto.store.manifest.Change;
import io.tyto.store.manifest.Manifest;
import io.tyto.store.manifest.Manifest.Counts;
import io.tyto.store.manifest.Manifest.Hole;
import io.tyto.store.manifest.Manifest.HoleKind;
import io.tyto.store.manifest.Manifest.Kind;
import io.tyto.store.manifest.Manifest.Range;
import io.tyto.store.manifest.Manifest.Rejoin;
import io.tyto.store.manifest.Manifest.SegmentEntry;
import io.tyto.store.manifest.ManifestChain;
import io.tyto.store.manifest.Tiling;
import io.tyto.testkit.storage.MemoryStore.Fate;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

final class ManifestChainTest {
  private final MemoryStore store = new MemoryStore();
  private final ManifestChain chain = new ManifestChain(store, PREFIX, "writer-a");

  @Test
  void anEmptyChainHasNoManifestAndTheFirstClaimMakesOne() {
    assertTrue(chain.latest().isEmpty());
    assertThrows(IllegalStateException.class, chain::current);
    Manifest first = chain.claim(7);
    assertEquals(1, first.version());
    assertEquals(1, first.epoch());
    assertEquals(7, first.configVersion());
    assertEquals(first, chain.latest().orElseThrow());
    assertEquals(0, chain.next(first, LOG));
    assertFalse(chain.knows(first, LOG));
  }

  @Test
  void aCommitIsReadBackByAnyone() {
    chain.claim(1);
    chain.commit(seal("2-1-a.seg", 0, 10));
    Manifest committed = chain.commit(seal("3-1-b.seg", 10, 25));
    ManifestChain reader = new ManifestChain(store, PREFIX, "reader");
    Manifest seen = reader.latest().orElseThrow();
    assertEquals(committed, seen);
    assertEquals(25, reader.next(seen, LOG));
    assertEquals(new Counts(25, 25, 0, 0, 0), seen.counts());
    assertEquals(
        List.of("2-1-a.seg", "3-1-b.seg"),
        reader.segments(seen).stream().map(SegmentEntry::file).toList());
  }

  @Test
  void aNewClaimKeepsTheContentAndFencesTheOldOwner() {
    chain.claim(1);
    Manifest before = chain.commit(seal("2-1-a.seg", 0, 10));
    ManifestChain rival = new ManifestChain(store, PREFIX, "writer-b");
    Manifest claimed = rival.claim(2);
    assertEquals(before.version() + 1, claimed.version());
    assertEquals(before.epoch() + 1, claimed.epoch());
    assertEquals(before.segments(), claimed.segments());
    TytoException fenced =
        assertThrows(TytoException.class, () -> chain.commit(seal("3-1-b.seg", 10, 20)));
    assertEquals(ErrorCode.FENCED, fenced.code());
    // Whoever comes second, such as a compaction behind a seal, hears the same.
    assertEquals(ErrorCode.FENCED, assertThrows(TytoException.class, chain::current).code());
    assertEquals(3, rival.current().version());
    assertEquals(3, chain.claim(2).epoch());
  }

  @Test
  void whatIsToBeJoinedAgainStandsUntilJustThatIsDone() {
    chain.claim(1);
    assertNull(chain.current().rejoin(7));
    chain.commit(Change.builder().rejoin(7, 50).rejoin(7, 40).rejoin(8, 5).build());
    Rejoin first = Objects.requireNonNull(chain.current().rejoin(7));
    assertEquals(new Rejoin(7, 40, 2), first);
    // While it is worked at, more is asked for; the oldest is not asked for again by that.
    chain.commit(Change.builder().rejoin(7, 90).build());
    assertEquals(new Rejoin(7, 40, 3), chain.current().rejoin(7));
    chain.commit(Change.builder().rejoined(first).build());
    assertEquals(new Rejoin(7, 90, 3), chain.current().rejoin(7));
    for (int i = 0; i < 3 * Manifest.MAX_REJOINS; i++) {
      chain.commit(Change.builder().rejoin(7, 100 + i).build());
    }
    Manifest manifest = new ManifestChain(store, PREFIX, "reader").latest().orElseThrow();
    assertEquals(new Rejoin(7, 90, manifest.version()), manifest.rejoin(7));
    assertEquals(Manifest.MAX_REJOINS + 1, manifest.rejoins().size());
    assertTrue(manifest.requires().contains(Manifest.REJOIN));
    ManifestChain rival = new ManifestChain(store, PREFIX, "writer-b");
    assertEquals(manifest.rejoins(), rival.claim(1).rejoins());
    rival.commit(Change.builder().rejoined(Objects.requireNonNull(manifest.rejoin(7))).build());
    assertEquals(List.of(new Rejoin(8, 5, 2)), rival.current().rejoins());
  }

  @Test
  void changesThatBreakAnInvariantAreRefusedBeforeAnythingIsWritten() {
    chain.claim(1);
    chain.commit(seal("2-1-a.seg", 0, 10));
    assertRefused(seal("3-1-b.seg", 11, 20), "stands at 10");
    assertRefused(seal("2-1-a.seg", 10, 20), "is there already");
    assertRefused(seal(data("3-1-b.seg", 10, 19), 10, 20), "covered up to offset 19");
    assertRefused(seal(data("3-1-b.seg", 9, 20), 10, 20), "overlap at offset 9");
    assertRefused(seal(data("3-1-b.seg", 10, 21), 10, 20), "committed up to 20");
    assertRefused(Change.builder().remove("9-9-x.seg").build(), "not there");
    assertRefused(
        Change.builder().remove("2-1-a.seg").add(data("3-1-b.seg", 0, 5)).build(),
        "covered up to offset 5");
    assertRefused(
        Change.builder()
            .advance(LOG, 10, 20)
            .add(data("3-1-b.seg", 10, 20))
            .counts(new Counts(10, 9, 0, 0, 0))
            .build(),
        "records read");
    assertEquals(2, chain.latest().orElseThrow().version());
    assertEquals(3, chain.commit(seal("3-1-b.seg", 10, 20)).version());
  }

  private void assertRefused(Change change, String why) {
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> chain.commit(change));
    assertTrue(String.valueOf(refused.getMessage()).contains(why), refused.getMessage());
  }

  @Test
  void compactionReplacesNeighboursAndAbsorbsEmptyHoles() {
    chain.claim(1);
    chain.commit(seal("2-1-a.seg", 0, 10));
    chain.commit(
        Change.builder()
            .advance(LOG, 10, 30)
            .hole(new Hole(1, LOG, 10, 30, HoleKind.EMPTY, null))
            .counts(new Counts(20, 0, 0, 20, 0))
            .build());
    chain.commit(seal("4-1-b.seg", 30, 40));
    SegmentEntry compacted =
        new SegmentEntry(
            "5-1-c.seg",
            1,
            Kind.DATA,
            Map.of(LOG, new Range(0, 40)),
            20,
            0,
            40_000,
            1,
            "0".repeat(64),
            1,
            0,
            null,
            null);
    Manifest manifest =
        chain.commit(
            Change.builder().remove("2-1-a.seg").remove("4-1-b.seg").add(compacted).build());
    assertEquals(List.of(compacted), chain.segments(manifest));
    assertEquals(List.of(), chain.holes(manifest));
    assertEquals(new Counts(40, 20, 0, 20, 0), manifest.counts());
  }

  @Test
  void retentionLeavesHolesThatJoin() {
    chain.claim(1);
    for (int i = 0; i < 4; i++) {
      chain.commit(seal((i + 2) + "-1-a.seg", i * 10, i * 10 + 10));
    }
    for (int i = 0; i < 3; i++) {
      chain.commit(
          Change.builder()
              .remove((i + 2) + "-1-a.seg")
              .hole(new Hole(1, LOG, i * 10, i * 10 + 10, HoleKind.EXPIRED, null))
              .build());
    }
    assertEquals(
        List.of(new Hole(1, LOG, 0, 30, HoleKind.EXPIRED, null)), chain.holes(chain.current()));
  }

  @Test
  void aManifestStaysSmallHoweverManySegmentsAndLogsThereAre() {
    chain.claim(1);
    Map<String, Long> expected = new HashMap<>();
    int segments = 900;
    for (int i = 0; i < segments; i++) {
      // Every third commit ends a log of its own, as an imported file does.
      String logId = i % 3 == 0 ? "%064x".formatted(i) : LOG;
      long from = expected.getOrDefault(logId, 0L);
      SegmentEntry entry =
          Commits.segment(
              (i + 2) + "-1-0123456789abcdef.seg", 1, Kind.DATA, logId, from, from + 10, 1, null);
      chain.commit(
          Change.builder()
              .advance(logId, from, from + 10)
              .add(entry)
              .counts(new Counts(10, 10, 0, 0, 0))
              .dedupFrom(logId, from)
              .build());
      expected.put(logId, from + 10);
    }
    for (long version : chain.versions()) {
      long bytes = store.size(StoreKeys.numbered(StoreKeys.manifests(PREFIX), version));
      assertTrue(bytes < 100_000, "manifest " + version + " has " + bytes + " bytes");
    }
    Manifest latest = new ManifestChain(store, PREFIX, "reader").latest().orElseThrow();
    assertEquals(segments, chain.segments(latest).size());
    assertEquals(
        segments, chain.segments(latest).stream().map(SegmentEntry::file).distinct().count());
    expected.forEach((logId, next) -> assertEquals(next, chain.next(latest, logId), logId));
    expected.forEach(
        (logId, next) -> assertEquals(next - 10, chain.dedupFrom(latest, logId), logId));
    assertEquals(List.of(), Tiling.problems(chain.contents(latest)));
    assertTrue(latest.pages().size() <= 65, latest.pages().size() + " pages");
  }

  @Test
  void segmentsOfManyLogsAndDedupBoundsOfOldOnesGoToPagesToo() {
    chain.claim(1);
    int logs = 3_000;
    Map<String, Range> ranges = new HashMap<>();
    Change.Builder imports = Change.builder().counts(new Counts(logs, logs, 0, 0, 0));
    for (int i = 0; i < logs; i++) {
      String logId = "%064x".formatted(i);
      imports.advance(logId, 0, 1);
      ranges.put(logId, new Range(0, 1));
    }
    SegmentEntry wide =
        new SegmentEntry(
            "2-1-a.seg", 1, Kind.DATA, ranges, logs, 0, 0, 1, "0".repeat(64), 1, 0, null, null);
    chain.commit(imports.add(wide).build());
    Change.Builder bounds = Change.builder();
    ranges.keySet().forEach(logId -> bounds.dedupFrom(logId, 1));
    Manifest manifest = chain.commit(bounds.build());
    assertEquals(List.of(), manifest.segments());
    assertEquals(List.of(wide), chain.segments(manifest));
    ranges
        .keySet()
        .forEach(logId -> {
          assertEquals(1, chain.next(manifest, logId));
          assertEquals(1, chain.dedupFrom(manifest, logId));
        });
    assertTrue(store.size(StoreKeys.numbered(StoreKeys.manifests(PREFIX), 3)) < 100_000);
  }

  @Test
  void segmentsInPagesCanBeCompacted() {
    chain.claim(1);
    List<String> files = new ArrayList<>();
    for (int i = 0; i < 600; i++) {
      files.add((i + 2) + "-1-a.seg");
      chain.commit(seal(files.getLast(), i, i + 1));
    }
    assertFalse(chain.current().pages().isEmpty());
    for (int i = 0; i + 8 <= files.size(); i += 8) {
      Change.Builder change = Change.builder();
      files.subList(i, i + 8).forEach(change::remove);
      change.add(data(i + "-1-compacted.seg", i, i + 8));
      chain.commit(change.build());
    }
    List<SegmentEntry> left = chain.segments(chain.current());
    assertEquals(75, left.size());
    assertEquals(600, left.stream().mapToLong(SegmentEntry::rows).sum());
    assertEquals(List.of(), Tiling.problems(chain.contents(chain.current())));
  }

  @Test
  void aLostAnswerIsResolvedAndAnUnknownOutcomeByRepetition() {
    Deque<Fate> fates = new ArrayDeque<>();
    ManifestChain shaky =
        new ManifestChain(
            store.through(call ->
                call.startsWith("putIfAbsent") && !fates.isEmpty() ? fates.pop() : Fate.ANSWERED),
            PREFIX,
            "writer-a");
    shaky.claim(1);
    fates.add(Fate.ANSWER_LOST);
    assertEquals(2, shaky.commit(seal("2-1-a.seg", 0, 10)).version());

    fates.addAll(List.of(Fate.ANSWER_LOST, Fate.DROPPED, Fate.DROPPED, Fate.DROPPED));
    Change change = seal("3-1-b.seg", 10, 20);
    TytoException unknown = assertThrows(TytoException.class, () -> shaky.commit(change));
    assertEquals(ErrorCode.STORE_FAILED, unknown.code());
    assertThrows(
        IllegalStateException.class, () -> shaky.commit(seal("3-1-c.seg", 10, 30)), "other change");
    assertEquals(3, shaky.commit(seal("3-1-b.seg", 10, 20)).version());
    assertEquals(20, shaky.next(shaky.latest().orElseThrow(), LOG));
    assertEquals(List.of(1L, 2L, 3L), shaky.versions());
  }

  @Test
  void aWriterThatSleptThroughCollectionIsFenced() {
    ManifestChain sleeper = new ManifestChain(store, PREFIX, "sleeper", () -> "s", 4);
    sleeper.claim(1);
    int[] ids = {0};
    ManifestChain owner = new ManifestChain(store, PREFIX, "owner", () -> "o" + ids[0]++, 4);
    owner.claim(1);
    for (int i = 0; i < 9; i++) {
      owner.commit(seal((i + 3) + "-1-a.seg", i, i + 1));
    }
    String reused = StoreKeys.numbered(StoreKeys.manifests(PREFIX), 2);
    store.delete(reused);
    TytoException fenced =
        assertThrows(TytoException.class, () -> sleeper.commit(seal("2-1-z.seg", 0, 1)));
    assertEquals(ErrorCode.FENCED, fenced.code());
    assertEquals(11, sleeper.latest().orElseThrow().version());
  }

  @Test
  void everyDamagedByteOfAManifestIsNoticed() {
    chain.claim(1);
    chain.commit(seal("2-1-a.seg", 0, 10));
    String key = StoreKeys.numbered(StoreKeys.manifests(PREFIX), 2);
    long bytes = store.size(key);
    for (int at = 0; at < bytes; at++) {
      store.flip(key, at, 1 << (at % 8));
      TytoException corrupt = assertThrows(TytoException.class, () -> chain.latest(), "byte " + at);
      assertEquals(ErrorCode.MANIFEST_CORRUPT, corrupt.code());
      assertTrue(String.valueOf(corrupt.getMessage()).contains(key));
      store.flip(key, at, 1 << (at % 8));
    }
    assertEquals(2, chain.latest().orElseThrow().version());
  }
}
