package io.tyto.engine;

import static io.tyto.engine.plan.Query.count;
import static io.tyto.engine.plan.Query.days;
import static io.tyto.engine.plan.Query.march;
import static io.tyto.engine.plan.Query.of;
import static io.tyto.engine.plan.Query.time;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.engine.plan.GameTable;
import io.tyto.engine.plan.Query;
import io.tyto.engine.snapshot.TableSnapshot;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.query.AggregateQuery.Basis;
import io.tyto.model.query.AggregateQuery.Direction;
import io.tyto.model.query.AggregateQuery.Having;
import io.tyto.model.query.Filter;
import io.tyto.model.query.GroupKey;
import io.tyto.model.query.GroupKey.GapFill;
import io.tyto.model.query.GroupKey.Granularity;
import io.tyto.model.query.Measure;
import io.tyto.model.query.Measure.Function;
import io.tyto.model.query.QueryContext;
import io.tyto.model.query.TimeInterval;
import io.tyto.model.query.ValuesQuery;
import io.tyto.model.result.AggregateResult;
import io.tyto.model.result.BinKey;
import io.tyto.model.result.Bucket;
import io.tyto.model.result.CollectionInfo;
import io.tyto.model.result.CountedValue;
import io.tyto.model.result.ResultColumn;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// The semantics of queries, checked by hand on a table small enough to read.
class LocalQueryServiceTest {
  private static final Measure SUM = of("amount", Function.SUM);
  private static final Measure DEVICES = of("server", Function.COUNT_DISTINCT_EXACT);

  private final GameTable table = new GameTable();
  private Instant now = Instant.parse("2026-04-01T00:00:00Z");
  private int openSnapshots;
  private final LocalQueryService service =
      new LocalQueryService(
          this::snapshot, EngineOptions.defaults().withWorkers(2).withClock(() -> now));

  LocalQueryServiceTest() {
    event("2026-03-02T10:00:00Z", "de", "2.00", 1, "a", "b");
    event("2026-03-02T11:00:00Z", "fr", "1.00", 2, "a");
    event("2026-03-03T23:59:59Z", "de", "4.00", 1);
    event("2026-03-05T00:00:00Z", "de", "8.00", 3, "b", "b");
    event("2026-03-05T12:00:00Z", "in", "16.00", 2, "c");
    event("2026-03-05T13:00:00Z", null, "32.00", 4, "c");
  }

  private void event(
      String ts, @Nullable String country, String amount, long server, String... tags) {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("ts", Instant.parse(ts));
    if (country != null) {
      values.put("country", country);
    }
    values.put("amount", new BigDecimal(amount));
    values.put("server", server);
    values.put("tags", List.of(tags));
    table.add(values);
  }

  private TableSnapshot snapshot(String collection) {
    TableSnapshot snapshot = table.snapshot(2, new Random(collection.hashCode()));
    openSnapshots++;
    return new TableSnapshot(
        snapshot.schema(), snapshot.id(), snapshot.sources(), () -> openSnapshots--);
  }

  @AfterEach
  void everySnapshotIsReleased() {
    service.close();
    assertEquals(0, openSnapshots);
  }

  private AggregateResult ask(Query query) {
    return service.aggregate(
        query.build(), new QueryContext("q", Duration.ofSeconds(30), 64 << 20));
  }

  /// Asks another table than this test's.
  private AggregateResult ask(GameTable of, Query query) {
    EngineOptions options = EngineOptions.defaults().withWorkers(2).withClock(() -> now);
    try (LocalQueryService other =
        new LocalQueryService(name -> of.snapshot(2, new Random(name.hashCode())), options)) {
      return other.aggregate(
          query.build(), new QueryContext("q", Duration.ofSeconds(30), 64 << 20));
    }
  }

  private static String rows(AggregateResult result) {
    return rows(result.keys(), result.measures(), result.rowCount());
  }

  /// One row a line: keys and measures with spaces between.
  private static String rows(List<ResultColumn> keys, List<ResultColumn> measures, int rowCount) {
    List<String> lines = new ArrayList<>();
    for (int row = 0; row < rowCount; row++) {
      List<String> cells = new ArrayList<>();
      for (ResultColumn column : keys) {
        cells.add(show(column.value(row)));
      }
      for (ResultColumn column : measures) {
        cells.add(show(column.value(row)));
      }
      lines.add(String.join(" ", cells));
    }
    return String.join("\n", lines);
  }

  private static String show(@Nullable Object value) {
    return value instanceof Bucket bucket
        ? String.valueOf(bucket.start().getDayOfMonth())
        : String.valueOf(value);
  }

  // ---- groups ----------------------------------------------------------------------------------

  @Test
  void aNullKeyIsAGroupOfItsOwnAndComesLast() {
    assertEquals(
        """
        de 3 14.0
        fr 1 1.0
        in 1 16.0
        null 1 32.0\
        """,
        rows(ask(Query.of(count(), SUM).by("country"))));
  }

  @Test
  void withoutKeysThereIsOneRowEvenOverNothing() {
    AggregateResult all = ask(Query.of(count(), SUM).withTotals());
    assertEquals("6 63.0", rows(all));
    assertEquals("6 63.0", rows(List.of(), all.totals(), 1));
    assertEquals("0 null", rows(ask(Query.of(count(), SUM).range(march(20, 21)))));
  }

  @Test
  void groupingByAListMakesOneGroupPerOccurrenceAndTotalsCountRows() {
    AggregateResult result = ask(Query.of(count()).by("tags").withTotals());
    assertEquals("a 2\nb 3\nc 2", rows(result));
    assertEquals(6L, result.totals().getFirst().value(0));
  }

  @Test
  void binsAreHalfOpen() {
    GroupKey edges = new GroupKey.Bins("amount", null, List.of(2.0, 16.0));
    AggregateResult result = ask(Query.of(count()).by(edges));
    assertEquals(new BinKey(null, 2.0), result.keys().getFirst().value(0));
    assertEquals(new BinKey(16.0, null), result.keys().getFirst().value(2));
    assertEquals(List.of(1L, 3L, 2L), column(result.measures().getFirst()));
    AggregateResult wide = ask(Query.of(count()).by(new GroupKey.Bins("amount", 4.0, List.of())));
    assertEquals(new BinKey(0.0, 4.0), wide.keys().getFirst().value(0));
    assertEquals(List.of(2L, 1L, 1L, 1L, 1L), column(wide.measures().getFirst()));
  }

  @Test
  void binsOfFractionsBeginWhereTheirLabelSays() {
    GameTable prices = new GameTable();
    for (String price : List.of("0.30", "0.29", "0.70", "-0.10")) {
      prices.add(
          Map.of(
              "ts", now.minusSeconds(1),
              "amount", new BigDecimal(price),
              "score", Double.valueOf(price)));
    }
    for (String column : List.of("amount", "score")) {
      AggregateResult result =
          ask(prices, Query.of(count()).by(new GroupKey.Bins(column, 0.1, List.of())));
      assertEquals(
          List.of(
              new BinKey(-0.1, 0.0),
              new BinKey(0.2, 0.3),
              new BinKey(0.3, 0.4),
              new BinKey(0.7, 0.8)),
          column(result.keys().getFirst()),
          column);
    }
  }

  @Test
  void binsFurtherOutThanDoublesCanCountAreOneBinOnEachSide() {
    GameTable scores = new GameTable();
    for (double score : new double[] {1e300, -1e300, 5e20, 25}) {
      scores.add(Map.of("ts", now.minusSeconds(1), "score", score, "server", Long.MAX_VALUE));
    }
    AggregateResult result =
        ask(scores, Query.of(count()).by(new GroupKey.Bins("score", 10.0, List.of())));
    double outermost = 10 * (double) (1L << 53);
    assertEquals(
        List.of(new BinKey(null, -outermost), new BinKey(20.0, 30.0), new BinKey(outermost, null)),
        column(result.keys().getFirst()));
    assertEquals(List.of(1L, 1L, 2L), column(result.measures().getFirst()));
    AggregateResult longs =
        ask(scores, Query.of(count()).by(new GroupKey.Bins("server", 1.0, List.of())));
    assertEquals(List.of(new BinKey((double) (1L << 53), null)), column(longs.keys().getFirst()));
  }

  @Test
  void whatNoDoubleHoldsIsAnErrorAndNeverInfinityOrNan() {
    GameTable scores = new GameTable();
    for (double score : new double[] {1.5e308, 1.6e308, -1.7e308, 1e-300}) {
      scores.add(Map.of("ts", now.minusSeconds(1), "score", score));
    }
    Filter high = new Filter.Compare("score", Filter.Op.GT, 1.0, false);
    for (Measure measure :
        List.of(
            new Measure.Only(of("score", Function.SUM), high),
            new Measure.Only(of("score", Function.AVG), high),
            of("score", Function.STDDEV),
            new Measure.Expr(
                of("score", Function.MAX),
                null,
                of("score", Function.MIN),
                new Filter.Compare("score", Filter.Op.GT, 0.0, false)))) {
      TytoException thrown =
          assertThrows(TytoException.class, () -> ask(scores, Query.of(measure)));
      assertEquals(ErrorCode.NUMERIC_OVERFLOW, thrown.code(), measure::toString);
      if (!(measure instanceof Measure.Expr)) {
        assertEquals("Game.score", thrown.coordinate(), measure::toString);
      }
    }
  }

  @Test
  void filteredMeasuresAndRatios() {
    Filter german = new Filter.Compare("country", Filter.Op.EQ, "de", false);
    Measure share = new Measure.Expr(count(), german, count(), null);
    Measure germanSum = new Measure.Only(SUM, german);
    assertEquals(
        """
        2 0.5 2.0
        3 1.0 4.0
        5 0.3333333333333333 8.0\
        """,
        rows(ask(Query.of(share, germanSum).by(time(Granularity.DAY, GapFill.NONE)))));
  }

  private static List<@Nullable Object> column(ResultColumn column) {
    List<@Nullable Object> values = new ArrayList<>();
    for (int row = 0; row < column.size(); row++) {
      values.add(column.value(row));
    }
    return values;
  }

  // ---- time ------------------------------------------------------------------------------------

  @Test
  void gapsAreFilledOverTheWholeRange() {
    Query query = Query.of(count(), SUM, of("amount", Function.AVG)).range(march(1, 7));
    assertEquals(
        """
        1 0 0.0 0.0
        2 2 3.0 1.5
        3 1 4.0 4.0
        4 0 0.0 0.0
        5 3 56.0 18.666666666666668
        6 0 0.0 0.0\
        """,
        rows(ask(query.by(time(Granularity.DAY, GapFill.ZERO)))));
    assertEquals(
        """
        1 0 null
        2 2 3.0
        3 1 4.0
        4 0 30.0
        5 3 56.0
        6 0 null\
        """,
        rows(
            ask(
                Query.of(count(), SUM)
                    .range(march(1, 7))
                    .by(time(Granularity.DAY, GapFill.LINEAR)))));
    assertEquals(
        "1 null\n2 3.0\n3 4.0\n4 4.0\n5 56.0\n6 56.0",
        rows(ask(Query.of(SUM).range(march(1, 7)).by(time(Granularity.DAY, GapFill.PREVIOUS)))));
  }

  @Test
  void overAllTimeGapsAreFilledBetweenTheRows() {
    assertEquals(
        "2 2\n3 1\n4 0\n5 3", rows(ask(Query.of(count()).by(time(Granularity.DAY, GapFill.NULL)))));
  }

  @Test
  void aWindowReadsBeforeTheRangeAndTotalsDoNot() {
    GroupKey threeDays = time(Granularity.DAY, GapFill.NONE, days(3), false);
    AggregateResult result =
        ask(Query.of(count(), DEVICES).range(march(4, 6)).by(threeDays).withTotals());
    assertEquals("4 3 2\n5 4 4", rows(result));
    assertEquals("3 3", rows(List.of(), result.totals(), 1));
  }

  @Test
  void cumulativeRunsFromTheStartOfTheRange() {
    GroupKey running = time(Granularity.DAY, GapFill.NONE, null, true);
    assertEquals(
        "3 1 1\n4 1 1\n5 4 4",
        rows(ask(Query.of(count(), DEVICES).range(march(3, 6)).by(running))));
  }

  // ---- top, limits, order ----------------------------------------------------------------------

  @Test
  void topKeepsTheBestTuplesAndOthersAddUpTheRest() {
    Query query =
        Query.of(count(), SUM)
            .by(time(Granularity.DAY, GapFill.NONE))
            .by("country")
            .top(2, SUM, 1)
            .withOthers()
            .withTotals();
    AggregateResult result = ask(query);
    assertEquals("5 in 1 16.0\n5 null 1 32.0", rows(result));
    assertEquals("4 15.0", rows(List.of(), result.others(), 1));
    assertNull(result.othersKeys().get(1));
    assertEquals(
        "2 2 3.0\n3 1 4.0\n5 1 8.0",
        rows(
            List.of(result.othersKeys().getFirst()),
            result.othersMeasures(),
            result.othersRowCount()));
    assertEquals(6L, result.totals().getFirst().value(0));
  }

  @Test
  void limitPerKeepsTheFirstRowsOfEachTuple() {
    Query query =
        Query.of(SUM)
            .by(time(Granularity.DAY, GapFill.NONE))
            .by("country")
            .orderBy(0, Direction.ASC)
            .orderBy(SUM, Direction.DESC)
            .limitPer(1, 0);
    assertEquals("2 de 2.0\n3 de 4.0\n5 null 32.0", rows(ask(query)));
  }

  @Test
  void nullsComeLastBothWaysUnlessSaid() {
    assertEquals(
        "in\nfr\nde\nnull", rows(ask(Query.of().by("country").orderBy(0, Direction.DESC))));
    assertEquals(
        "null\nin\nfr\nde",
        rows(ask(Query.of().by("country").orderBy(0, Direction.DESC_NULLS_FIRST))));
  }

  @Test
  void havingIsThreeValued() {
    Having over = new Having.Compare(of("score", Function.SUM), Filter.Op.GT, 1);
    assertEquals("", rows(ask(Query.of().by("country").having(over))));
    assertEquals("", rows(ask(Query.of().by("country").having(new Having.Not(over)))));
    Having isNull = new Having.IsNull(of("score", Function.SUM));
    assertEquals(4, ask(Query.of().by("country").having(isNull)).groupCount());
  }

  // ---- comparison ------------------------------------------------------------------------------

  @Test
  void comparedPeriodsAreUnitedByKey() {
    Query query =
        Query.of(count(), SUM)
            .range(march(5, 6))
            .by("country")
            .compareTo(march(2, 5), null)
            .orderBy(SUM, Direction.ASC, Basis.DELTA)
            .withTotals();
    AggregateResult result = ask(query);
    assertEquals("de 1 8.0\nfr 0 null\nin 1 16.0\nnull 1 32.0", rows(result));
    assertEquals(
        "2 6.0\n1 1.0\n0 null\n0 null", rows(List.of(), result.previous(), result.rowCount()));
    assertEquals("3 56.0", rows(List.of(), result.totals(), 1));
    assertEquals("3 7.0", rows(List.of(), result.previousTotals(), 1));
  }

  @Test
  void comparedBucketsStandBesideTheirOwn() {
    Query query =
        Query.of(count())
            .range(march(4, 6))
            .by(time(Granularity.DAY, GapFill.ZERO))
            .compareTo(march(2, 4), days(2));
    AggregateResult result = ask(query);
    assertEquals("4 0\n5 3", rows(result));
    assertEquals("2\n1", rows(List.of(), result.previous(), 2));
  }

  // ---- pages -----------------------------------------------------------------------------------

  @Test
  void pagesStayInTheSnapshotOfTheFirst() {
    AggregateResult first = ask(Query.of(count()).by("country").page(2, null));
    assertEquals("de 3\nfr 1", rows(first));
    assertTrue(first.hasNextPage());
    assertTrue(first.meta().truncated());
    event("2026-03-06T00:00:00Z", "aa", "1.00", 9);
    AggregateResult second = ask(Query.of(count()).by("country").page(2, lastCursor(first)));
    assertEquals("in 1\nnull 1", rows(second));
    assertFalse(second.hasNextPage());
    assertEquals(first.meta().snapshot(), second.meta().snapshot());
  }

  private static String lastCursor(AggregateResult result) {
    return Objects.requireNonNull(result.cursors()).getLast();
  }

  @Test
  void aCursorExpiresRatherThanDrifts() {
    String cursor = lastCursor(ask(Query.of(count()).by("country").page(1, null)));
    now = now.plus(Duration.ofMinutes(16));
    assertEquals("fr 1", rows(ask(Query.of(count()).by("country").page(1, cursor))));
    now = now.plus(Duration.ofMinutes(16));
    event("2026-03-06T00:00:00Z", "aa", "1.00", 9);
    assertRefused(ErrorCode.CURSOR_EXPIRED, Query.of(count()).by("country").page(1, cursor));
    assertRefused(ErrorCode.CURSOR_INVALID, Query.of(count()).by("country").page(1, "nonsense"));
  }

  @Test
  void idsAreThoseOfTheGroupAndNotOfTheAnswer() {
    AggregateResult one = ask(Query.of(count()).by("country"));
    event("2026-03-06T00:00:00Z", "aa", "1.00", 9);
    AggregateResult two = ask(Query.of(SUM).by("country"));
    assertEquals(one.ids().get(0), two.ids().get(1));
    assertNotEquals(one.ids().get(0), one.ids().get(1));
    assertEquals(4, one.ids().stream().distinct().count());
  }

  // ---- errors ----------------------------------------------------------------------------------

  private void assertRefused(ErrorCode code, Query query) {
    assertEquals(code, assertThrows(TytoException.class, () -> ask(query)).code());
  }

  @Test
  void whatMeansNothingIsRefusedAtItsCoordinate() {
    TytoException unknown =
        assertThrows(TytoException.class, () -> ask(Query.of(count()).by("nothing")));
    assertEquals(ErrorCode.BAD_USER_INPUT, unknown.code());
    TytoException typed =
        assertThrows(TytoException.class, () -> ask(Query.of(of("country", Function.SUM))));
    assertEquals("Game.country", typed.coordinate());
    Filter noRegex = new Filter.Match("country", Filter.MatchKind.REGEX, "(", false);
    TytoException unread =
        assertThrows(TytoException.class, () -> ask(Query.of(count()).where(noRegex)));
    assertEquals(ErrorCode.BAD_USER_INPUT, unread.code());
    assertEquals("Game.country", unread.coordinate());
    assertRefused(ErrorCode.DUPLICATE_KEY, Query.of(count()).by("country", "country"));
    assertRefused(ErrorCode.ORDER_KEY_NOT_GROUPED, Query.of(count()).orderBy(0, Direction.ASC));
    assertRefused(
        ErrorCode.BAD_USER_INPUT,
        Query.of(count()).where(new Filter.Compare("server", Filter.Op.EQ, "one", false)));
    assertRefused(
        ErrorCode.BAD_USER_INPUT, Query.of(count()).orderBy(SUM, Direction.DESC, Basis.PREVIOUS));
    assertRefused(ErrorCode.BAD_USER_INPUT, Query.of(count()).by("country").withOthers());
    assertRefused(
        ErrorCode.RANGE_TOO_WIDE,
        Query.of(count())
            .range(new TimeInterval(Instant.parse("0001-01-01T00:00:00Z"), now))
            .by(time(Granularity.SECOND, GapFill.NONE)));
  }

  @Test
  void aSumBeyond64BitsIsAnError() {
    event("2026-03-06T00:00:00Z", "de", "1.00", Long.MAX_VALUE);
    assertRefused(ErrorCode.NUMERIC_OVERFLOW, Query.of(of("server", Function.SUM)));
    assertEquals("9223372036854775820", rows(ask(Query.of(of("server", Function.SUM_EXACT)))));
  }

  @Test
  void queriesStopAtTheirLimits() {
    Query query = Query.of(count()).by("country");
    QueryContext cancelled = new QueryContext("q", Duration.ofSeconds(30), 1 << 20);
    cancelled.cancel();
    assertEquals(
        ErrorCode.CANCELLED,
        assertThrows(TytoException.class, () -> service.aggregate(query.build(), cancelled))
            .code());
    QueryContext late = new QueryContext("q", Duration.ofNanos(-1), 1 << 20);
    assertEquals(
        ErrorCode.QUERY_TIMEOUT,
        assertThrows(TytoException.class, () -> service.aggregate(query.build(), late)).code());
    QueryContext poor = new QueryContext("q", Duration.ofSeconds(30), 100);
    assertEquals(
        ErrorCode.MEMORY_LIMIT_EXCEEDED,
        assertThrows(TytoException.class, () -> service.aggregate(query.build(), poor)).code());
  }

  // ---- the rest --------------------------------------------------------------------------------

  @Test
  void metaSaysHowTheAnswerCameAbout() {
    AggregateResult result =
        ask(
            Query.of(
                of("country", Function.COUNT_DISTINCT),
                new Measure.Quantiles(
                    "amount", List.of(0.5), false, Measure.QuantileMethod.LINEAR)));
    assertEquals("q", result.meta().queryId());
    assertEquals("segments", result.meta().servedBy());
    assertEquals(6, result.meta().rowsScanned());
    assertEquals(Instant.parse("2026-03-05T13:00:00Z"), result.meta().watermark());
    assertEquals(2, result.meta().approximate().size());
    assertFalse(result.meta().truncated());
  }

  @Test
  void valuesAreTheMostFrequentFirst() {
    assertEquals(
        List.of(
            new CountedValue("de", 3, 0),
            new CountedValue("fr", 1, 0),
            new CountedValue("in", 1, 0)),
        values("country", null));
    assertEquals(List.of(new CountedValue("de", 3, 0)), values("country", "D"));
    assertEquals(
        List.of(
            new CountedValue("b", 3, 0), new CountedValue("a", 2, 0), new CountedValue("c", 2, 0)),
        values("tags", null));
    assertEquals(List.of(new CountedValue("b", 3, 0)), values("tags", "B"));
    assertEquals(List.of(new CountedValue(4L, 1, 0)), values("server", "4"));
  }

  private List<CountedValue> values(String column, @Nullable String prefix) {
    return service.values(
        new ValuesQuery("game", column, prefix, TimeInterval.ALL_TIME, 10),
        new QueryContext("q", Duration.ofSeconds(30), 64 << 20));
  }

  @Test
  void infoTellsWhatIsKnownWithoutAScan() {
    CollectionInfo info =
        service.info("game", new QueryContext("q", Duration.ofSeconds(30), 64 << 20));
    assertEquals(6, info.rowCount());
    assertEquals(Instant.parse("2026-03-02T10:00:00Z"), info.firstEvent());
    assertEquals(Instant.parse("2026-03-05T13:00:00Z"), info.watermark());
    CollectionInfo.ColumnStats country =
        info.columns().stream().filter(each -> each.column().equals("country")).findFirst().get();
    assertEquals(3L, country.cardinality());
    assertEquals("de", country.min());
    assertEquals("in", country.max());
  }
}
