package io.tyto.ingest.lifetime;

import io.tyto.engine.expression.DerivedColumns;
import io.tyto.engine.expression.ExpressionEvaluator;
import io.tyto.engine.row.Row;
import io.tyto.engine.source.ColumnReader;
import io.tyto.engine.source.RowSource;
import io.tyto.ingest.lifetime.Findings.Finding;
import io.tyto.model.schema.Alert;
import io.tyto.model.schema.Anomaly;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.TableSchema;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// Makes rows of a collection of alerts. Fields are filled by name: those of {@link Alert} from
/// what was found, the others from the event, as it is stored. Not thread-safe.
public final class AlertRows {
  private final TableSchema alerts;
  private final Row row;
  private final ExpressionEvaluator derived;

  public AlertRows(TableSchema alerts) {
    this.alerts = alerts;
    this.row = new Row(alerts.columns().size());
    this.derived = new ExpressionEvaluator(alerts);
  }

  /// The row of an alert, valid until the next call.
  ///
  /// @param event with the columns of `schema`
  public Row of(Finding finding, Row event, TableSchema schema) {
    begin(finding);
    for (int i = 0; i < alerts.columns().size(); i++) {
      ColumnSpec field = copied(alerts.columns().get(i), schema);
      int from = field == null ? -1 : schema.positionOf(field.name());
      if (from >= 0) {
        copy(event, from, i);
      }
    }
    return end();
  }

  /// As above.
  ///
  /// @param events as `schema` sees them; the finding's row is among them
  public Row of(Finding finding, RowSource events, TableSchema schema) {
    begin(finding);
    for (int i = 0; i < alerts.columns().size(); i++) {
      ColumnSpec field = copied(alerts.columns().get(i), schema);
      ColumnReader reader = field == null ? null : reader(events, field, schema);
      if (reader != null) {
        StateScan.put(reader.read(finding.position(), 1), 0, row, i);
      }
    }
    return end();
  }

  /// Rows that were made before a derived column have its values computed, as for who asks.
  private static @Nullable ColumnReader reader(
      RowSource events, ColumnSpec field, TableSchema schema) {
    ColumnReader stored = events.column(field.id());
    return stored == null && field.isComputable()
        ? DerivedColumns.reader(events, schema, field)
        : stored;
  }

  /// The event's column of that name, where it still is what it was when the config was checked.
  private static @Nullable ColumnSpec copied(ColumnSpec column, TableSchema schema) {
    boolean isOwn =
        Alert.typeOf(column.name()) != null || column.derive() != null || column.isAppended();
    ColumnSpec field = isOwn ? null : schema.config().column(column.name());
    return field != null && field.type().equals(column.type()) ? field : null;
  }

  private void begin(Finding finding) {
    row.clear();
    Anomaly first = finding.rules().getFirst();
    for (int i = 0; i < alerts.columns().size(); i++) {
      ColumnSpec column = alerts.columns().get(i);
      // Of its own fields one may be private, and then it is dropped.
      if (column.derive() != null || column.isAppended() || column.privacy() != null) {
        continue;
      }
      switch (column.name()) {
        case Alert.RULE -> row.setBytes(i, bytes(first));
        case Alert.RULES ->
            row.setList(i, finding.rules().stream().map(AlertRows::bytes).toArray());
        case Alert.VALUE -> row.setDouble(i, finding.value());
        case Alert.MEAN -> row.setDouble(i, finding.mean());
        case Alert.DEVIATION -> row.setDouble(i, finding.deviation());
        default -> {}
      }
    }
  }

  private Row end() {
    derived.evaluate(row);
    row.markStorable();
    return row;
  }

  private static byte[] bytes(Anomaly rule) {
    return rule.name().getBytes(StandardCharsets.UTF_8);
  }

  private void copy(Row event, int from, int to) {
    switch (event.kind(from)) {
      case NULL -> row.setNull(to);
      case LONG -> row.setLong(to, event.longAt(from));
      case DOUBLE -> row.setDouble(to, event.doubleAt(from));
      case BYTES -> row.setBytes(to, event.bytesAt(from));
      case LIST -> row.setList(to, event.listAt(from));
    }
  }
}
