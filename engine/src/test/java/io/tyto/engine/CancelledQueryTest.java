package io.tyto.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.tyto.engine.plan.Query;
import io.tyto.engine.rows.RandomTable;
import io.tyto.engine.snapshot.TableSnapshot;
import io.tyto.engine.source.ColumnReader;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.source.Zone;
import io.tyto.engine.vector.ColumnVector;
import io.tyto.engine.vector.Dictionary;
import io.tyto.index.InvertedIndex;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.QueryService;
import io.tyto.model.query.AggregateQuery.Direction;
import io.tyto.model.query.EventFilter;
import io.tyto.model.query.Filter;
import io.tyto.model.query.Measure.Function;
import io.tyto.model.query.QueryContext;
import io.tyto.model.query.RecordsQuery;
import io.tyto.model.query.SessionsQuery;
import io.tyto.model.query.TimeInterval;
import io.tyto.model.query.ValuesQuery;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.EventConfig;
import io.tyto.model.schema.SystemColumns;
import io.tyto.model.schema.TableSchema;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// A query that is called off ends, and with it everything that worked for it: over rows that
/// nobody would ever get to the end of.
class CancelledQueryTest {
  private static final int WORKERS = 3;
  private static final int SOURCES = 32;
  private static final long PATIENCE_SECONDS = 60;
  private static final Filter NONE = new Filter.Compare("server", Filter.Op.EQ, -1L, false);

  private static final List<ColumnSpec> COLUMNS =
      List.of(
          RandomTable.column(SystemColumns.FIRST_USER_ID, "ts", ColumnType.TIMESTAMP),
          RandomTable.column(SystemColumns.FIRST_USER_ID + 1, "server", ColumnType.LONG),
          RandomTable.column(SystemColumns.FIRST_USER_ID + 2, "user", ColumnType.LONG));

  private static final TableSchema SCHEMA =
      new TableSchema(
          1,
          2,
          3,
          "game",
          1,
          COLUMNS,
          EventConfig.of("game", COLUMNS)
              .time("ts")
              .entity(new EventConfig.Entity("user", "user"))
              .build());

  private static final Map<String, BiConsumer<QueryService, QueryContext>> QUERIES =
      Map.of(
          "groups",
          (service, context) ->
              service.aggregate(
                  Query.of(Query.count(), Query.of("ts", Function.MAX)).by("server").build(),
                  context),
          "distinct",
          (service, context) ->
              service.aggregate(
                  Query.of(Query.of("server", Function.COUNT_DISTINCT_EXACT)).build(), context),
          "filter",
          (service, context) ->
              service.aggregate(Query.of(Query.count()).where(NONE).build(), context),
          "values",
          (service, context) ->
              service.values(
                  new ValuesQuery("game", "server", null, TimeInterval.ALL_TIME, 10), context),
          "records",
          (service, context) -> service.records(records(), context),
          "sessions",
          (service, context) -> service.sessions(sessions(), context));

  private static RecordsQuery records() {
    return new RecordsQuery(
        "game",
        TimeInterval.ALL_TIME,
        null,
        List.of(new RecordsQuery.Order("server", Direction.DESC)),
        List.of("server"),
        10,
        0,
        false,
        null,
        null,
        true,
        "all");
  }

  private static SessionsQuery sessions() {
    return new SessionsQuery(
        List.of(new EventFilter("game", TimeInterval.ALL_TIME, NONE)),
        Duration.ofMinutes(30),
        null,
        ZoneOffset.UTC,
        DayOfWeek.MONDAY,
        null,
        List.of(),
        10);
  }

  @Test
  void cancellingEndsEveryKindOfQueryAndLeavesNobodyAtWork() throws Exception {
    for (var query : QUERIES.entrySet()) {
      QueryContext context = new QueryContext("q", Duration.ofHours(1), 64 << 20);
      try (LocalQueryService service = service()) {
        CompletableFuture<Void> answer = ask(query.getValue(), service, context);
        await(() -> context.rowsScanned() > 0 || answer.isDone(), query.getKey() + " begins");
        context.cancel();
        assertEquals(ErrorCode.CANCELLED, codeOf(answer, query.getKey()), query.getKey());
        assertIdle(service, context, query.getKey());
      }
    }
  }

  @Test
  void theDeadlineDoesTheSame() throws Exception {
    for (var query : QUERIES.entrySet()) {
      QueryContext context = new QueryContext("q", Duration.ofMillis(20), 64 << 20);
      try (LocalQueryService service = service()) {
        CompletableFuture<Void> answer = ask(query.getValue(), service, context);
        assertEquals(ErrorCode.QUERY_TIMEOUT, codeOf(answer, query.getKey()), query.getKey());
        assertIdle(service, context, query.getKey());
      }
    }
  }

  @Test
  void queriesBesideItGoOn() throws Exception {
    QueryContext first = new QueryContext("first", Duration.ofHours(1), 64 << 20);
    QueryContext second = new QueryContext("second", Duration.ofHours(1), 64 << 20);
    try (LocalQueryService service = service()) {
      // Another question: an equal one would wait for the same answer.
      CompletableFuture<Void> cancelled = ask(QUERIES.get("groups"), service, first);
      CompletableFuture<Void> other = ask(QUERIES.get("distinct"), service, second);
      await(() -> first.rowsScanned() > 0 && second.rowsScanned() > 0, "both begin");
      first.cancel();
      assertEquals(ErrorCode.CANCELLED, codeOf(cancelled, "first"));
      long rows = first.rowsScanned();
      long others = second.rowsScanned();
      await(() -> second.rowsScanned() > others, "the other goes on");
      assertEquals(rows, first.rowsScanned());
      assertEquals(false, other.isDone());
      second.cancel();
      assertEquals(ErrorCode.CANCELLED, codeOf(other, "second"));
    }
  }

  @Test
  void whatComesBeforeTheFirstRowEndsToo() throws Exception {
    QueryContext context = new QueryContext("q", Duration.ofMillis(20), 64 << 20);
    try (LocalQueryService service = service()) {
      // How many entities there are is looked up in the rows where no zone map says it.
      CompletableFuture<Void> answer =
          ask(
              (all, asked) -> all.aggregate(Query.of(Query.count()).by("user").build(), asked),
              service,
              context);
      assertEquals(ErrorCode.QUERY_TIMEOUT, codeOf(answer, "entities"));
      assertEquals(0, context.rowsScanned());
    }
  }

  private static LocalQueryService service() {
    List<RowSource> sources = Collections.nCopies(SOURCES, (RowSource) new EndlessSource());
    TableSnapshot snapshot = new TableSnapshot(SCHEMA, "endless", sources, () -> {});
    return new LocalQueryService(
        _ -> snapshot.retain(), EngineOptions.defaults().withWorkers(WORKERS));
  }

  private static CompletableFuture<Void> ask(
      BiConsumer<QueryService, QueryContext> query, QueryService service, QueryContext context) {
    return CompletableFuture.runAsync(
        () -> query.accept(service, context), Thread::startVirtualThread);
  }

  private static void await(BooleanSupplier condition, String what) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < deadline, what + ": not within " + PATIENCE_SECONDS + " s");
      Thread.sleep(1);
    }
  }

  private static ErrorCode codeOf(CompletableFuture<Void> answer, String what)
      throws InterruptedException, TimeoutException {
    try {
      answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | CompletionException e) {
      if (e.getCause() instanceof TytoException known) {
        return known.code();
      }
      throw new AssertionError(what, e);
    }
    return fail(what + " came to an end");
  }

  private static void assertIdle(LocalQueryService service, QueryContext context, String what)
      throws InterruptedException {
    await(() -> service.busyWorkers() == 0 && service.waitingTasks() == 0, what + " is left");
    assertTrue(context.rowsScanned() < (long) SOURCES * EndlessSource.ROWS, what);
  }

  /// As many rows as a source can have, made up as they are read.
  private static final class EndlessSource implements RowSource {
    static final int ROWS = 1 << 30;

    @Override
    public int rowCount() {
      return ROWS;
    }

    @Override
    public int schemaVersion() {
      return 1;
    }

    @Override
    public int partition() {
      return 0;
    }

    @Override
    public String name() {
      return "endless";
    }

    @Override
    public long storedBytes() {
      return 0;
    }

    @Override
    public @Nullable ColumnReader column(int columnId) {
      for (ColumnSpec system : SystemColumns.ALL) {
        if (system.id() == columnId) {
          return new Made(system.type());
        }
      }
      return new Made(ColumnType.LONG);
    }
  }

  private static final class Made implements ColumnReader {
    private static final int VALUES = 1_000;

    private final ColumnType type;
    private final long[] values = new long[RowSource.BATCH_ROWS];

    Made(ColumnType type) {
      this.type = type;
    }

    @Override
    public ColumnType type() {
      return type;
    }

    @Override
    public ColumnVector read(int from, int count) {
      if (type == ColumnType.STRING) {
        return new ColumnVector.Bytes(count, new byte[0], new int[count + 1], null);
      }
      for (int i = 0; i < count; i++) {
        values[i] = (from + i) % VALUES;
      }
      return new ColumnVector.Longs(count, values, null);
    }

    @Override
    public @Nullable Zone zone(int block) {
      return null;
    }

    @Override
    public @Nullable Dictionary dictionary() {
      return null;
    }

    @Override
    public @Nullable InvertedIndex index() {
      return null;
    }
  }
}
