package io.tyto.store.manifest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.tyto.store.manifest.Manifest.Hole;
import io.tyto.store.manifest.Manifest.HoleKind;
import io.tyto.store.manifest.Manifest.Kind;
import io.tyto.store.manifest.Manifest.Range;
import io.tyto.store.manifest.Manifest.SegmentEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class TilingTest {
  private static final long SEED = Long.getLong("test.seed", 5L);
  private static final String LOG = "wal";

  private static SegmentEntry segment(int collection, Kind kind, long from, long next) {
    return new SegmentEntry(
        "%d-%d-%d.seg".formatted(from, collection, next),
        collection,
        kind,
        Map.of(LOG, new Range(from, next)),
        next - from,
        0,
        0,
        1,
        "",
        1,
        0,
        null,
        null);
  }

  private static Hole hole(int collection, long from, long next) {
    return new Hole(collection, LOG, from, next, HoleKind.EMPTY, null);
  }

  private static List<String> problems(long next, List<SegmentEntry> segments, List<Hole> holes) {
    return Tiling.problems(new Contents(segments, holes, Map.of(LOG, next), Map.of()));
  }

  @Test
  void segmentsAndHolesEndToEndAreRight() {
    assertEquals(
        List.of(),
        problems(
            30,
            List.of(
                segment(1, Kind.DATA, 10, 30),
                segment(1, Kind.DATA, 0, 5),
                segment(2, Kind.DATA, 20, 30),
                segment(1, Kind.DEAD, 3, 4)),
            List.of(hole(1, 5, 10))));
  }

  @Test
  void aHoleOfTheGroupCountsForEveryCollectionFromItsFirstOffsetOn() {
    assertEquals(
        List.of(),
        problems(
            40,
            List.of(
                segment(1, Kind.DATA, 0, 10),
                segment(1, Kind.DATA, 20, 40),
                segment(2, Kind.DATA, 25, 40)),
            List.of(hole(0, 10, 20))));
  }

  @Test
  void whatIsMissingOrTwiceThereIsNamed() {
    assertEquals(
        List.of("collection 1, log wal: nothing covers what begins at offset 5, before 7-1-9.seg"),
        problems(9, List.of(segment(1, Kind.DATA, 0, 5), segment(1, Kind.DATA, 7, 9)), List.of()));
    assertEquals(
        List.of("collection 1, log wal: overlap at offset 4, before 4-1-9.seg"),
        problems(9, List.of(segment(1, Kind.DATA, 0, 5), segment(1, Kind.DATA, 4, 9)), List.of()));
    assertEquals(
        List.of("collection 1, log wal: covered up to offset 5, but committed up to 9"),
        problems(9, List.of(segment(1, Kind.DATA, 0, 5)), List.of()));
    assertEquals(
        List.of("0-1-5.seg covers offsets [0, 5) of log wal, which is committed up to 3"),
        problems(3, List.of(segment(1, Kind.STATE, 0, 5)), List.of()));
  }

  /// Any cut of a range into pieces is right, and any piece taken out, repeated or shifted is
  /// wrong.
  @Test
  void randomCutsAreRightAndAnyDamageIsNoticed() {
    Random random = new Random(SEED);
    for (int trial = 0; trial < 500; trial++) {
      List<SegmentEntry> segments = new ArrayList<>();
      List<Hole> holes = new ArrayList<>();
      long at = random.nextInt(100);
      int pieces = 2 + random.nextInt(10);
      for (int i = 0; i < pieces; i++) {
        long next = at + 2 + random.nextInt(50);
        // The first is the collection's own: what a hole of the group says before that does not
        // count.
        if (i > 0 && random.nextInt(3) == 0) {
          holes.add(hole(random.nextBoolean() ? 0 : 1, at, next));
        } else {
          segments.add(segment(1, Kind.DATA, at, next));
        }
        at = next;
      }
      assertEquals(List.of(), problems(at, segments, holes), "seed " + SEED);
      if (segments.size() > 1) {
        SegmentEntry last = segments.removeLast();
        Range range = Objects.requireNonNull(last.ranges().get(LOG));
        assertFalse(problems(at, segments, holes).isEmpty(), "taken out, seed " + SEED);
        segments.add(segment(1, Kind.DATA, range.from() - 1, range.next()));
        assertFalse(problems(at, segments, holes).isEmpty(), "shifted, seed " + SEED);
        segments.set(segments.size() - 1, last);
        segments.add(last);
        assertFalse(problems(at, segments, holes).isEmpty(), "repeated, seed " + SEED);
      }
    }
  }
}
