package io.tyto.ingest.table;

import static io.tyto.ingest.NodeFixture.BY_HAND;
import static io.tyto.ingest.NodeFixture.send;
import static io.tyto.ingest.NodeFixture.values;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.engine.EngineOptions;
import io.tyto.engine.LocalQueryService;
import io.tyto.engine.snapshot.TableSnapshot;
import io.tyto.ingest.DataVerifier;
import io.tyto.ingest.IngestOptions;
import io.tyto.ingest.LocalNode;
import io.tyto.ingest.LogSources;
import io.tyto.ingest.config.ConfigParser;
import io.tyto.ingest.config.ConfigProblem;
import io.tyto.ingest.log.LogSource;
import io.tyto.ingest.log.MemorySource;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.AdminService.ConfigFile;
import io.tyto.model.port.AdminService.TableStatus;
import io.tyto.model.port.IngestService.FileImport;
import io.tyto.model.query.AggregateQuery;
import io.tyto.model.query.Filter;
import io.tyto.model.query.GroupKey;
import io.tyto.model.query.Measure;
import io.tyto.model.query.QueryContext;
import io.tyto.model.query.TimeInterval;
import io.tyto.model.result.AggregateResult;
import io.tyto.model.schema.Feed;
import io.tyto.store.Disk;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Columns from dimension tables: from every way by which events come, by every version, and the
/// same when events are read again.
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class JoinedNodeTest {
  private static final long SEED = Long.getLong("test.seed", 21_2611L);
  private static final Instant START = Instant.parse("2026-11-21T12:00:00Z");
  private static final Duration HOUR = Duration.ofHours(1);

  private static final String SERVERS =
      """
      table: servers
      key: server_id
      fields:
        server_id: long
        region: string
        slots: { type: int, unit: players }
      source: { file: servers.csv, refresh: P1D }
      limits: { versions: 4 }
      """;

  private static final String PLAYED =
      """
      collection: played
      time: at
      fields:
        at: { type: timestamp }
        server_id: { type: long }
        is_big: { derive: "slots >= 100" }
      join:
        - { table: servers, on: server_id, take: { region: region, slots: slots } }
        - { table: servers, on: server_id, take: { region_now: region }, asOf: NOW }
      """;

  @TempDir Path temp;
  private Path data;
  private Path configs;
  private final SetClock clock = new SetClock();

  /// Stands until it is set.
  private static final class SetClock extends Clock {
    private volatile Instant now = START;

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

  @BeforeEach
  void makeFolders() throws IOException {
    data = temp.resolve("data");
    configs = Files.createDirectory(temp.resolve("configs"));
    servers("1,eu,50", "2,us,200");
  }

  private void servers(String... lines) throws IOException {
    // At once, because the node may be reading it.
    Path written =
        Files.writeString(
            temp.resolve("servers.new"), "server_id,region,slots\n" + String.join("\n", lines));
    Files.move(written, configs.resolve("servers.csv"), StandardCopyOption.ATOMIC_MOVE);
  }

  private LocalNode open() {
    return open(LogSources.none());
  }

  private LocalNode open(LogSources sources) {
    IngestOptions options =
        BY_HAND
            .withPartitions(1)
            .withTables(new IngestOptions.Tables(configs, Map.of("SECRET", "s")::get));
    return LocalNode.open(data, options, Disk.SYSTEM, clock, sources);
  }

  private static void apply(LocalNode node, String... texts) {
    List<ConfigFile> files = new ArrayList<>();
    for (String text : texts) {
      files.add(new ConfigFile("f" + files.size() + ".yaml", text));
    }
    node.applyConfigs(files);
  }

  private static String played(Instant at, long server) {
    return "{\"at\":\"%s\",\"server_id\":%d}".formatted(at, server);
  }

  private static TableStatus table(LocalNode node) {
    return node.tables().getFirst();
  }

  @Test
  void eventsOfEveryWayAreJoinedBeforeFieldsAreDerived() {
    try (LocalNode node = open()) {
      apply(node, PLAYED, SERVERS);
      send(node, "played", played(START, 1) + "\n" + played(START, 7));
      byte[] csv =
          "at,server_id,region\n%s,2,forged\n".formatted(START).getBytes(StandardCharsets.UTF_8);
      assertEquals(
          1,
          node.importFile(
                  new FileImport("played", "p.csv", "c1", csv.length, false),
                  new ByteArrayInputStream(csv),
                  (_, _, _) -> true)
              .accepted());
      assertEquals(List.of("eu", "null", "us"), sorted(node, "region"));
      assertEquals(List.of("eu", "null", "us"), sorted(node, "region_now"));
      assertEquals(List.of("200", "50", "null"), sorted(node, "slots"));
      assertEquals(List.of("false", "null", "true"), sorted(node, "is_big"));
      assertEquals("players", node.collections().getFirst().column("slots").unit());
    }
    try (LocalNode node = open()) {
      assertEquals(List.of("eu", "null", "us"), sorted(node, "region"), "after a replay");
      node.flush();
    }
    assertEquals(List.of(), DataVerifier.verify(data).faults());
  }

  private static List<String> sorted(LocalNode node, String column) {
    return values(node, "played", column).stream().sorted().toList();
  }

  @Test
  void theVersionIsThatOfTheEventsTimeOrTheNewest() throws IOException {
    try (LocalNode node = open()) {
      apply(node, SERVERS, PLAYED);
      // Version v comes in at v hours, and names the region so.
      for (int version = 2; version <= 6; version++) {
        clock.now = START.plus(HOUR.multipliedBy(version));
        servers("1,r%d,1".formatted(version));
        assertTrue(node.reloadTable("servers"));
        assertFalse(node.reloadTable("servers"), "nothing changed");
      }
      assertEquals(4, table(node).versions().size());
      assertEquals(6, table(node).versions().getLast().number());
      Instant last = table(node).versions().getLast().from();
      assertEquals(clock.now.plus(TableStore.ACTIVATION), last);
      send(node, "played", played(last, 1));
      send(node, "played", played(last.minusMillis(1), 1));
      send(node, "played", played(START.plus(HOUR.multipliedBy(4)).plusSeconds(60), 1));
      send(node, "played", played(START.minus(Duration.ofDays(365)), 1));
      assertEquals(List.of("r6", "r5", "r4", "r3"), values(node, "played", "region"));
      assertEquals(List.of("r6", "r6", "r6", "r6"), values(node, "played", "region_now"));
      clock.now = clock.now.plus(HOUR);
      servers("1,r7,1");
      assertTrue(node.reloadTable("servers"));
    }
    // Events of the local log have their values in it: killed or stopped, they stay.
    try (LocalNode node = open()) {
      assertEquals(List.of("r6", "r5", "r4", "r3"), values(node, "played", "region"));
      assertEquals(List.of("r6", "r6", "r6", "r6"), values(node, "played", "region_now"));
      node.flush();
      assertEquals(4, table(node).versions().size(), "versions come back");
      assertEquals(7, table(node).versions().getLast().number());
    }
  }

  @Test
  void aLogThatIsReadAgainGivesTheSameRowsWhateverVersionsCame() throws Exception {
    Random random = new Random(SEED);
    MemorySource topic = new MemorySource(clock, 1);
    topic.create("t", 1);
    LogSources sources = of(topic);
    String config = PLAYED + "source: { kafka: { topic: t, partitioner: none } }\n";
    Map<String, String> first = new TreeMap<>();
    try (LocalNode node = open(sources)) {
      apply(node, SERVERS, config);
      for (int i = 0; i < 200; i++) {
        if (random.nextInt(20) == 0) {
          clock.now = clock.now.plus(HOUR);
          servers("1,r%d,1".formatted(i));
          node.reloadTable("servers");
        }
        // Some late, none ahead of the clock.
        Instant at = clock.now.minusSeconds(random.nextInt(10_000)).plusNanos(i * 1_000L);
        topic.append("t", 0, null, played(at, 1).getBytes(StandardCharsets.UTF_8), List.of());
        awaitRows(node, i + 1);
      }
      assertTrue(table(node).versions().getLast().number() > 2, "seed " + SEED);
      regions(node, first);
    }
    // Nothing was committed, so all of it is read again, by whatever versions are known now.
    clock.now = clock.now.plus(HOUR);
    try (LocalNode node = open(sources)) {
      awaitRows(node, 200);
      Map<String, String> second = new TreeMap<>();
      regions(node, second);
      // Only rows older than the oldest version that is kept may differ; there are none here whose
      // version was dropped before they came.
      Instant kept = table(node).versions().get(1).from();
      first.keySet().removeIf(at -> Instant.parse(at).isBefore(kept));
      second.keySet().removeIf(at -> Instant.parse(at).isBefore(kept));
      assertFalse(first.isEmpty(), "seed " + SEED);
      assertEquals(first, second, "seed " + SEED);
    }
  }

  private static void regions(LocalNode node, Map<String, String> into) {
    List<String> times = values(node, "played", "at");
    List<String> regions = values(node, "played", "region");
    for (int i = 0; i < times.size(); i++) {
      into.put(times.get(i), regions.get(i));
    }
  }

  private static void awaitRows(LocalNode node, int count) throws InterruptedException {
    while (values(node, "played", "region").size() < count) {
      Thread.sleep(1);
    }
  }

  private static LogSources of(LogSource source) {
    return new LogSources() {
      @Override
      public LogSource of(Feed.Kind kind) {
        return source;
      }

      @Override
      public void close() {
        // The test keeps it.
      }
    };
  }

  private static final String LOOKED_UP =
      """
      collection: played
      time: at
      fields:
        at: { type: timestamp }
        server_id: { type: long }
        region: { derive: "coalesce(lookup('servers', server_id, 'region'), 'nowhere')" }
        slots: { derive: "lookup('servers', server_id, 'slots')" }
      """;

  /// Regions with their rows and the sum of their slots, where a filter holds.
  private static List<String> answer(LocalNode node, @Nullable Filter where) {
    AggregateQuery query =
        new AggregateQuery(
            "played",
            TimeInterval.ALL_TIME,
            where,
            List.of(new GroupKey.Dimension("region")),
            List.of(new Measure.Count(), new Measure.Column("slots", Measure.Function.SUM)),
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
            "regions");
    try (LocalQueryService queries = new LocalQueryService(node, EngineOptions.defaults())) {
      AggregateResult result =
          queries.aggregate(query, new QueryContext("q", Duration.ofSeconds(30), 64 << 20));
      List<String> shown = new ArrayList<>();
      for (int row = 0; row < result.rowCount(); row++) {
        shown.add(
            "%s %s %s"
                .formatted(
                    result.keys().getFirst().value(row),
                    result.measures().get(0).value(row),
                    result.measures().get(1).value(row)));
      }
      return shown;
    }
  }

  @Test
  void whatIsLookedUpIsWhatTheTableSaysNow() throws IOException {
    Filter inUs = new Filter.In("region", List.of("us"), false);
    try (LocalNode node = open()) {
      apply(node, SERVERS, LOOKED_UP);
      for (int server : new int[] {1, 2, 2, 7}) {
        send(node, "played", played(START, server));
      }
      List<String> before = List.of("eu 1 50", "nowhere 1 null", "us 2 400");
      assertEquals(before, answer(node, null));
      node.flush();
      assertEquals(before, answer(node, null), "of a segment");
      assertEquals(List.of("us 2 400"), answer(node, inUs));
      String id;
      try (TableSnapshot snapshot = node.snapshot("played")) {
        id = snapshot.id();
      }
      servers("1,us,5", "7,asia,6");
      node.reloadTable("servers");
      send(node, "played", played(START, 7));
      List<String> after = List.of("asia 2 12", "nowhere 2 null", "us 1 5");
      assertEquals(after, answer(node, null), "segment and tail");
      assertEquals(List.of("us 1 5"), answer(node, inUs));
      try (TableSnapshot snapshot = node.snapshot("played")) {
        assertNotEquals(id, snapshot.id());
      }
      node.flush();
      node.maintain();
      assertEquals(after, answer(node, null));
    }
    try (LocalNode node = open()) {
      assertEquals(List.of("us 1 5"), answer(node, inUs), "after a restart");
    }
  }

  private static String problem(String line) {
    List<ConfigProblem> problems =
        ConfigParser.parse(
                List.of(
                    new ConfigFile("s.yaml", SERVERS), new ConfigFile("p.yaml", LOOKED_UP + line)))
            .problems();
    assertEquals(1, problems.size(), problems.toString());
    return problems.getFirst().toString();
  }

  @Test
  void whatIsLookedUpIsNothingThatIsStored() {
    assertEquals(
        "p.yaml:8: fields.twice.derive: found 'slots * 2', it uses slots, which is looked up when somebody asks and never stored; put the lookup itself into the expression",
        problem("  twice: { derive: \"slots * 2\" }\n"));
    assertEquals(
        "p.yaml:8: cubes.c.dimensions: found 'region', which is looked up when somebody asks; expected a column that is stored, such as one of `join`",
        problem("cubes: { c: { dimensions: [region], granularities: [day] } }\n"));
    assertEquals(
        "p.yaml:8: fields.x.derive: found 'lookup('servers', server_id, 'regio')', at character 30: the table servers has no field 'regio' (did you mean 'region'?); there are server_id, region, slots",
        problem("  x: { derive: \"lookup('servers', server_id, 'regio')\" }\n"));
    assertEquals(
        "p.yaml:8: fields.x.derive: found 'lookup('server', server_id, 'region')', at character 8: no dimension table 'server' (did you mean 'servers'?)",
        problem("  x: { derive: \"lookup('server', server_id, 'region')\" }\n"));
    assertEquals(
        "p.yaml:8: fields.x.derive: found 'lookup('servers', region, 'region')', at character 19: lookup takes a long as the key of servers, found string",
        problem("  x: { derive: \"lookup('servers', region, 'region')\" }\n"));
  }

  @Test
  void aLoadThatFailsKeepsTheLastVersionAndSaysWhy() throws IOException {
    try (LocalNode node = open()) {
      apply(node, SERVERS, PLAYED);
      assertFailure(node, "record 2 does not fit the field slots: ", "1,eu,5", "2,us,many");
      assertFailure(node, "row 2 has no key: server_id is null", "1,eu,5", ",us,4");
      assertFailure(
          node,
          "rows 1 and 3 both have the key 1, which is to be unique",
          "1,eu,5",
          "2,us,4",
          "1,x,1");
      Files.delete(configs.resolve("servers.csv"));
      assertFailure(node, "there is no file ");
      send(node, "played", played(START, 2));
      assertEquals(List.of("us"), values(node, "played", "region"));
      assertEquals(1, table(node).versions().size());
      servers("2,asia,1");
      assertTrue(node.reloadTable("servers"));
      assertEquals(List.of(), node.status().alarms());
      assertEquals(null, table(node).failure());
    }
  }

  private void assertFailure(LocalNode node, String reason, String... lines) throws IOException {
    if (lines.length > 0) {
      servers(lines);
    }
    TytoException failure = assertThrows(TytoException.class, () -> node.reloadTable("servers"));
    assertEquals(ErrorCode.STORE_FAILED, failure.code());
    String text = String.valueOf(failure.getMessage());
    assertTrue(
        text.startsWith("the dimension table servers keeps its last version: " + reason), text);
    assertEquals(1, node.status().alarms().size(), node.status().alarms().toString());
    assertTrue(node.status().alarms().getFirst().contains(reason));
    assertTrue(String.valueOf(table(node).failure()).startsWith(reason));
  }

  @Test
  void nothingIsAppliedWhereAJoinedTableCannotBeLoaded() throws IOException {
    try (LocalNode node = open()) {
      Files.delete(configs.resolve("servers.csv"));
      TytoException refused = assertThrows(TytoException.class, () -> apply(node, SERVERS, PLAYED));
      assertEquals(ErrorCode.CONFIG_INVALID, refused.code());
      assertTrue(
          String.valueOf(refused.getMessage())
              .startsWith(
                  "the dimension table servers is joined and cannot be loaded: there is no file "),
          refused.getMessage());
      assertEquals(List.of(), node.collections());
      assertEquals(List.of(), node.tables());
      TytoException missing = assertThrows(TytoException.class, () -> apply(node, PLAYED));
      assertEquals(ErrorCode.CONFIG_INVALID, missing.code());
    }
  }

  @Test
  void fieldsOfATableStayWhatTheyAre() {
    try (LocalNode node = open()) {
      apply(node, SERVERS, PLAYED);
      apply(node, SERVERS.replace("refresh: P1D", "refresh: PT1H"));
      TytoException refused =
          assertThrows(
              TytoException.class,
              () -> apply(node, SERVERS.replace("slots: { type: int", "slots: { type: long")));
      assertEquals(ErrorCode.CONFIG_INCOMPATIBLE, refused.code());
      assertTrue(
          String.valueOf(refused.getMessage())
              .contains("table servers: fields.slots.type: int becomes long"),
          refused.getMessage());
      assertThrows(
          TytoException.class,
          () -> apply(node, SERVERS.replace("  region: string\n", "  area: string\n")));
    }
  }
}
