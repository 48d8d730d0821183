package io.tyto.ingest.partition;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.engine.entity.EntityTable;
import io.tyto.engine.entity.KeyPlacement;
import io.tyto.engine.load.LoadedRows;
import io.tyto.engine.load.RowsBuilder;
import io.tyto.engine.row.Row;
import io.tyto.engine.source.ColumnReader;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.source.SourceView;
import io.tyto.engine.state.EntityStates;
import io.tyto.engine.state.StateMemory;
import io.tyto.engine.vector.ColumnVector;
import io.tyto.ingest.config.ConfigParser;
import io.tyto.ingest.config.Schemas;
import io.tyto.ingest.lifetime.Cohorts;
import io.tyto.ingest.lifetime.Findings;
import io.tyto.ingest.lifetime.LifetimeLayouts;
import io.tyto.ingest.lifetime.StateFeed;
import io.tyto.model.port.AdminService.ConfigFile;
import io.tyto.model.schema.EventConfig;
import io.tyto.model.schema.TableSchema;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Rows that were decoded before a policy are copied into alerts as they will be stored.
class AlertingTest {
  private static final String BUY =
      """
      collection: buy
      entity: { name: user, key: user }
      fields: { user: string, id: %s, amount: long }
      anomalies: { odd: { value: amount, after: 2 } }
      """;
  private static final TableSchema OPEN =
      Schemas.firstVersion(config(BUY.formatted("string")), 1, 1, 1);
  private static final TableSchema HIDDEN =
      Schemas.nextVersion(
          OPEN, config(BUY.formatted("{ type: string, privacy: { policy: drop } }")), 40);
  private static final TableSchema ALERT =
      Schemas.firstVersion(
          config(
              """
              collection: alert
              entity: { name: user, key: user }
              fields: { user: string, id: { type: string, privacy: { policy: drop } }, amount: long, value: double }
              """),
          2,
          1,
          1);

  @TempDir Path folder;

  private static EventConfig config(String text) {
    return ConfigParser.parse(List.of(new ConfigFile("x.yaml", text))).orThrow().getFirst();
  }

  /// The rows without what is private now.
  private record Treated(RowSource source) implements SourceView {
    @Override
    public @Nullable ColumnReader column(int columnId) {
      return columnId == id(HIDDEN, "id") ? null : source.column(columnId);
    }
  }

  private static final class Policy implements StoredPrivacy {
    @Override
    public int changedAt() {
      return HIDDEN.version();
    }

    @Override
    public RowSource current(RowSource rows, TableSchema schema) {
      return rows.schemaVersion() < HIDDEN.version() ? new Treated(rows) : rows;
    }

    @Override
    public void bringOver(Row row, int version, TableSchema schema) {}

    @Override
    public DeadLetter treat(DeadLetter letter) {
      return letter;
    }
  }

  @Test
  void copiesAreAsTheEventsWillBeStored() {
    EntityStates states =
        new EntityStates(LifetimeLayouts.of(HIDDEN), new StateMemory(folder, 1 << 20), 0);
    try (EntityTable entities = new EntityTable();
        states) {
      Findings findings = new Findings();
      Cohorts cohorts = new Cohorts(entities, (_, _) -> {});
      StateFeed feed =
          new StateFeed(HIDDEN, states.open(), cohorts, findings, UnaryOperator.identity());
      CollectionTail alerts = new CollectionTail(ALERT, 0, StoredPrivacy.NONE, null, null);
      Alerting alerting = new Alerting(findings, HIDDEN, List.of(alerts));
      CollectionTail tail = new CollectionTail(HIDDEN, 0, new Policy(), feed, alerting);
      tail.append(rows(1, 1, 1, 70), entities);
      alerts.publish();
      RowSource raised = alerts.view().getFirst();
      assertEquals(1, raised.rowCount());
      assertTrue(read(raised, "id").isNull(0));
      assertEquals(70, ((ColumnVector.Longs) read(raised, "amount")).values()[0]);
      assertEquals(70.0, ((ColumnVector.Doubles) read(raised, "value")).values()[0]);
    }
  }

  private static ColumnVector read(RowSource rows, String column) {
    return Objects.requireNonNull(rows.column(id(ALERT, column))).read(0, 1);
  }

  private static int id(TableSchema schema, String column) {
    return Objects.requireNonNull(schema.column(column)).id();
  }

  private static LoadedRows rows(long... amounts) {
    RowsBuilder builder = new RowsBuilder(OPEN, "log");
    builder.begin(new byte[0]);
    for (int i = 0; i < amounts.length; i++) {
      Row row = new Row(OPEN.columns().size());
      row.setBytes(OPEN.positionOf("user"), new byte[] {'u'});
      row.setBytes(OPEN.positionOf("id"), "secret".getBytes(StandardCharsets.UTF_8));
      row.setLong(OPEN.positionOf("amount"), amounts[i]);
      builder.add(row, i);
    }
    RowsBuilder.Placement all =
        new RowsBuilder.Placement(KeyPlacement.XXH64, -1, -1, new int[] {0}, 12);
    return Objects.requireNonNull(builder.cut(all, 0)[0]);
  }
}
