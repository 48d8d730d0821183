package io.tyto.engine.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tyto.model.query.GroupKey.Granularity;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.Cube;
import io.tyto.model.schema.Cube.Function;
import io.tyto.model.schema.EventConfig;
import io.tyto.model.schema.Privacy;
import io.tyto.model.schema.TableSchema;
import io.tyto.model.schema.View;
import io.tyto.model.schema.View.Strategy;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BoundViewTest {
  private static final ColumnType MONEY = ColumnType.parse("decimal(12,2)");

  private static ColumnSpec column(
      int id, String name, ColumnType type, @Nullable Privacy privacy) {
    return new ColumnSpec(
        id,
        name,
        name,
        type,
        ColumnSpec.Role.AUTO,
        null,
        null,
        null,
        null,
        Map.of(),
        privacy,
        List.of(),
        null,
        null);
  }

  private static TableSchema sale(ColumnSpec... others) {
    List<ColumnSpec> columns = new ArrayList<>();
    columns.add(column(16, "ts", ColumnType.TIMESTAMP, null));
    columns.add(column(17, "user", ColumnType.STRING, null));
    columns.addAll(List.of(others));
    EventConfig config =
        EventConfig.of("sale", columns)
            .time("ts")
            .entity(new EventConfig.Entity("user", "user"))
            .build();
    return new TableSchema(1, 1, 1, "sale", 1, columns, config);
  }

  private static TableSchema sale() {
    return sale(column(18, "country", ColumnType.STRING, null), column(19, "amount", MONEY, null));
  }

  private static Cube.Measure of(Function function, String column) {
    return new Cube.Measure(function, column);
  }

  private static View view(List<Cube.Measure> measures, @Nullable Instant backfillFrom) {
    List<Cube.Measure> all = new ArrayList<>(List.of(Cube.Measure.COUNT));
    all.addAll(measures);
    return new View(
        "by_country",
        List.of("country"),
        all,
        Granularity.DAY,
        ZoneId.of("Europe/Berlin"),
        Strategy.REALTIME,
        null,
        backfillFrom);
  }

  private static final View DAILY =
      view(List.of(of(Function.SUM, "amount"), of(Function.DISTINCT, "user")), null);

  /// Stored in manifests: where it changes, every view is made anew and forgets what retention
  /// took.
  @Test
  void theIdOfADefinitionNeverChanges() {
    assertEquals("by_country@6Z-c14gjgNbMYEAC", BoundView.of(sale(), DAILY).id());
  }

  @Test
  void aDefinitionIsAnotherWhereItsCellsWouldBe() {
    String id = BoundView.of(sale(), DAILY).id();
    View reordered =
        view(
            List.of(
                of(Function.DISTINCT, "user"),
                of(Function.AVG, "amount"),
                of(Function.SUM, "amount")),
            null);
    assertEquals(id, BoundView.of(sale(), reordered).id(), "an average is kept as a sum is");
    View slower =
        new View(
            "by_country",
            DAILY.dimensions(),
            DAILY.measures(),
            Granularity.DAY,
            DAILY.zone(),
            Strategy.INCREMENTAL,
            Duration.ofHours(1),
            null);
    assertEquals(id, BoundView.of(sale(), slower).id());
    View more = view(List.of(of(Function.SUM, "amount")), null);
    assertNotEquals(id, BoundView.of(sale(), more).id());
    View later = view(DAILY.measures().subList(1, 3), Instant.parse("2026-01-01T00:00:00Z"));
    assertNotEquals(id, BoundView.of(sale(), later).id());
    View utc =
        new View(
            "by_country",
            DAILY.dimensions(),
            DAILY.measures(),
            Granularity.DAY,
            ZoneOffset.UTC,
            Strategy.REALTIME,
            null,
            null);
    assertNotEquals(id, BoundView.of(sale(), utc).id());
    ColumnSpec amount = column(19, "amount", MONEY, null);
    Privacy hashed = new Privacy(Privacy.Policy.HASH, 0);
    assertNotEquals(
        id,
        BoundView.of(sale(column(18, "country", ColumnType.STRING, hashed), amount), DAILY).id());
    assertNotEquals(
        id, BoundView.of(sale(column(20, "country", ColumnType.STRING, null), amount), DAILY).id());
    ColumnSpec country = column(18, "country", ColumnType.STRING, null);
    ColumnSpec wider = column(19, "amount", ColumnType.parse("decimal(18,2)"), null);
    assertNotEquals(id, BoundView.of(sale(country, wider), DAILY).id());
    assertNotEquals(
        id, BoundView.of(sale(country, column(19, "amount", MONEY, hashed)), DAILY).id());
    assertThrows(IllegalArgumentException.class, () -> BoundView.of(sale(country), DAILY));
  }

  @Test
  void itsRowsAreACollection() {
    View view =
        view(
            List.of(
                of(Function.SUM, "amount"),
                of(Function.AVG, "amount"),
                of(Function.MAX, "amount"),
                of(Function.DISTINCT, "user"),
                of(Function.QUANTILES, "amount")),
            null);
    TableSchema rows = BoundView.of(sale(), view).rows();
    assertEquals("materialized.by_country", rows.name());
    assertEquals(
        List.of(
            "ts timestamp ts",
            "country string country",
            "row_count long rowCount",
            "sum_amount decimal(38,2) sumAmount",
            "avg_amount double avgAmount",
            "max_amount decimal(12,2) maxAmount",
            "distinct_user long distinctUser",
            "p50_amount double p50Amount",
            "p95_amount double p95Amount",
            "p99_amount double p99Amount"),
        rows.columns().stream()
            .map(column -> column.name() + " " + column.type() + " " + column.apiName())
            .toList());
    assertEquals("ts", rows.timeColumn().name());
  }
}
