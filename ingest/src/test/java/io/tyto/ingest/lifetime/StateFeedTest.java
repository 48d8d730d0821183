package io.tyto.ingest.lifetime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.tyto.engine.entity.EntityTable;
import io.tyto.engine.entity.KeyHash;
import io.tyto.engine.entity.KeyPlacement;
import io.tyto.engine.load.LoadedRows;
import io.tyto.engine.load.RowsBuilder;
import io.tyto.engine.row.Row;
import io.tyto.engine.source.ColumnReader;
import io.tyto.engine.source.EvolvedSource;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.state.EntityStates;
import io.tyto.engine.state.StateMemory;
import io.tyto.engine.state.StateOverlay;
import io.tyto.engine.vector.ColumnVector;
import io.tyto.ingest.append.AppendChain;
import io.tyto.ingest.append.AppendColumns;
import io.tyto.ingest.config.ConfigParser;
import io.tyto.ingest.config.Schemas;
import io.tyto.model.port.AdminService.ConfigFile;
import io.tyto.model.schema.Anomaly;
import io.tyto.model.schema.EventConfig;
import io.tyto.model.schema.TableSchema;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Rows that come as columns are filled as those that come one by one, and rows that were decoded
/// before a column was there only count.
class StateFeedTest {
  private static final long SEED = Long.getLong("test.seed", 22L);
  private static final int NO_ENTITY = 0;

  private static final String OLD =
      """
      collection: x
      entity: { name: user, key: user }
      fields: { user: long, amount: %s, where: string%s }
      """;

  private static final TableSchema FIRST =
      Schemas.firstVersion(config(OLD.formatted("int", "")), 1, 1, 1);
  private static final TableSchema NEWEST =
      Schemas.nextVersion(
          FIRST,
          config(
              OLD.formatted(
                      "long",
                      ", n: { state: count }, spent: { state: sum(amount) }, twice: { derive: n * 2 }, more: { derive: amount + 1 }")
                  + """
                  anomalies:
                    odd: { value: amount, deviations: 1, after: 2 }
                    odd_there: { value: amount, deviations: 1, of: [where], after: 2 }
                  """),
          30);

  private static final TableSchema ALERTS =
      Schemas.firstVersion(
          config(
              """
              collection: alerts
              entity: { name: user, key: user }
              fields: { user: long, amount: long, more: long, rule: string, mean: double }
              """),
          2,
          1,
          1);

  private final Random random = new Random(SEED);

  @TempDir Path folder;

  private static EventConfig config(String text) {
    return ConfigParser.parse(List.of(new ConfigFile("x.yaml", text))).orThrow().getFirst();
  }

  /// One partition's states and what it fills by them.
  private record Side(
      EntityTable entities, EntityStates states, StateOverlay unit, AppendColumns chain)
      implements AutoCloseable {
    @Override
    public void close() {
      states.close();
      entities.close();
    }
  }

  private Side side() {
    return side(null);
  }

  private Side side(@Nullable Findings findings) {
    EntityTable entities = new EntityTable();
    StateMemory memory = new StateMemory(folder, 1 << 30);
    EntityStates states = new EntityStates(LifetimeLayouts.of(NEWEST), memory, 0);
    StateOverlay unit = states.open();
    Cohorts cohorts = new Cohorts(entities, (_, _) -> {});
    StateFeed feed = new StateFeed(NEWEST, unit, cohorts, findings, UnaryOperator.identity());
    return new Side(entities, states, unit, Objects.requireNonNull(AppendChain.of(NEWEST, feed)));
  }

  private Row row(TableSchema schema) {
    Row row = new Row(schema.columns().size());
    if (random.nextInt(8) > 0) {
      row.setLong(schema.positionOf("user"), random.nextInt(5));
    }
    if (random.nextInt(8) > 0) {
      row.setLong(schema.positionOf("amount"), random.nextInt(100));
    }
    if (random.nextInt(8) > 0) {
      row.setBytes(schema.positionOf("where"), new byte[] {(byte) ('a' + random.nextInt(3))});
    }
    return row;
  }

  private static LoadedRows load(TableSchema schema, List<Row> rows, EntityTable entities) {
    RowsBuilder builder = new RowsBuilder(schema, "log");
    builder.begin(new byte[0]);
    for (int i = 0; i < rows.size(); i++) {
      builder.add(rows.get(i), i);
    }
    RowsBuilder.Placement all =
        new RowsBuilder.Placement(KeyPlacement.XXH64, -1, -1, new int[] {0}, 12);
    return Objects.requireNonNull(builder.cut(all, 0)[0])
        .withEntities(schema.positionOf("user"), entities);
  }

  private static void fill(Row row, Side side) {
    int key = NEWEST.positionOf("user");
    int entity = row.isNull(key) ? NO_ENTITY : side.entities().idOf(KeyHash.keyOf(row, key));
    side.chain().fill(row, entity, 0);
  }

  private static @Nullable Long value(LoadedRows rows, String column, int row) {
    ColumnReader reader = rows.column(NEWEST.columns().get(NEWEST.positionOf(column)).id());
    ColumnVector cell = Objects.requireNonNull(reader).read(row, 1);
    return cell.isNull(0) ? null : ((ColumnVector.Longs) cell).values()[0];
  }

  @Test
  void columnsAreFilledAsRowsAre() {
    try (Side byRow = side();
        Side byColumns = side()) {
      for (int round = 0; round < 40; round++) {
        compare(byRow, byColumns, round);
      }
    }
  }

  private void compare(Side byRow, Side byColumns, int round) {
    boolean isOld = random.nextInt(3) == 0;
    TableSchema schema = isOld ? FIRST : NEWEST;
    List<Row> rows = new ArrayList<>();
    List<Row> copies = new ArrayList<>();
    for (int i = random.nextInt(20); i >= 0; i--) {
      Row row = row(schema);
      rows.add(row);
      copies.add(copy(row, schema));
    }
    LoadedRows filled = byColumns.chain().fill(load(schema, rows, byColumns.entities()));
    copies.forEach(row -> fill(row, byRow));
    for (int i = 0; i < rows.size(); i++) {
      for (String column : List.of("n", "spent", "twice", "odd", "odd_there")) {
        String what = "round %d, row %d, %s, seed %d".formatted(round, i, column, SEED);
        int position = NEWEST.positionOf(column);
        if (isOld) {
          assertNull(filled.column(NEWEST.columns().get(position).id()), what);
        } else {
          Row copy = copies.get(i);
          Long expected = copy.isNull(position) ? null : (Long) copy.longAt(position);
          assertEquals(expected, value(filled, column, i), what);
        }
      }
    }
  }

  private static Row bought(TableSchema schema, long amount) {
    Row row = new Row(schema.columns().size());
    row.setLong(schema.positionOf("user"), 1);
    row.setLong(schema.positionOf("amount"), amount);
    return row;
  }

  /// Rows that were decoded before the rule, and before `amount` became a long and `more` was
  /// there.
  @Test
  void rowsOfBeforeARuleAreNoFindingsAndAreCopiedAsTheNewestSchemaSeesThem() {
    Findings findings = new Findings();
    try (Side side = side(findings)) {
      List<Row> rows = new ArrayList<>();
      for (long amount : new long[] {10, 12, 11, 500}) {
        rows.add(bought(FIRST, amount));
      }
      LoadedRows old = side.chain().fill(load(FIRST, rows, side.entities()));
      assertEquals(List.of(), findings.take());
      side.chain().fill(load(NEWEST, List.of(bought(NEWEST, 9_000)), side.entities()));
      List<Findings.Finding> found = findings.take();
      assertEquals(1, found.size());
      assertEquals(133.25, found.getFirst().mean());

      RowSource seen = EvolvedSource.allOf(List.of(old), NEWEST).getFirst();
      Row alert = new AlertRows(ALERTS).of(found.getFirst(), seen, NEWEST);
      assertEquals(10, alert.longAt(ALERTS.positionOf("amount")));
      assertEquals(11, alert.longAt(ALERTS.positionOf("more")));
      assertEquals(1, alert.longAt(ALERTS.positionOf("user")));
    }
  }

  @Test
  void entitiesKeepNothingForRulesOverFields() {
    try (Side side = side()) {
      for (boolean asColumns : new boolean[] {true, false}) {
        Row row = bought(NEWEST, 7);
        row.setBytes(NEWEST.positionOf("where"), new byte[] {'a'});
        if (asColumns) {
          side.chain().fill(load(NEWEST, List.of(row), side.entities()));
        } else {
          fill(row, side);
        }
      }
      List<Anomaly> rules = NEWEST.config().lifetime().anomalies();
      int ofEntity = side.unit().layout().indexOf(LifetimeLayouts.element(NEWEST, rules.get(0)));
      int ofCohort = side.unit().layout().indexOf(LifetimeLayouts.element(NEWEST, rules.get(1)));
      assertEquals(2, side.unit().current(1).momentCount(ofEntity));
      assertEquals(0, side.unit().current(1).momentCount(ofCohort));
      assertEquals(0, side.unit().current(2).momentCount(ofEntity));
      assertEquals(2, side.unit().current(2).momentCount(ofCohort));
    }
  }

  /// As the newest schema has it.
  private static Row copy(Row row, TableSchema schema) {
    Row copy = new Row(NEWEST.columns().size());
    for (String name : List.of("user", "amount", "where")) {
      int from = schema.positionOf(name);
      int to = NEWEST.positionOf(name);
      switch (row.kind(from)) {
        case LONG -> copy.setLong(to, row.longAt(from));
        case BYTES -> copy.setBytes(to, row.bytesAt(from));
        case NULL, DOUBLE, LIST -> copy.setNull(to);
      }
    }
    return copy;
  }
}
