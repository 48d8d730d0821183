package io.tyto.ingest;

import static io.tyto.ingest.NodeFixture.PLAY;
import static io.tyto.ingest.NodeFixture.apply;
import static io.tyto.ingest.NodeFixture.open;
import static io.tyto.ingest.NodeFixture.rows;
import static io.tyto.ingest.NodeFixture.send;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.engine.EngineOptions;
import io.tyto.engine.LocalQueryService;
import io.tyto.engine.cube.CellScan;
import io.tyto.engine.record.EventScan;
import io.tyto.engine.snapshot.TableSnapshot;
import io.tyto.model.port.AdminService.ConfigFile;
import io.tyto.model.query.AggregateQuery;
import io.tyto.model.query.GroupKey;
import io.tyto.model.query.GroupKey.GapFill;
import io.tyto.model.query.GroupKey.Granularity;
import io.tyto.model.query.Measure;
import io.tyto.model.query.QueryContext;
import io.tyto.model.query.TimeInterval;
import io.tyto.model.result.AggregateResult;
import io.tyto.model.result.Bucket;
import io.tyto.store.Disk;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Cubes over the life of a node: made later than the rows, kept longer than the rows, gone where
/// they would tell what has become private.
class CubeNodeTest {
  private static final String CUBE =
      """
      cubes:
        by_level:
          dimensions: [level]
          measures: [sum(amount), distinct(user)]
          granularities: [month]
      """;

  private static final String LEVELS = PLAY + "  level: { type: string }\n";

  private static final String KEPT = "retention: { raw: P30D, cubes: P200D }\n";

  @TempDir private Path folder;
  private Path data;

  @BeforeEach
  void place() {
    data = folder.resolve("data");
  }

  private static void sendMonths(LocalNode node) {
    for (int month = 1; month <= 11; month++) {
      for (String user : List.of("ann", "bob", "cem")) {
        send(
            node,
            "play",
            "{\"id\":\"%s%d\",\"user\":\"%s\",\"ts\":\"2026-%02d-07T00:00:00Z\",\"amount\":%d,\"level\":\"l%d\"}"
                .formatted(user, month, user, month, month, month % 2));
      }
      node.flush();
    }
  }

  /// Month, rows, sum of amounts, users; and what served.
  private static List<String> months(LocalNode node) {
    AggregateQuery query =
        new AggregateQuery(
            "play",
            TimeInterval.ALL_TIME,
            null,
            List.of(
                new GroupKey.TimeBucket(
                    "ts",
                    Granularity.MONTH,
                    1,
                    ZoneOffset.UTC,
                    DayOfWeek.MONDAY,
                    null,
                    GapFill.NONE,
                    null,
                    false)),
            List.of(
                new Measure.Count(),
                new Measure.Column("amount", Measure.Function.SUM),
                new Measure.Column("user", Measure.Function.COUNT_DISTINCT)),
            null,
            List.of(new AggregateQuery.Order.ByKey(0, AggregateQuery.Direction.ASC)),
            null,
            null,
            false,
            null,
            null,
            AggregateQuery.Wants.ROWS,
            100,
            0,
            null,
            "q");
    try (LocalQueryService queries = new LocalQueryService(node, EngineOptions.defaults())) {
      AggregateResult result =
          queries.aggregate(query, new QueryContext("q", Duration.ofSeconds(30), 64 << 20));
      List<String> shown = new ArrayList<>();
      for (int row = 0; row < result.rowCount(); row++) {
        Bucket bucket = (Bucket) result.keys().getFirst().value(row);
        shown.add(
            "%d: %s %s %s"
                .formatted(
                    bucket == null ? 0 : bucket.start().getMonthValue(),
                    result.measures().get(0).value(row),
                    result.measures().get(1).value(row),
                    result.measures().get(2).value(row)));
      }
      shown.add(result.meta().servedBy());
      return shown;
    }
  }

  private static List<String> expected(int firstMonth, String servedBy) {
    List<String> expected = new ArrayList<>();
    for (int month = firstMonth; month <= 11; month++) {
      expected.add("%d: 3 %d 3".formatted(month, 3 * month));
    }
    expected.add(servedBy);
    return expected;
  }

  @Test
  void aNewCubeIsMadeOfWhatIsStored() {
    try (LocalNode node = open(data)) {
      apply(node, LEVELS);
      sendMonths(node);
      assertEquals(expected(1, "segments"), months(node));
      apply(node, LEVELS + CUBE);
      assertEquals(expected(1, "segments"), months(node), "not made yet");
      node.maintain();
      assertEquals(expected(1, "cube:by_level"), months(node));
      assertEquals(List.of(), node.verifyCubes(true));
      send(node, "play", "{\"id\":\"late\",\"user\":\"dan\",\"ts\":\"2026-01-01T00:00:00Z\"}");
      assertEquals("1: 4 3 4", months(node).getFirst());
      assertEquals("cube:by_level+segments", months(node).getLast());
      apply(node, LEVELS + CUBE.replace("sum(amount)", "sum(amount), min(amount)"));
      assertEquals(
          "cube:by_level+segments", months(node).getLast(), "what is asked for is kept already");
      node.flush();
      node.maintain();
      assertEquals("1: 4 3 4", months(node).getFirst());
    }
    assertEquals(List.of(), DataVerifier.verify(data).faults());
  }

  @Test
  void aCubeOfTooManyCellsIsToldBeforehand() {
    try (LocalNode node = open(data)) {
      apply(node, LEVELS);
      for (int i = 0; i < 60; i++) {
        send(
            node,
            "play",
            "{\"id\":\"e%d\",\"user\":\"ann\",\"ts\":\"2026-11-07T00:%02d:00Z\",\"amount\":%d,\"level\":\"l%d\"}"
                .formatted(i, i % 60, i, i % 30));
      }
      node.flush();
      List<ConfigFile> files = List.of(new ConfigFile("play.yaml", LEVELS + CUBE));
      String plan = node.diffConfigs(files).toString();
      assertTrue(plan.contains("it has 30 for 60 rows of the largest segment"), plan);
      List<ConfigFile> coarse =
          List.of(
              new ConfigFile(
                  "play.yaml", LEVELS + CUBE.replace("dimensions: [level]", "dimensions: []")));
      assertFalse(node.diffConfigs(coarse).toString().contains("too many cells"));
    }
  }

  @Test
  void cellsOutliveTheirRows() {
    try (LocalNode node = open(data)) {
      apply(node, LEVELS + CUBE + KEPT);
      sendMonths(node);
      node.maintain();
      assertEquals(3, rows(node, "play").size(), "of November");
      assertEquals(3, events(node), "cells are no events");
      // 200 days before 2026-11-21 is the fifth of May.
      assertEquals(expected(5, "cube:by_level"), months(node));
      node.maintain();
      assertEquals(expected(5, "cube:by_level"), months(node));
    }
    assertEquals(List.of(), DataVerifier.verify(data).faults());
    try (LocalNode node = open(data)) {
      assertEquals(expected(5, "cube:by_level"), months(node), "after a restart");
      send(node, "play", "{\"id\":\"late\",\"user\":\"dan\",\"ts\":\"2026-06-01T00:00:00Z\"}");
      assertEquals("6: 4 18 4", months(node).get(1), "late events count at once");
      apply(node, LEVELS + CUBE + "retention: { raw: P30D }\n");
      node.maintain();
      assertEquals(List.of("6: 1 null 1", "11: 3 33 3"), months(node).subList(0, 2));
    }
    assertEquals(List.of(), DataVerifier.verify(data).faults());
  }

  @Test
  void rowsThatCannotBeReadExpireAllTheSame() throws IOException {
    try (LocalNode node = open(data, NodeFixture.BY_HAND.withPartitions(1), Disk.SYSTEM)) {
      apply(node, LEVELS + CUBE);
      sendMonths(node);
    }
    Path damaged = segmentOf(7);
    try (RandomAccessFile file = new RandomAccessFile(damaged.toFile(), "rw")) {
      file.setLength(file.length() / 2);
    }
    try (LocalNode node = open(data, NodeFixture.BY_HAND.withPartitions(1), Disk.SYSTEM)) {
      String found = node.verifyCubes(true).toString();
      assertTrue(found.contains(damaged.getFileName() + ": its rows cannot be read"), found);
      apply(node, LEVELS + CUBE + KEPT);
      node.maintain();
      List<String> kept = expected(5, "cube:by_level");
      kept.remove("7: 3 21 3");
      assertEquals(kept, months(node), "the cells of the other months are kept");
      assertEquals(List.of(), node.verifyCubes(true));
    }
    assertEquals(List.of(), DataVerifier.verify(data).faults());
  }

  private static int events(LocalNode node) {
    try (TableSnapshot snapshot = node.snapshot("play")) {
      return new EventScan(
              snapshot.schema(),
              snapshot.sources(),
              null,
              List.of("user"),
              _ -> true,
              Map.of(),
              100,
              true,
              CellScan.context())
          .run()
          .positions()
          .size();
    }
  }

  /// The rows of a month: each has a commit of its own.
  private Path segmentOf(int month) throws IOException {
    try (Stream<Path> files = Files.walk(data)) {
      return files
          .filter(file -> file.getFileName().toString().matches("\\d+-1-\\p{XDigit}+\\.seg"))
          .sorted(Comparator.comparingInt(CubeNodeTest::version))
          .toList()
          .get(month - 1);
    }
  }

  private static int version(Path segment) {
    return Integer.parseInt(segment.getFileName().toString().split("-")[0]);
  }

  @Test
  void cellsWithoutRowsGoWhereAFieldBecomesPrivate() {
    try (LocalNode node = open(data)) {
      apply(node, LEVELS + CUBE + KEPT);
      sendMonths(node);
      node.maintain();
      assertEquals(expected(5, "cube:by_level"), months(node));
      apply(
          node,
          LEVELS.replace(
                  "level: { type: string }", "level: { type: string, privacy: { policy: drop } }")
              + CUBE
              + KEPT);
      node.maintain();
      assertEquals("11: 3 33 3", months(node).getFirst());
    }
    assertEquals(List.of(), DataVerifier.verify(data).faults());
  }
}
