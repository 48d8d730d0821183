package io.tyto.ingest;

import static io.tyto.ingest.NodeFixture.BY_HAND;
import static io.tyto.ingest.NodeFixture.apply;
import static io.tyto.ingest.NodeFixture.open;
import static io.tyto.ingest.NodeFixture.send;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.engine.EngineOptions;
import io.tyto.engine.LocalQueryService;
import io.tyto.ingest.feed.DecoderRegistry;
import io.tyto.ingest.plugin.Plugins;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.AdminService.ConfigFile;
import io.tyto.model.port.AdminService.ConfigPlan;
import io.tyto.model.port.AdminService.ConfigVersion;
import io.tyto.model.port.AdminService.Verdict;
import io.tyto.model.query.QueryContext;
import io.tyto.model.query.TimeInterval;
import io.tyto.model.query.ValuesQuery;
import io.tyto.model.result.CountedValue;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.store.Disk;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What a node answers while the config of a collection changes, whether a row lies in the log, the
/// tail, a segment or a segment that was compacted.
class EvolvingConfigTest {
  private static final String FIRST =
      """
      collection: sale
      fields:
        n: { type: int }
        price: { type: "decimal(5,2)" }
        sizes: { type: "int[]" }
        name: { type: string }
        twice: { derive: "n * 2" }
      """;

  @TempDir private Path data;

  private static String event(int n) {
    return "{\"n\":%d,\"price\":%d.25,\"sizes\":[%d,null],\"name\":\"x%d\",\"total\":%d}"
        .formatted(n, n, n, n, 3_000_000_000L + n);
  }

  /// Rows by value that is not null, as a query groups them; it computes derived columns where they
  /// are not stored.
  private static Map<String, Long> values(LocalNode node, String column) {
    Map<String, Long> counts = new TreeMap<>();
    try (LocalQueryService queries =
        new LocalQueryService(node, EngineOptions.defaults().withWorkers(1))) {
      ValuesQuery query = new ValuesQuery("sale", column, null, TimeInterval.ALL_TIME, 100);
      QueryContext context = new QueryContext("q", Duration.ofMinutes(1), 64 << 20);
      for (CountedValue value : queries.values(query, context)) {
        counts.put(String.valueOf(value.value()), value.count());
      }
    }
    return counts;
  }

  /// One row each.
  private static Map<String, Long> ones(Object... values) {
    Map<String, Long> counts = new TreeMap<>();
    for (Object value : values) {
      counts.merge(String.valueOf(value), 1L, Long::sum);
    }
    return counts;
  }

  private static final String SECOND =
      """
      collection: sale
      description: What was sold
      fields:
        n: { type: double }
        price: { type: "decimal(30,2)", unit: EUR }
        sizes: { type: "long[]" }
        total: { type: long }
        twice: { derive: "n * 3" }
        more: { derive: "n + total" }
      """;

  private enum Layout {
    TAIL,
    SEALED,
    COMPACTED
  }

  @ParameterizedTest
  @EnumSource(Layout.class)
  void rowsOfTwoVersionsAnswerAsOne(Layout layout) {
    try (LocalNode node = open(data, BY_HAND.withPartitions(1), Disk.SYSTEM)) {
      apply(node, FIRST);
      for (int i = 1; i <= 7; i++) {
        send(node, "sale", event(i));
        if (layout != Layout.TAIL) {
          node.flush();
        }
      }
      apply(node, SECOND);
      assertEquals(2, node.collections().getFirst().version());
      send(node, "sale", event(8));
      if (layout != Layout.TAIL) {
        node.flush();
      }
      if (layout == Layout.COMPACTED) {
        node.maintain();
        assertEquals(1, node.status().collections().getFirst().segments());
      }
      assertSecond(node);
    }
    try (LocalNode node = open(data, BY_HAND.withPartitions(1), Disk.SYSTEM)) {
      assertSecond(node);
    }
  }

  private static void assertSecond(LocalNode node) {
    assertEquals(ones(1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0), values(node, "n"));
    assertEquals(
        ones("1.25", "2.25", "3.25", "4.25", "5.25", "6.25", "7.25", "8.25"),
        values(node, "price"));
    assertEquals(ones(1, 2, 3, 4, 5, 6, 7, 8), values(node, "sizes"));
    assertEquals(ones(3.0, 6.0, 9.0, 12.0, 15.0, 18.0, 21.0, 24.0), values(node, "twice"));
    assertEquals(ones(3_000_000_008L), values(node, "total"));
    assertEquals(ones(3.000000016E9), values(node, "more"));
  }

  @ParameterizedTest
  @EnumSource(Layout.class)
  void aFieldThatComesBackFindsItsValues(Layout layout) {
    try (LocalNode node = open(data, BY_HAND.withPartitions(1), Disk.SYSTEM)) {
      apply(node, FIRST);
      String without = FIRST.replace("  name: { type: string }\n", "");
      for (int i = 1; i <= 8; i++) {
        apply(
            node,
            i == 5 ? without : i == 6 ? FIRST : node.collections().getFirst().config().text());
        send(node, "sale", event(i));
        if (layout != Layout.TAIL) {
          node.flush();
        }
        if (layout == Layout.COMPACTED && i == 5) {
          assertEquals(List.of("name"), names(node.collections().getFirst().dormant()));
        }
      }
      if (layout == Layout.COMPACTED) {
        // Merged by the version without the field, its values must go along.
        apply(node, without);
        node.maintain();
        assertEquals(1, node.status().collections().getFirst().segments());
        apply(node, FIRST);
      }
      assertEquals(ones("x1", "x2", "x3", "x4", "x6", "x7", "x8"), values(node, "name"));
      apply(node, without);
      apply(node, FIRST.replace("name: { type: string }", "name: { type: long }"));
      assertEquals(Map.of(), values(node, "name"));
    }
  }

  @ParameterizedTest
  @EnumSource(Layout.class)
  void aFieldWithAnotherNameKeepsItsValues(Layout layout) {
    String renamed =
        FIRST
            .replace("n: { type: int }", "number: { type: int, aliases: [n] }")
            .replace("\"n * 2\"", "\"number * 2\"");
    try (LocalNode node = open(data, BY_HAND.withPartitions(1), Disk.SYSTEM)) {
      apply(node, FIRST);
      for (int i = 1; i <= 6; i++) {
        send(node, "sale", event(i));
        if (layout != Layout.TAIL) {
          node.flush();
        }
      }
      apply(node, renamed);
      send(node, "sale", event(7));
      node.flush();
      send(node, "sale", "{\"number\":8,\"n\":\"no number, and nobody asks\"}");
      if (layout != Layout.TAIL) {
        node.flush();
      }
      if (layout == Layout.COMPACTED) {
        node.maintain();
        assertEquals(1, node.status().collections().getFirst().segments());
      }
      assertEquals(ones(1, 2, 3, 4, 5, 6, 7, 8), values(node, "number"));
      assertEquals(ones(2, 4, 6, 8, 10, 12, 14, 16), values(node, "twice"));
      assertEquals(
          Verdict.COMPATIBLE,
          node.diffConfigs(
                  List.of(new ConfigFile("sale.yaml", renamed.replace(", aliases: [n]", ""))))
              .collections()
              .getFirst()
              .verdict());
      // The name is free for something new, which does not meet the values that went over.
      apply(
          node,
          renamed
              .replace(", aliases: [n]", "")
              .replace("  name:", "  n: { type: string }\n  name:"));
      assertEquals(Map.of(), values(node, "n"));
    }
  }

  private static List<String> names(List<ColumnSpec> columns) {
    return columns.stream().map(ColumnSpec::name).toList();
  }

  @Test
  void thePlanIsWhatIsAppliedAndChangesNothing() {
    try (LocalNode node = open(data)) {
      apply(node, FIRST);
      send(node, "sale", event(1));
      node.flush();
      send(node, "sale", event(2));
      long version = node.catalogVersion();
      List<ConfigFile> files = List.of(new ConfigFile("sale.yaml", SECOND));
      ConfigPlan plan = node.diffConfigs(files);
      assertEquals(version, node.catalogVersion());
      assertEquals(
          List.of(
              "COMPATIBLE description: nothing becomes What was sold",
              "REWRITE fields.n.type: int becomes double",
              "COMPATIBLE fields.price.unit: nothing becomes EUR",
              "REWRITE fields.price.type: decimal(5,2) becomes decimal(30,2)",
              "REWRITE fields.sizes.type: int[] becomes long[]",
              "COMPATIBLE fields.total: added as long",
              "REWRITE fields.twice.derive changes, and its type: long becomes double",
              "COMPATIBLE fields.more: added as double",
              "COMPATIBLE fields.name: removed"),
          plan.collections().getFirst().changes().stream()
              .map(change -> change.verdict() + " " + change.what())
              .toList());
      assertEquals(
          "2 rows in 1 segments (under 1 MB) and the tail are read as double at once, and stored so"
              + " when the background writes them anew; callers lose the type it had for them",
          plan.collections().getFirst().changes().get(1).consequence());
      assertEquals(plan, node.applyConfigs(files).plan());
      assertEquals(Verdict.UNCHANGED, node.diffConfigs(files).collections().getFirst().verdict());
    }
    List<ConfigVersion> history = DataInspector.configHistory(new DataFolder(data), "sale");
    assertEquals(List.of(FIRST, SECOND), history.stream().map(ConfigVersion::text).toList());
    assertEquals(List.of("new collection"), history.getFirst().changes());
    assertEquals(9, history.getLast().changes().size());
    ConfigPlan back =
        DataInspector.diffConfigs(
            new DataFolder(data),
            List.of(new ConfigFile("sale.yaml", FIRST)),
            DecoderRegistry.of(Plugins.builtIn()),
            NodeFixture.CLOCK);
    assertTrue(back.isBreaking());
  }

  @Test
  void whatBreaksIsRefusedAsAWholeWithTheReason() {
    try (LocalNode node = open(data)) {
      apply(node, FIRST);
      long version = node.catalogVersion();
      String narrow = FIRST.replace("decimal(5,2)", "decimal(4,2)");
      TytoException refused =
          assertThrows(TytoException.class, () -> apply(node, narrow, NodeFixture.NOTE));
      assertEquals(ErrorCode.CONFIG_INCOMPATIBLE, refused.code());
      assertEquals(
          """
          nothing was applied, because this would contradict what is stored:
          sale: fields.price.type: decimal(5,2) becomes decimal(4,2): a stored decimal(5,2) need not fit decimal(4,2); keep the field and add one of another name, with a `derive` over it or an entry in source.map\
          """,
          refused.getMessage());
      assertEquals(version, node.catalogVersion());
    }
  }
}
