package io.tyto.ingest;

import static io.tyto.ingest.NodeFixture.BY_HAND;
import static io.tyto.ingest.NodeFixture.apply;
import static io.tyto.ingest.NodeFixture.open;
import static io.tyto.ingest.NodeFixture.send;
import static io.tyto.ingest.NodeFixture.values;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.engine.EngineOptions;
import io.tyto.engine.LocalQueryService;
import io.tyto.model.port.AdminService.ConfigChange;
import io.tyto.model.port.AdminService.ConfigFile;
import io.tyto.model.port.AdminService.ConfigVersion;
import io.tyto.model.query.QueryContext;
import io.tyto.model.query.TimeInterval;
import io.tyto.model.query.ValuesQuery;
import io.tyto.model.result.CountedValue;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.store.Disk;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Keys that no field reads become fields, and no event is other than it came.
class KeyDiscoveryTest {
  private static final String OPEN =
      """
      collection: hit
      fields:
        page: { type: string }
        extra: { type: json, discover: { max: 6, after: 2 } }
      """;

  @TempDir private Path data;

  private LocalNode node() {
    return open(data, BY_HAND.withPartitions(1), Disk.SYSTEM);
  }

  private static List<String> fields(LocalNode node) {
    return node.collections().getFirst().columns().stream()
        .map(column -> column.name() + " " + column.type())
        .toList();
  }

  /// Distinct values that are not null, as a query finds them.
  private static Set<String> found(LocalNode node, String column) {
    try (LocalQueryService queries =
        new LocalQueryService(node, EngineOptions.defaults().withWorkers(1))) {
      ValuesQuery query = new ValuesQuery("hit", column, null, TimeInterval.ALL_TIME, 100);
      QueryContext context = new QueryContext("q", Duration.ofMinutes(1), 64 << 20);
      Set<String> values = new TreeSet<>();
      for (CountedValue value : queries.values(query, context)) {
        values.add(String.valueOf(value.value()));
      }
      return values;
    }
  }

  private static List<ConfigChange> diff(LocalNode node, String config) {
    return node.diffConfigs(List.of(new ConfigFile("hit.yaml", config)))
        .collections()
        .getFirst()
        .changes();
  }

  @Test
  void aKeyThatComesAgainIsAFieldForOldEventsToo() {
    try (LocalNode node = node()) {
      apply(node, OPEN);
      send(node, "hit", "{\"page\":\"a\",\"level\":1,\"ok\":true,\"once\":1}");
      node.flush();
      node.discover();
      assertEquals(List.of("page string", "extra json"), fields(node));
      send(node, "hit", "{\"level\":2,\"page\":\"b\",\"ok\":false,\"tags\":[\"x\",\"y\"]}");
      send(node, "hit", "{\"level\": \"three\", \"page\":\"c\",\"tags\":[\"z\"],\"none\":null}");
      send(node, "hit", "{\"page\":\"d\"}");
      node.discover();
      assertEquals(
          List.of("page string", "extra json", "level string", "ok bool", "tags string[]"),
          fields(node));
      assertEquals(
          Set.of("1", "2", "three"), found(node, "level"), "of several kinds: all of them");
      assertEquals(Set.of("true", "false"), found(node, "ok"));
      assertEquals(Set.of("x", "y", "z"), found(node, "tags"));
      assertEquals(
          Set.of(
              "{\"level\":1,\"ok\":true,\"once\":1}",
              "{\"level\":2,\"ok\":false,\"tags\":[\"x\",\"y\"]}",
              "{\"level\": \"three\",\"tags\":[\"z\"],\"none\":null}",
              "null"),
          Set.copyOf(values(node, "hit", "extra")));
    }
    try (LocalNode node = node()) {
      send(node, "hit", "{\"page\":\"e\",\"level\":5,\"ok\":\"perhaps\"}");
      assertEquals(Set.of("1", "2", "three", "5"), found(node, "level"));
      assertEquals(Set.of("true", "false"), found(node, "ok"), "another type never conflicts");
      assertEquals(Set.of("a", "b", "c", "d", "e"), found(node, "page"));
    }
  }

  @Test
  void theFileStaysMasterOfWhatItSpeaksOf() {
    try (LocalNode node = node()) {
      apply(node, OPEN);
      for (int i = 0; i < 2; i++) {
        send(node, "hit", "{\"page\":\"a\",\"level\":1,\"depth\":2.5,\"price\":9.99}");
      }
      node.discover();
      assertEquals(
          List.of("page string", "extra json", "level long", "depth double", "price decimal(18,2)"),
          fields(node));
      assertEquals(List.of(), diff(node, OPEN), "the same file removes nothing");
      ConfigVersion second = node.configHistory("hit").getLast();
      assertEquals(
          List.of(
              "fields.level: added as long",
              "fields.depth: added as double",
              "fields.price: added as decimal(18,2)"),
          second.changes());
      assertEquals(OPEN, second.text());
      String pasted = OPEN + "  " + String.join("\n  ", second.discovered()) + "\n";
      assertEquals(List.of(), diff(node, pasted), "a line that is pasted changes nothing");
      String grown = OPEN + "  more: { type: long }\n";
      apply(node, grown);
      assertTrue(fields(node).contains("level long"));
      int depth = column(node, "depth").id();
      String ignoring =
          grown.replace("after: 2", "after: 2, ignore: [price]") + "  level: { type: long }\n";
      assertEquals(
          List.of(
              "fields.extra.discover: Discovery[max=6, after=2, ignored=[]] becomes"
                  + " Discovery[max=6, after=2, ignored=[price]]",
              "fields.level: added as long",
              "fields.level: no longer found in events",
              "fields.price: no longer found in events"),
          diff(node, ignoring).stream().map(ConfigChange::what).toList());
      apply(node, ignoring);
      assertEquals(
          List.of("page string", "extra json", "more long", "level long", "depth double"),
          fields(node));
      assertEquals(depth, column(node, "depth").id());
      for (int i = 0; i < 2; i++) {
        send(node, "hit", "{\"level\":7,\"price\":1.5}");
      }
      node.discover();
      assertFalse(fields(node).stream().anyMatch(field -> field.startsWith("price")));
      assertEquals(Set.of("7"), found(node, "level"));
      apply(node, ignoring.replace(", discover: { max: 6, after: 2, ignore: [price] }", ""));
      assertEquals(List.of("page string", "extra json", "more long", "level long"), fields(node));
    }
  }

  private static ColumnSpec column(LocalNode node, String name) {
    return Objects.requireNonNull(node.collections().getFirst().column(name), name);
  }

  @Test
  void namesAreMadeUniqueAndTheirNumberIsBounded() {
    try (LocalNode node = node()) {
      apply(node, OPEN);
      for (int i = 0; i < 2; i++) {
        send(
            node,
            "hit",
            "{\"a b\":1,\"a/b\":2,\"a-b\":3,\"PAGE\":4,\"count\":5,\"it's\":6,\"\u65e5\":7,\"z\":8}");
      }
      node.discover();
      List<ColumnSpec> columns = node.collections().getFirst().columns();
      assertEquals(
          List.of("page", "extra", "a_b", "a_b_2", "a_b_3", "PAGE", "count", "it_s"),
          columns.stream().map(ColumnSpec::name).toList());
      assertEquals(
          List.of("page", "extra", "aB", "aB2", "aB3", "page2", "count2", "itS"),
          columns.stream().map(ColumnSpec::apiName).toList());
      assertEquals(Set.of("2"), found(node, "a_b_2"));
      assertEquals(Set.of("6"), found(node, "it_s"));
      String alarm = String.join("\n", node.status().alarms());
      assertTrue(
          alarm.contains("as many fields as discover.max allows (6); 2 more keys stay"), alarm);
      apply(node, OPEN.replace("max: 6", "max: 20"));
      send(node, "hit", "{\"z\":9}");
      node.discover();
      assertEquals(Set.of("8", "9"), found(node, "z"));
      assertEquals(List.of(), node.status().alarms());
    }
  }

  @Test
  void filesAreLookedAtLikeEvents() {
    try (LocalNode node = node()) {
      apply(node, OPEN);
      NodeFixture.importFile(
          node, "hit", "a.csv", "page,level,\"no\"\"te\"\nx,1,\"hi \"\"you\"\"\"\ny,,\nz,3,ho\n");
      node.discover();
      assertEquals(
          List.of("page string", "extra json", "level string", "no_te string"), fields(node));
      assertEquals(Set.of("1", "3"), found(node, "level"));
      assertEquals(Set.of("hi \"you\"", "ho"), found(node, "no_te"));
      NodeFixture.importFile(
          node, "hit", "b.ndjson", "{\"page\":\"v\",\"size\":1}\n{\"page\":\"w\",\"size\":2}\n");
      node.discover();
      assertEquals(Set.of("1", "2"), found(node, "size"));
    }
  }
}
