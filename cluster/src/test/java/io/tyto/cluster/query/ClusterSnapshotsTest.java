package io.tyto.cluster.query;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.cluster.member.Member;
import io.tyto.cluster.query.LeafWire.OpenAnswer;
import io.tyto.cluster.rpc.NodeAddress;
import io.tyto.cluster.rpc.NodeClient;
import io.tyto.cluster.rpc.NodeServer;
import io.tyto.cluster.rpc.RpcTls;
import io.tyto.cluster.wire.RecordJson;
import io.tyto.engine.EngineOptions;
import io.tyto.engine.LeafService;
import io.tyto.engine.LocalQueryService;
import io.tyto.engine.shipping.Leaves;
import io.tyto.engine.snapshot.Reach;
import io.tyto.engine.snapshot.SnapshotProvider;
import io.tyto.engine.snapshot.TableSnapshot;
import io.tyto.engine.source.ColumnReader;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.vector.ColumnVector;
import io.tyto.ingest.IngestOptions;
import io.tyto.ingest.LocalNode;
import io.tyto.model.access.Caller;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.ShardsMissingException;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.AdminService.ConfigFile;
import io.tyto.model.query.AggregateQuery;
import io.tyto.model.query.Cohort;
import io.tyto.model.query.Estimate;
import io.tyto.model.query.EventFilter;
import io.tyto.model.query.Filter;
import io.tyto.model.query.FunnelQuery;
import io.tyto.model.query.GroupKey;
import io.tyto.model.query.Measure;
import io.tyto.model.query.Measure.Function;
import io.tyto.model.query.QueryBounds;
import io.tyto.model.query.QueryContext;
import io.tyto.model.query.QueryGate;
import io.tyto.model.query.RecordsQuery;
import io.tyto.model.query.RetentionQuery;
import io.tyto.model.query.SessionsQuery;
import io.tyto.model.query.TimeInterval;
import io.tyto.model.query.ValuesQuery;
import io.tyto.model.result.AggregateResult;
import io.tyto.model.result.MissingRows;
import io.tyto.model.result.QueryMeta;
import io.tyto.model.result.RecordsResult;
import io.tyto.model.result.ResultColumn;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.SystemColumns;
import io.tyto.testkit.storage.UnforcedDisk;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Three nodes on loopback that answer for partitions of the same rows, asked by one that holds
/// none of them, against the answers of a process that has all.
class ClusterSnapshotsTest {
  private static final Vertx VERTX = Vertx.vertx();
  private static final Clock CLOCK = Clock.systemUTC();
  private static final int PARTITIONS = 6;
  private static final int NODES = 3;
  private static final String LOG = "topic:1";
  private static final String CONFIG =
      """
      collection: plays
      time: ts
      entity: { name: user, key: user }
      fields:
        user: { type: string }
        ts: { type: timestamp }
        country: { type: string }
        amount: { type: "decimal(18,2)" }
        score: { type: double }
      cubes:
        daily: { dimensions: [country], measures: [count, sum(amount), distinct(user)], granularities: [day] }
      """;

  private LocalNode node;
  private TableSnapshot sealed;
  private LocalQueryService alone;
  private LocalQueryService fleet;
  private ClusterSnapshots snapshots;
  private final NodeClient client = new NodeClient(VERTX, RpcTls.NONE);
  private final List<NodeServer> servers = new ArrayList<>();
  private final List<LeafService> leaves = new ArrayList<>();
  private final SeenMembers members = new SeenMembers();
  private final Set<String> tails = ConcurrentHashMap.newKeySet();

  /// By node, how far it has read.
  private final Map<String, Long> reached = new ConcurrentHashMap<>();

  /// Nodes that stop when they are asked to scan.
  private final Set<String> stops = ConcurrentHashMap.newKeySet();

  private final AtomicInteger opened = new AtomicInteger();

  /// The node that opens nothing until it is released.
  private volatile String stuck = "";

  private final CountDownLatch release = new CountDownLatch(1);

  private void awaitRelease() {
    try {
      assertTrue(release.await(60, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @BeforeEach
  void open(@TempDir Path data) {
    IngestOptions options = IngestOptions.DEFAULT.withPartitions(PARTITIONS);
    node = LocalNode.open(data, options, new UnforcedDisk(CLOCK), CLOCK);
    node.applyConfigs(List.of(new ConfigFile("plays.yaml", CONFIG)));
    ingest(3_000, new Random(7));
    node.flush();
    sealed = node.snapshot("plays");
    ingest(500, new Random(8));
    alone = new LocalQueryService(node, EngineOptions.defaults());
    List<Member> nodes = new ArrayList<>();
    for (int i = 0; i < NODES; i++) {
      LeafService leaf = alone.leaf(new WithTails(i));
      NodeServer server =
          NodeServer.start(VERTX, "127.0.0.1", 0, RpcTls.NONE, methods("n" + i, leaf));
      leaves.add(leaf);
      servers.add(server);
      nodes.add(
          new Member(
              "n" + i,
              new NodeAddress("127.0.0.1", server.port()),
              "a",
              Member.Role.NODE,
              Member.State.SERVING,
              Map.of(),
              Map.of()));
    }
    members.others = nodes;
    snapshots = new ClusterSnapshots(new SealedRows(), members, _ -> PARTITIONS, client);
    leaves.add(alone.leaf(node));
    snapshots.serve(leaves.getLast());
    fleet = new LocalQueryService(snapshots, EngineOptions.defaults());
  }

  /// What a process sees that owns nothing: rows as they were sealed.
  private final class SealedRows implements SnapshotProvider {
    @Override
    public TableSnapshot snapshot(String collection) {
      Map<Integer, Map<String, Long>> below = new HashMap<>();
      for (RowSource source : sealed.sources()) {
        ColumnReader logs = Objects.requireNonNull(source.column(SystemColumns.LOG));
        ColumnReader offsets = Objects.requireNonNull(source.column(SystemColumns.OFFSET));
        for (int row = 0; row < source.rowCount(); row++) {
          ColumnVector.Ordinals log = (ColumnVector.Ordinals) logs.read(row, 1);
          long offset = ((ColumnVector.Longs) offsets.read(row, 1)).values()[0];
          below
              .computeIfAbsent(source.partition(), _ -> new HashMap<>())
              .merge(
                  new String(log.dictionary().value(log.values()[0]), StandardCharsets.UTF_8),
                  offset + 1,
                  Math::max);
        }
      }
      TableSnapshot held = sealed.retain();
      return new TableSnapshot(
          held.schema(),
          held.id(),
          held.sources(),
          new TableSnapshot.Facts(0, null, Reach.NONE, new Reach(below)),
          held::close);
    }
  }

  /// Reads every tail that it is asked for, and notes it.
  private final class WithTails implements SnapshotProvider {
    private final int number;

    WithTails(int number) {
      this.number = number;
    }

    @Override
    public TableSnapshot snapshot(String collection) {
      return node.snapshot(collection);
    }

    @Override
    public TableSnapshot snapshot(String collection, Set<Integer> asked, QueryContext context) {
      asked.forEach(partition -> tails.add("n%d/%d".formatted(number, partition)));
      return node.snapshot(collection, context);
    }
  }

  /// As they are, but for what a test says of a node.
  private Map<String, NodeServer.Method> methods(String id, LeafService leaf) {
    Map<String, NodeServer.Method> methods = new HashMap<>(new LeafMethods(leaf).methods());
    NodeServer.Method open = methods.get(LeafWire.OPEN);
    NodeServer.Method scan = methods.get(LeafWire.SCAN);
    methods.put(
        LeafWire.OPEN,
        call -> {
          if (stuck.equals(id)) {
            awaitRelease();
          }
          OpenAnswer own = RecordJson.read(open.answer(call), OpenAnswer.class);
          opened.incrementAndGet();
          Map<Integer, Map<String, Long>> reach = new HashMap<>();
          own.reach()
              .next()
              .keySet()
              .forEach(
                  partition -> reach.put(partition, Map.of(LOG, reached.getOrDefault(id, 0L))));
          return RecordJson.write(
              new OpenAnswer(
                  own.lease(),
                  own.schemaVersion(),
                  own.id(),
                  own.deadLetters(),
                  own.lagMillis(),
                  own.hasEntityIds(),
                  own.time(),
                  new Reach(reach)),
              OpenAnswer.class);
        });
    methods.put(
        LeafWire.SCAN,
        call -> {
          if (stops.remove(id)) {
            throw new TytoException(ErrorCode.DRAINING, "it stops");
          }
          return scan.answer(call);
        });
    return methods;
  }

  private void ingest(int count, Random random) {
    StringBuilder events = new StringBuilder();
    Instant start = Instant.parse("2026-03-01T00:00:00Z");
    for (int i = 0; i < count; i++) {
      events.append(
          "{\"user\":\"u%d\",\"ts\":\"%s\",\"country\":\"c%d\",\"amount\":\"%d.%02d\",\"score\":%s}\n"
              .formatted(
                  random.nextInt(300),
                  start.plusSeconds(random.nextInt(86_400 * 5)),
                  random.nextInt(5),
                  random.nextInt(1_000),
                  random.nextInt(100),
                  random.nextGaussian()));
    }
    node.ingest("plays", events.toString().getBytes(StandardCharsets.UTF_8), Caller.SYSTEM).join();
  }

  @AfterEach
  void close() {
    fleet.close();
    sealed.close();
    snapshots.close();
    servers.forEach(NodeServer::close);
    leaves.forEach(LeafService::close);
    client.close();
    alone.close();
    node.close();
  }

  @AfterAll
  static void stop() {
    VERTX.close();
  }

  private static QueryContext context() {
    return new QueryContext("test", Duration.ofSeconds(60), 1L << 28);
  }

  private static AggregateQuery query(@Nullable Filter where, List<GroupKey> keys) {
    List<Measure> measures =
        List.of(
            new Measure.Count(),
            new Measure.Column("amount", Function.SUM_EXACT),
            new Measure.Column("score", Function.AVG),
            new Measure.Column("score", Function.STDDEV),
            new Measure.Column("amount", Function.STDDEV),
            new Measure.Column("user", Function.COUNT_DISTINCT_EXACT),
            new Measure.Column("user", Function.MAX),
            new Measure.Column("country", Function.LAST),
            new Measure.Top("country", 3),
            new Measure.Quantiles("amount", List.of(0.5, 0.9), true, Measure.QuantileMethod.LINEAR),
            new Measure.Quantiles("score", List.of(0.5), true, Measure.QuantileMethod.DISCRETE));
    return new AggregateQuery(
        "plays",
        TimeInterval.ALL_TIME,
        where,
        keys,
        measures,
        null,
        List.of(),
        null,
        null,
        false,
        null,
        null,
        AggregateQuery.Wants.ROWS,
        10_000,
        0,
        null,
        "test");
  }

  private void sameAnswer(AggregateQuery query) {
    AggregateResult expected = alone.aggregate(query, context());
    AggregateResult actual = fleet.aggregate(query, context());
    assertTrue(expected.rowCount() > 0);
    assertEquals(rows(expected), rows(actual));
  }

  /// Doubles with as many digits as do not depend on the order of additions.
  private static TreeSet<String> rows(AggregateResult result) {
    TreeSet<String> rows = new TreeSet<>();
    for (int row = 0; row < result.rowCount(); row++) {
      StringBuilder text = new StringBuilder();
      for (List<ResultColumn> columns : List.of(result.keys(), result.measures())) {
        for (ResultColumn column : columns) {
          Object value = column.value(row);
          text.append(value instanceof Double number ? "%.9g".formatted(number) : value)
              .append(' ');
        }
      }
      rows.add(text.toString());
    }
    return rows;
  }

  @Test
  void answersAsOneProcessDoes() {
    GroupKey country = new GroupKey.Dimension("country");
    GroupKey user = new GroupKey.Dimension("user");
    sameAnswer(query(null, List.of()));
    sameAnswer(query(null, List.of(country)));
    sameAnswer(query(null, List.of(user)));
    sameAnswer(
        query(new Filter.Compare("country", Filter.Op.NE, "c1", false), List.of(country, user)));
    Cohort twice = new Cohort.Did(new EventFilter("plays", TimeInterval.ALL_TIME, null), 12);
    sameAnswer(query(new Filter.InCohort(twice, null), List.of(country)));
  }

  @Test
  void whoeverAnswersThePartitionsTheBitsAreTheSame() {
    int group = node.collections().getFirst().groupId();
    AggregateQuery query = query(null, List.of(new GroupKey.Dimension("country")));
    Set<List<String>> answers = new HashSet<>();
    Random random = new Random(11);
    for (int turn = 0; turn < 8; turn++) {
      Map<Integer, List<Integer>> owned = new HashMap<>();
      for (int partition = 0; partition < PARTITIONS; partition++) {
        owned.computeIfAbsent(random.nextInt(NODES), _ -> new ArrayList<>()).add(partition);
      }
      for (int i = 0; i < NODES; i++) {
        say(i, Map.of(group, owned.getOrDefault(i, List.of())), Map.of());
      }
      answers.add(bits(fleet.aggregate(query, context())));
    }
    assertEquals(1, answers.size(), answers::toString);
  }

  private static List<String> bits(AggregateResult result) {
    List<String> rows = new ArrayList<>();
    for (int row = 0; row < result.rowCount(); row++) {
      StringBuilder text = new StringBuilder();
      for (List<ResultColumn> columns : List.of(result.keys(), result.measures())) {
        for (ResultColumn column : columns) {
          Object value = column.value(row);
          text.append(
                  value instanceof Double number
                      ? Long.toHexString(Double.doubleToRawLongBits(number))
                      : value)
              .append(' ');
        }
      }
      rows.add(text.toString());
    }
    rows.sort(null);
    return rows;
  }

  @Test
  void aNodeThatHasNothingOfItsOwnIsDoneWithout() {
    servers.getFirst().close();
    sameAnswer(query(null, List.of(new GroupKey.Dimension("country"))));
  }

  @Test
  void rowsThatOneNodeAloneHasAreNamedWhenItIsGone() {
    int group = node.collections().getFirst().groupId();
    say(0, Map.of(group, List.of(2, 4)), Map.of());
    sameAnswer(query(null, List.of()));
    assertEquals(List.of("0 UNOWNED ", "1 UNOWNED ", "3 UNOWNED ", "5 UNOWNED "), missing(group));
    servers.getFirst().close();
    TytoException error =
        assertThrows(TytoException.class, () -> fleet.aggregate(query(null, List.of()), context()));
    assertSame(ErrorCode.SHARDS_MISSING, error.code(), error::toString);
    String message = String.valueOf(error.getMessage());
    assertTrue(message.contains("partition 2: they are on node n0"), message);
    assertTrue(message.contains("partition 4: they are on node n0"), message);
    // It is silent for a while only; who asks again finds it silent again.
    while (!missing(group).contains("2 SILENT n0")) {
      assertThrows(TytoException.class, () -> fleet.aggregate(query(null, List.of()), context()));
    }
    members.others = members.others.subList(1, NODES);
    TytoException left =
        assertThrows(TytoException.class, () -> fleet.aggregate(query(null, List.of()), context()));
    assertTrue(String.valueOf(left.getMessage()).contains("which has left"), left::toString);
    assertTrue(missing(group).containsAll(List.of("2 LEFT n0", "4 LEFT n0")));
  }

  @Test
  void rowsThatEachHasToBeSeenAreBroughtHere() {
    for (Member.Role role : List.of(Member.Role.GATEWAY, Member.Role.ALL)) {
      members.self = SeenMembers.self(role);
      assertEquals(records(alone, null, 10), records(fleet, null, 10));
      assertEquals(
          records(alone, new Filter.Compare("country", Filter.Op.EQ, "c1", false), 5_000),
          records(fleet, new Filter.Compare("country", Filter.Op.EQ, "c1", false), 5_000));
      ValuesQuery values = new ValuesQuery("plays", "country", null, TimeInterval.ALL_TIME, 10);
      assertEquals(alone.values(values, context()), fleet.values(values, context()));
      FunnelQuery funnel =
          new FunnelQuery(
              List.of(plays("c1"), plays("c2"), plays("c3")),
              Duration.ofDays(1),
              false,
              null,
              100,
              true);
      assertEquals(
          alone.funnel(funnel, context()).steps(), fleet.funnel(funnel, context()).steps());
      RetentionQuery retention =
          new RetentionQuery(
              plays("c1"),
              plays("c2"),
              GroupKey.Granularity.DAY,
              ZoneId.of("UTC"),
              DayOfWeek.MONDAY,
              4);
      assertEquals(
          alone.retention(retention, context()).cohorts(),
          fleet.retention(retention, context()).cohorts());
      SessionsQuery sessions =
          new SessionsQuery(
              List.of(plays("c1"), plays("c2")),
              Duration.ofHours(2),
              null,
              ZoneId.of("UTC"),
              DayOfWeek.MONDAY,
              null,
              List.of(0.5),
              100);
      assertEquals(
          alone.sessions(sessions, context()).total(), fleet.sessions(sessions, context()).total());
      Cohort cohort = new Cohort.Did(plays("c4"), 3);
      assertEquals(
          alone.cohort(cohort, context()).entities(), fleet.cohort(cohort, context()).entities());
    }
  }

  /// Page by page, while more comes.
  @Test
  void pagesOfRecordsThatWereBroughtDoNotDrift() {
    List<String> all = records(fleet, null, 5_000);
    List<String> paged = new ArrayList<>();
    String after = null;
    do {
      RecordsResult page = fleet.records(page(null, 700, after), context());
      paged.addAll(page.ids());
      after = page.hasNextPage() ? page.cursors().getLast() : null;
      ingest(10, new Random(paged.size()));
    } while (after != null);
    assertEquals(all, paged);
  }

  private static EventFilter plays(String country) {
    return new EventFilter(
        "plays",
        TimeInterval.ALL_TIME,
        new Filter.Compare("country", Filter.Op.EQ, country, false));
  }

  private static List<String> records(
      LocalQueryService service, @Nullable Filter where, int limit) {
    RecordsResult result = service.records(page(where, limit, null), context());
    assertFalse(result.ids().isEmpty());
    return result.ids();
  }

  private static RecordsQuery page(@Nullable Filter where, int limit, @Nullable String after) {
    return new RecordsQuery(
        "plays",
        TimeInterval.ALL_TIME,
        where,
        List.of(new RecordsQuery.Order("ts", AggregateQuery.Direction.DESC)),
        List.of("user", "amount", "score"),
        limit,
        0,
        false,
        after,
        null,
        false,
        "test");
  }

  private void say(int which, Map<Integer, List<Integer>> owned, Map<Integer, List<Integer>> read) {
    Member before = members.others.get(which);
    List<Member> others = new ArrayList<>(members.others);
    others.set(
        which,
        new Member(
            before.id(),
            before.address(),
            before.zone(),
            before.role(),
            before.state(),
            owned,
            read));
    members.others = others;
  }

  @Test
  void whatIsMissingIsLeftOutWhereThatIsAllowed() {
    int group = node.collections().getFirst().groupId();
    say(0, Map.of(group, List.of(2, 4)), Map.of());
    servers.getFirst().close();
    QueryContext allowing = context().within(new QueryBounds(null, null, null, true));
    for (int time = 0; time < 2; time++) {
      QueryMeta meta = fleet.aggregate(query(null, List.of()), allowing).meta();
      assertEquals(List.of(2, 4), meta.missing().stream().map(MissingRows::partition).toList());
      assertTrue(meta.missing().getFirst().reason().contains("node n0"), meta::toString);
      assertSame(QueryMeta.Cache.BYPASS, meta.cache());
    }
    ShardsMissingException error =
        assertThrows(
            ShardsMissingException.class, () -> fleet.aggregate(query(null, List.of()), context()));
    assertEquals(List.of(2, 4), error.missing().stream().map(MissingRows::partition).toList());
  }

  @Test
  void whoElseReadsTheNewestRowsAnswersForANodeThatIsGone() {
    int group = node.collections().getFirst().groupId();
    say(0, Map.of(group, List.of(2, 4)), Map.of());
    say(1, Map.of(), Map.of(group, List.of(4)));
    say(2, Map.of(group, List.of(0)), Map.of(group, List.of(2, 4)));
    sameAnswer(query(null, List.of()));
    assertEquals(Set.of(), tails);
    servers.getFirst().close();
    sameAnswer(query(null, List.of()));
    assertTrue(tails.contains("n2/2"), tails::toString);
    assertTrue(tails.contains("n1/4") != tails.contains("n2/4"), tails::toString);
  }

  @Test
  void whoElseReadsTheNewestRowsAnswersForANodeThatIsSlow() throws InterruptedException {
    int group = node.collections().getFirst().groupId();
    say(0, Map.of(group, List.of(2, 4)), Map.of());
    say(1, Map.of(), Map.of(group, List.of(2, 4)));
    stuck = "n0";
    sameAnswer(query(null, List.of()));
    assertEquals(Set.of("n1/2", "n1/4"), tails);
    assertFalse(snapshots.isSuspect(members.others.getFirst()), "it may yet answer");
    int before = opened.get();
    release.countDown();
    while (opened.get() == before || leaves.getFirst().leases() > 0) {
      Thread.sleep(1);
    }
  }

  @Test
  void noAnswerLiesBehindAnEarlierOne() throws Exception {
    int group = node.collections().getFirst().groupId();
    List<Integer> all = List.of(0, 1, 2, 3, 4, 5);
    say(0, Map.of(group, all), Map.of());
    reached.put("n0", 100L);
    sameAnswer(query(null, List.of()));
    say(0, Map.of(), Map.of());
    say(1, Map.of(group, all), Map.of());
    reached.put("n1", 99L);
    ShardsMissingException error =
        assertThrows(
            ShardsMissingException.class,
            () ->
                fleet.aggregate(
                    query(null, List.of()),
                    new QueryContext("test", Duration.ofMillis(500), 1L << 28)));
    assertEquals(PARTITIONS, error.missing().size());
    assertTrue(
        error.missing().getFirst().reason().contains("node n1 has not read as far"),
        error::toString);
    int before = opened.get();
    CompletableFuture<Void> waiting =
        CompletableFuture.runAsync(() -> sameAnswer(query(null, List.of())));
    while (opened.get() < before + 2 && !waiting.isDone()) {
      Thread.sleep(1);
    }
    reached.put("n1", 100L);
    waiting.get(60, TimeUnit.SECONDS);
    sameAnswer(query(null, List.of()));
  }

  @Test
  void aQuestionIsAskedAnewWhereANodeStopsInItsMidst() {
    stops.add("n0");
    sameAnswer(query(null, List.of()));
    assertEquals(Set.of(), stops);
    assertTrue(snapshots.isSuspect(members.others.getFirst()));
  }

  @Test
  void aNodeThatStopsWhileAQuestionIsOpenTakesItsRowsAlong() {
    try (TableSnapshot snapshot = snapshots.snapshot("plays", context())) {
      Leaves open = Objects.requireNonNull(snapshot.leaves());
      ColumnSpec amount = Objects.requireNonNull(snapshot.schema().column("amount"));
      assertNotNull(open.bounds(amount, context()));
      servers.getFirst().close();
      TytoException error = assertThrows(TytoException.class, () -> open.bounds(amount, context()));
      assertSame(ErrorCode.SHARDS_MISSING, error.code(), error::toString);
    }
    assertTrue(snapshots.isSuspect(members.others.getFirst()));
    sameAnswer(query(null, List.of()));
  }

  /// One turn for all, as a site has under load: a second one for its own part would never come.
  @Test
  void aNodeThatAsksAndAnswersNeedsOneTurnForBoth() {
    members.self = SeenMembers.self(Member.Role.ALL);
    TurnGate gate = new TurnGate();
    QueryContext context =
        new QueryContext("test", Duration.ofSeconds(60), 1L << 28, Caller.SYSTEM, gate);
    AggregateResult found = fleet.aggregate(query(null, List.of()), context);
    assertEquals(rows(alone.aggregate(query(null, List.of()), context())), rows(found));
    assertEquals(1, gate.entered.get());
    assertTrue(gate.turn.tryAcquire(), "the turn was given back");
    assertTrue(gate.cost > 0.01, () -> "rows of other nodes are paid for, too: " + gate.cost);
  }

  /// Lets one in at a time and refuses who asks meanwhile.
  private static final class TurnGate implements QueryGate {
    private final Semaphore turn = new Semaphore(1);
    private final AtomicInteger entered = new AtomicInteger();
    private volatile double cost;

    @Override
    public Pass enter(QueryContext context, Estimate estimate) {
      entered.incrementAndGet();
      if (!turn.tryAcquire()) {
        throw new TytoException(ErrorCode.CONCURRENCY_LIMITED, "somebody is in");
      }
      return new Pass() {
        @Override
        public void more(Estimate estimate) {}

        @Override
        public void leave(double paid) {
          cost = paid;
          turn.release();
        }
      };
    }
  }

  private List<String> missing(int group) {
    return snapshots.missing(group, "plays").stream()
        .map(one -> one.partition() + " " + one.why() + " " + one.owner())
        .toList();
  }
}
