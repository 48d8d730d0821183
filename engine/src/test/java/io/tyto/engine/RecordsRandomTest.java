package io.tyto.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.engine.plan.GameTable;
import io.tyto.engine.plan.ReferenceRecords;
import io.tyto.engine.record.RowScan;
import io.tyto.engine.snapshot.TableSnapshot;
import io.tyto.model.port.RecordStream;
import io.tyto.model.query.AggregateQuery.Direction;
import io.tyto.model.query.Filter;
import io.tyto.model.query.QueryContext;
import io.tyto.model.query.RecordsQuery;
import io.tyto.model.query.TimeInterval;
import io.tyto.model.result.RecordRows;
import io.tyto.model.result.RecordsResult;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Pages of raw records, forwards and backwards, against a sorted list of plain events.
class RecordsRandomTest {
  private static final long SEED = Long.getLong("test.seed", 815L);
  private static final int SCALE = Integer.getInteger("test.scale", 1);
  private static final List<String> COLUMNS = List.of("ts", "country", "amount", "tags");
  private static final List<String> ORDERED =
      List.of("ts", "country", "server", "amount", "wide", "score", "ok", "device", "_received");

  @Test
  void recordsOfTwoLogsOfOneTopicAreTold() {
    String topic = "kafka:hJ2mY1kXQYyq0r5uZ8c3Tw:";
    assertNotEquals(
        new RowScan.Identity(0, topic + "0", 5).recordId(),
        new RowScan.Identity(0, topic + "1", 5).recordId());
  }

  @Test
  void pagesThroughTheSameRowsInTheSameOrder() {
    check(GameTable::random);
  }

  @Test
  void pagesThroughRowsOlderThanTheTypesOfTheirColumns() {
    check(GameTable::evolved);
  }

  private static void check(BiFunction<Integer, Random, GameTable> tables) {
    for (int round = 0; round < 100 * SCALE; round++) {
      long seed = SEED + round * 1_000_003L;
      Random random = new Random(seed);
      GameTable table = tables.apply(random.nextInt(150), random);
      TableSnapshot snapshot = table.snapshot(1 + random.nextInt(3), random);
      EngineOptions options = EngineOptions.defaults().withWorkers(2);
      try (LocalQueryService service = new LocalQueryService(_ -> snapshot.retain(), options)) {
        check(service, table, random);
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("-Dtest.seed=" + seed, e);
      }
    }
  }

  private static void check(LocalQueryService service, GameTable table, Random random) {
    List<RecordsQuery.Order> orders = new ArrayList<>();
    if (random.nextBoolean()) {
      orders.add(new RecordsQuery.Order("ts", Direction.values()[random.nextInt(4)]));
    }
    for (int i = random.nextInt(3); i > 0; i--) {
      String column = ORDERED.get(random.nextInt(ORDERED.size()));
      orders.add(new RecordsQuery.Order(column, Direction.values()[random.nextInt(4)]));
    }
    Filter where =
        random.nextBoolean() ? null : new Filter.Compare("server", Filter.Op.GT, 1L, false);
    List<String> expected = ReferenceRecords.ids(table, where, orders);
    int limit = 1 + random.nextInt(40);
    assertEquals(expected, forward(service, orders, where, limit, expected.size()));
    assertEquals(expected, backward(service, orders, where, limit));
    int offset = random.nextInt(20);
    RecordsResult skipped =
        service.records(query(orders, where, limit, offset, false, null), context());
    int from = Math.min(offset, expected.size());
    assertEquals(expected.subList(from, Math.min(expected.size(), from + limit)), skipped.ids());
    assertEquals(offset > 0, skipped.hasPreviousPage());
    streams(service, query(orders, where, Integer.MAX_VALUE - 2, 0, false, null), expected);
    streams(service, query(orders, where, limit, offset, false, null), skipped.ids());
    Instant begin = GameTable.START.plusSeconds(random.nextInt(86_400));
    TimeInterval range =
        new TimeInterval(
            begin, random.nextBoolean() ? null : begin.plusSeconds(random.nextInt(30 * 86_400)));
    RecordsQuery within =
        within(query(orders, where, Integer.MAX_VALUE - 2, 0, false, null), range);
    streams(service, within, service.records(within, context()).ids());
  }

  /// The same rows in the same order, cut by nothing but the limit.
  private static void streams(
      LocalQueryService service, RecordsQuery query, List<String> expected) {
    List<String> ids = new ArrayList<>();
    List<Object> countries = new ArrayList<>();
    try (RecordStream stream = service.stream(withoutTotal(query), context())) {
      for (RecordRows rows = stream.next(); rows != null; rows = stream.next()) {
        assertTrue(rows.rowCount() > 0);
        assertEquals(COLUMNS.size(), rows.columns().size());
        for (int row = 0; row < rows.rowCount(); row++) {
          countries.add(rows.columns().get(1).value(row));
        }
        ids.addAll(rows.ids());
      }
      assertNull(stream.next());
      assertEquals(expected, ids);
      RecordsResult page = service.records(query, context());
      assertEquals(page.hasNextPage(), stream.meta().truncated());
      for (int row = 0; row < page.rowCount(); row++) {
        assertEquals(page.columns().get(1).value(row), countries.get(row));
      }
    }
  }

  private static RecordsQuery within(RecordsQuery query, TimeInterval range) {
    return new RecordsQuery(
        query.collection(),
        range,
        query.where(),
        query.orderBy(),
        query.columns(),
        query.limit(),
        query.offset(),
        false,
        null,
        null,
        query.wantsTotal(),
        query.identity());
  }

  private static RecordsQuery withoutTotal(RecordsQuery query) {
    return new RecordsQuery(
        query.collection(),
        query.range(),
        query.where(),
        query.orderBy(),
        query.columns(),
        query.limit(),
        query.offset(),
        false,
        null,
        null,
        false,
        query.identity());
  }

  private static List<String> forward(
      LocalQueryService service,
      List<RecordsQuery.Order> orders,
      @Nullable Filter where,
      int limit,
      long total) {
    List<String> ids = new ArrayList<>();
    String cursor = null;
    boolean more = true;
    while (more) {
      RecordsResult page =
          service.records(query(orders, where, limit, 0, false, cursor), context());
      assertEquals(total, page.totalCount());
      assertEquals(cursor != null, page.hasPreviousPage());
      assertEquals(page.rowCount(), page.columns().getFirst().size());
      ids.addAll(page.ids());
      more = page.hasNextPage();
      cursor = more ? page.cursors().getLast() : null;
    }
    return ids;
  }

  private static List<String> backward(
      LocalQueryService service,
      List<RecordsQuery.Order> orders,
      @Nullable Filter where,
      int limit) {
    List<List<String>> pages = new ArrayList<>();
    String cursor = null;
    boolean more = true;
    while (more) {
      RecordsResult page = service.records(query(orders, where, limit, 0, true, cursor), context());
      assertEquals(cursor != null, page.hasNextPage());
      pages.add(page.ids());
      more = page.hasPreviousPage();
      cursor = more ? page.cursors().getFirst() : null;
    }
    Collections.reverse(pages);
    return pages.stream().flatMap(List::stream).toList();
  }

  private static RecordsQuery query(
      List<RecordsQuery.Order> orders,
      @Nullable Filter where,
      int limit,
      int offset,
      boolean backward,
      @Nullable String cursor) {
    return new RecordsQuery(
        "game",
        TimeInterval.ALL_TIME,
        where,
        orders,
        COLUMNS,
        limit,
        offset,
        backward,
        backward ? null : cursor,
        backward ? cursor : null,
        true,
        "records");
  }

  private static QueryContext context() {
    return new QueryContext("q", Duration.ofSeconds(30), 64 << 20);
  }
}
