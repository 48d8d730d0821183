package io.tyto.graphqlschema;

import io.tyto.model.port.QueryService;
import io.tyto.model.port.RecordStream;
import io.tyto.model.query.AggregateQuery;
import io.tyto.model.query.Cohort;
import io.tyto.model.query.FunnelQuery;
import io.tyto.model.query.GroupKey;
import io.tyto.model.query.Measure;
import io.tyto.model.query.QueryContext;
import io.tyto.model.query.RecordsQuery;
import io.tyto.model.query.RetentionQuery;
import io.tyto.model.query.SessionsQuery;
import io.tyto.model.query.ValuesQuery;
import io.tyto.model.result.AggregateResult;
import io.tyto.model.result.BinKey;
import io.tyto.model.result.Bucket;
import io.tyto.model.result.CohortResult;
import io.tyto.model.result.CollectionInfo;
import io.tyto.model.result.CountedValue;
import io.tyto.model.result.FunnelResult;
import io.tyto.model.result.QueryMeta;
import io.tyto.model.result.QueryPlan;
import io.tyto.model.result.RecordRows;
import io.tyto.model.result.RecordsResult;
import io.tyto.model.result.ResultColumn;
import io.tyto.model.result.RetentionResult;
import io.tyto.model.result.SessionsResult;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.TableSchema;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/// An engine without rows: remembers what it was asked and answers two groups or records, the first
/// with a value of each column's type, the second with nulls.
class FakeQueries implements QueryService {
  static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");

  final Queue<AggregateQuery> aggregates = new ConcurrentLinkedQueue<>();
  final Queue<RecordsQuery> records = new ConcurrentLinkedQueue<>();
  final Queue<FunnelQuery> funnels = new ConcurrentLinkedQueue<>();
  final Queue<RetentionQuery> retentions = new ConcurrentLinkedQueue<>();
  final Queue<SessionsQuery> sessions = new ConcurrentLinkedQueue<>();
  final Queue<Cohort> cohorts = new ConcurrentLinkedQueue<>();
  final Queue<ValuesQuery> values = new ConcurrentLinkedQueue<>();
  private final List<TableSchema> tables;

  FakeQueries(TableSchema... tables) {
    this.tables = List.of(tables);
  }

  private TableSchema table(String name) {
    return tables.stream().filter(table -> table.name().equals(name)).findFirst().orElseThrow();
  }

  private static ColumnType type(TableSchema table, String column) {
    return Objects.requireNonNull(table.column(column), column).type();
  }

  @Override
  public AggregateResult aggregate(AggregateQuery query, QueryContext context) {
    context.check();
    aggregates.add(query);
    TableSchema table = table(query.collection());
    List<ResultColumn> keys = query.groupBy().stream().map(key -> key(table, key)).toList();
    List<ResultColumn> measures =
        query.measures().stream().map(measure -> measure(table, measure)).toList();
    boolean wantsPrevious = query.compareTo() != null;
    List<@Nullable ResultColumn> othersKeys = new ArrayList<>();
    for (int i = 0; i < keys.size(); i++) {
      othersKeys.add(query.top() != null && query.top().keys().contains(i) ? null : keys.get(i));
    }
    return new AggregateResult(
        2,
        keys,
        measures,
        List.of("id-0", "id-1"),
        wantsPrevious ? measures : List.of(),
        query.wants().totals() ? measures : List.of(),
        query.wants().totals() && wantsPrevious ? measures : List.of(),
        query.others() ? measures : List.of(),
        query.wants().othersRows() ? 2 : 0,
        othersKeys,
        measures,
        7,
        true,
        query.wants().cursors() ? List.of("c0", "c1") : null,
        meta(context),
        new QueryPlan(null, List.of(), List.of(), 0));
  }

  private static ResultColumn key(TableSchema table, GroupKey key) {
    return switch (key) {
      case GroupKey.Dimension dimension ->
          objects(sample(type(table, dimension.column()).element()));
      case GroupKey.TimeBucket bucket -> {
        OffsetDateTime start =
            LocalDate.of(2026, 11, 1).atStartOfDay(bucket.zone()).toOffsetDateTime();
        yield objects(new Bucket(start, start.plusDays(1)));
      }
      case GroupKey.Bins _ -> objects(new BinKey(null, 10.0));
    };
  }

  private static ResultColumn measure(TableSchema table, Measure measure) {
    return switch (measure) {
      case Measure.Count _ -> longs(42);
      case Measure.Column column -> column(table, column);
      case Measure.Quantiles quantiles ->
          objects(java.util.Collections.nCopies(quantiles.qs().size(), 0.5));
      case Measure.Top _ ->
          objects(List.of(new CountedValue("first", 3, 0), new CountedValue(null, 2, 1)));
      case Measure.Only only -> measure(table, only.of());
      case Measure.Expr _ -> new ResultColumn.Doubles(new double[] {0.25, 0}, secondNull());
    };
  }

  private static ResultColumn column(TableSchema table, Measure.Column measure) {
    ColumnType.Scalar type = type(table, measure.column()).element();
    return switch (measure.function()) {
      case COUNT, COUNT_DISTINCT, COUNT_DISTINCT_EXACT -> longs(5);
      case SUM ->
          type instanceof ColumnType.IntType || type instanceof ColumnType.LongType
              ? longs(1L << 60)
              : new ResultColumn.Doubles(new double[] {1.5, 0}, secondNull());
      case SUM_EXACT -> objects(new BigDecimal("1152921504606846976.25"));
      case AVG, STDDEV -> new ResultColumn.Doubles(new double[] {2.5, 0}, secondNull());
      case MIN, MAX, FIRST, LAST -> objects(sample(type));
    };
  }

  /// A value of each type; integers do not fit a double.
  static Object sample(ColumnType.Scalar type) {
    return switch (type) {
      case ColumnType.StringType _ -> "text";
      case ColumnType.BoolType _ -> true;
      case ColumnType.IntType _ -> 7L;
      case ColumnType.LongType _ -> Long.MAX_VALUE;
      case ColumnType.DoubleType _ -> 0.1;
      case ColumnType.DecimalType decimal -> BigDecimal.ONE.setScale(decimal.scale());
      case ColumnType.TimestampType _ -> NOON;
      case ColumnType.DateType _ -> LocalDate.of(2026, 11, 21);
      case ColumnType.UuidType _ -> UUID.fromString("123e4567-e89b-12d3-a456-426614174000");
      case ColumnType.IpType _ -> InetAddress.ofLiteral("2001:db8::1");
      case ColumnType.JsonType _ -> "{\"a\":[1,2]}";
    };
  }

  private static BitSet secondNull() {
    return BitSet.valueOf(new long[] {0b10});
  }

  private static ResultColumn longs(long value) {
    return new ResultColumn.Longs(new long[] {value, 0}, secondNull());
  }

  private static ResultColumn objects(Object value) {
    return new ResultColumn.Objects(new Object[] {value, null});
  }

  @Override
  public RecordsResult records(RecordsQuery query, QueryContext context) {
    context.check();
    records.add(query);
    TableSchema table = table(query.collection());
    List<ResultColumn> columns = new ArrayList<>();
    for (String name : query.columns()) {
      ColumnType type = type(table, name);
      Object sample = sample(type.element());
      columns.add(objects(type.isList() ? java.util.Arrays.asList(sample, null) : sample));
    }
    return new RecordsResult(
        2,
        columns,
        List.of("0-abc-1", "0-abc-2"),
        List.of("r0", "r1"),
        true,
        false,
        query.wantsTotal() ? 2L : null,
        meta(context));
  }

  @Override
  public RecordStream stream(RecordsQuery query, QueryContext context) {
    RecordsResult page = records(query, context);
    return new RecordStream() {
      private boolean isGiven;

      @Override
      public @Nullable RecordRows next() {
        boolean isFirst = !isGiven;
        isGiven = true;
        return isFirst ? page : null;
      }

      @Override
      public QueryMeta meta() {
        return page.meta();
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public List<CountedValue> values(ValuesQuery query, QueryContext context) {
    context.check();
    values.add(query);
    ColumnType type = type(table(query.collection()), query.column());
    return List.of(
        new CountedValue(sample(type.element()), 1L << 60, 0), new CountedValue(null, 1, 0));
  }

  /// Half as many reach each next step, in 90 seconds.
  @Override
  public FunnelResult funnel(FunnelQuery query, QueryContext context) {
    context.check();
    funnels.add(query);
    List<FunnelResult.Step> steps = new ArrayList<>();
    for (int step = 0; step < query.steps().size(); step++) {
      steps.add(new FunnelResult.Step(8L >> step, step == 0 ? null : 90.0));
    }
    List<FunnelResult.Group> groups =
        List.of(new FunnelResult.Group("DE", steps), new FunnelResult.Group(null, steps));
    return new FunnelResult(
        steps, query.breakdown() == null ? List.of() : groups, 3, meta(context));
  }

  /// One cohort of 8, of whom half as many come back in each period.
  @Override
  public RetentionResult retention(RetentionQuery query, QueryContext context) {
    context.check();
    retentions.add(query);
    List<Long> returned = new ArrayList<>();
    for (int period = 0; period <= query.periods(); period++) {
      returned.add(4L >> period);
    }
    OffsetDateTime start = LocalDate.of(2026, 11, 1).atStartOfDay(query.zone()).toOffsetDateTime();
    Bucket day = new Bucket(start, start.plusDays(1));
    return new RetentionResult(
        List.of(
            new RetentionResult.Cohort(day, 8, returned),
            new RetentionResult.Cohort(day, 0, List.of(0L))),
        meta(context));
  }

  /// Two groups, the second without a value.
  @Override
  public SessionsResult sessions(SessionsQuery query, QueryContext context) {
    context.check();
    sessions.add(query);
    List<@Nullable Double> quantiles = new ArrayList<>(query.quantiles());
    SessionsResult.Stats stats = new SessionsResult.Stats(2, 4, 10, 60.5, quantiles);
    SessionsResult.Stats none =
        new SessionsResult.Stats(
            0, 0, 0, null, java.util.Collections.nCopies(quantiles.size(), null));
    OffsetDateTime start = LocalDate.of(2026, 11, 1).atStartOfDay(query.zone()).toOffsetDateTime();
    Bucket day = query.granularity() == null ? null : new Bucket(start, start.plusDays(1));
    return new SessionsResult(
        stats,
        List.of(
            new SessionsResult.Group(day, "DE", stats), new SessionsResult.Group(day, null, none)),
        2,
        meta(context));
  }

  @Override
  public CohortResult cohort(Cohort cohort, QueryContext context) {
    context.check();
    cohorts.add(cohort);
    return new CohortResult(12, meta(context));
  }

  @Override
  public CollectionInfo info(String collection, QueryContext context) {
    return new CollectionInfo(
        table(collection),
        1000,
        1L << 60,
        3,
        2,
        NOON.minusSeconds(60),
        NOON,
        NOON,
        null,
        List.of(new CollectionInfo.ColumnStats("country", 240L, true, 0.5, "AD", "ZW")),
        table(collection).config().cubes().stream()
            .map(cube -> new CollectionInfo.CubeStats(cube, 40, 900))
            .toList());
  }

  private static QueryMeta meta(QueryContext context) {
    return new QueryMeta(
        context.queryId(),
        "segments",
        1.5,
        1000,
        8000,
        3,
        1,
        NOON,
        "snapshot-1",
        false,
        List.of("userId.countDistinct: HyperLogLog"),
        List.of(new QueryMeta.Warning("SOMETHING", "to know", null)));
  }
}
