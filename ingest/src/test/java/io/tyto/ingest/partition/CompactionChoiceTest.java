package io.tyto.ingest.partition;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.ingest.IngestOptions;
import io.tyto.store.manifest.Manifest.Kind;
import io.tyto.store.manifest.Manifest.Range;
import io.tyto.store.manifest.Manifest.SegmentEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CompactionChoiceTest {
  private static final long SEED = Long.getLong("test.seed", 5L);
  private static final IngestOptions.Compaction LIMITS =
      new IngestOptions.Compaction(true, 8, 1 << 20, 1L << 40);

  /// Whatever sizes arrive, the number of segments stays bounded and rows are seldom rewritten.
  @Test
  void keepsSegmentsFewAndRewritesRare() {
    Random random = new Random(SEED);
    for (int run = 0; run < 30; run++) {
      int shape = random.nextInt(4);
      List<SegmentEntry> segments = new ArrayList<>();
      long rows = 0;
      long rewritten = 0;
      for (int i = 0; i < 3000; i++) {
        long size =
            switch (shape) {
              case 0 -> 100;
              case 1 -> 1 + random.nextInt(1000);
              case 2 -> 1L << random.nextInt(14);
              default -> i % 8 == 0 ? 50_000 : 1 + random.nextInt(5);
            };
        rows += size;
        segments.add(segment(size));
        List<SegmentEntry> chosen = CompactionChoice.choose(List.of(segments), LIMITS);
        while (!chosen.isEmpty()) {
          long sum = chosen.stream().mapToLong(SegmentEntry::rows).sum();
          assertTrue(sum <= LIMITS.maxRows());
          int at = segments.indexOf(chosen.getFirst());
          assertEquals(chosen, segments.subList(at, at + chosen.size()));
          segments.subList(at, at + chosen.size()).clear();
          segments.add(at, segment(sum));
          rewritten += sum;
          chosen = CompactionChoice.choose(List.of(segments), LIMITS);
        }
        assertTrue(
            segments.size() <= CompactionChoice.allowed(rows, LIMITS),
            "%d segments of %d rows, shape %d, seed %d"
                .formatted(segments.size(), rows, shape, SEED));
      }
      assertTrue(rewritten <= 12 * rows, rewritten + " of " + rows + ", shape " + shape);
    }
  }

  @Test
  void cutsWhereAMergedSegmentWouldAnswerForAnother() {
    SegmentEntry a = segment("a", new Range(0, 10));
    SegmentEntry b = segment("b", new Range(0, 5));
    SegmentEntry c = segment("a", new Range(10, 20));
    SegmentEntry d = segment("a", new Range(30, 40));
    SegmentEntry e = segment("b", new Range(5, 9));
    List<SegmentEntry> all = List.of(a, b, c, d, e);
    assertEquals(List.of(all), CompactionChoice.stretches(all, Map.of()));
    assertEquals(
        List.of(all), CompactionChoice.stretches(all, Map.of("c", List.of(new Range(0, 99)))));
    assertEquals(
        List.of(List.of(a, b, c), List.of(d, e)),
        CompactionChoice.stretches(all, Map.of("a", List.of(new Range(20, 30)))));
  }

  private static SegmentEntry segment(String log, Range range) {
    return new SegmentEntry(
        log + range, 1, Kind.DATA, Map.of(log, range), 1, 0, 0, 1, "", 1, 0, null, null);
  }

  private static SegmentEntry segment(long rows) {
    return new SegmentEntry(
        "s" + System.nanoTime(), 1, Kind.DATA, Map.of(), rows, 0, 0, rows, "", 1, 0, null, null);
  }
}
