package io.tyto.store.manifest;

import io.tyto.store.manifest.Manifest.Hole;
import io.tyto.store.manifest.Manifest.Kind;
import io.tyto.store.manifest.Manifest.Range;
import io.tyto.store.manifest.Manifest.SegmentEntry;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Invariant I5: for each collection and log, DATA segments and holes lie end to end from the
/// collection's first offset to the log's `next`, with no overlap and nothing missing.
///
/// Holes of the whole group count for every collection, from its first offset on. Other kinds of
/// segments only have to stay below `next`.
public final class Tiling {
  private Tiling() {}

  private record Place(int collection, String logId) {}

  private record Tile(Range range, boolean isOwn, String what) {}

  /// What is wrong, in words; empty if nothing is.
  public static List<String> problems(Contents contents) {
    List<String> problems = new ArrayList<>();
    Map<Place, List<Tile>> tiles = new HashMap<>();
    for (SegmentEntry segment : contents.segments()) {
      segment
          .ranges()
          .forEach((logId, range) -> {
            checkBounds(contents, segment.file(), logId, range, problems);
            if (segment.kind() == Kind.DATA) {
              add(tiles, segment.collection(), logId, new Tile(range, true, segment.file()));
            }
          });
    }
    Map<String, List<Tile>> ofGroup = new HashMap<>();
    for (Hole hole : contents.holes()) {
      Range range = new Range(hole.from(), hole.next());
      String what = hole.kind() + " hole";
      checkBounds(contents, what, hole.logId(), range, problems);
      if (hole.collection() == 0) {
        ofGroup
            .computeIfAbsent(hole.logId(), _ -> new ArrayList<>())
            .add(new Tile(range, false, what));
      } else {
        add(tiles, hole.collection(), hole.logId(), new Tile(range, true, what));
      }
    }
    tiles.forEach((place, own) -> {
      List<Tile> all = new ArrayList<>(own);
      all.addAll(ofGroup.getOrDefault(place.logId(), List.of()));
      checkEndToEnd(place, all, contents.next().getOrDefault(place.logId(), 0L), problems);
    });
    problems.sort(null);
    return problems;
  }

  private static void add(Map<Place, List<Tile>> tiles, int collection, String logId, Tile tile) {
    tiles.computeIfAbsent(new Place(collection, logId), _ -> new ArrayList<>()).add(tile);
  }

  private static void checkBounds(
      Contents contents, String what, String logId, Range range, List<String> problems) {
    long next = contents.next().getOrDefault(logId, 0L);
    if (range.from() < 0 || range.from() >= range.next() || range.next() > next) {
      problems.add(
          "%s covers offsets [%d, %d) of log %s, which is committed up to %d"
              .formatted(what, range.from(), range.next(), logId, next));
    }
  }

  private static void checkEndToEnd(
      Place place, List<Tile> tiles, long end, List<String> problems) {
    tiles.sort(Comparator.comparingLong((Tile tile) -> tile.range().from()));
    long first =
        tiles.stream().filter(Tile::isOwn).mapToLong(t -> t.range().from()).min().orElse(end);
    long at = first;
    for (Tile tile : tiles) {
      Range range = tile.range();
      if (!tile.isOwn() && range.next() <= first) {
        continue;
      }
      if (range.from() != at) {
        problems.add(
            "collection %d, log %s: %s at offset %d, before %s"
                .formatted(
                    place.collection(),
                    place.logId(),
                    range.from() < at ? "overlap" : "nothing covers what begins",
                    Math.min(at, range.from()),
                    tile.what()));
      }
      at = Math.max(at, range.next());
    }
    if (at != end) {
      problems.add(
          "collection %d, log %s: covered up to offset %d, but committed up to %d"
              .formatted(place.collection(), place.logId(), at, end));
    }
  }
}
