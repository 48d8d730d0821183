package io.tyto.ingest.partition;

import io.tyto.engine.load.LoadedRows;
import io.tyto.engine.row.Row;
import io.tyto.engine.source.ColumnReader;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.vector.ColumnVector;
import io.tyto.ingest.lifetime.AlertRows;
import io.tyto.ingest.lifetime.Findings;
import io.tyto.ingest.lifetime.Findings.Finding;
import io.tyto.model.schema.SystemColumns;
import io.tyto.model.schema.TableSchema;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// Makes events of the events that rules mark, in the unit that has these: an alert has the log and
/// the offset of its event and is committed with it, so it is there exactly when that is.
///
/// For the partition's thread.
final class Alerting {
  private final Findings findings;
  private final TableSchema events;
  private final List<Target> targets = new ArrayList<>();
  private long raised;

  private record Target(AlertRows rows, CollectionTail tail) {}

  /// Where an event comes from; its alerts come from there too.
  ///
  /// @param entity of the event
  record Origin(String logId, long offset, long receivedMicros, int entity) {}

  /// @param events schema of the events
  /// @param tails of the collections that gather the alerts
  Alerting(Findings findings, TableSchema events, List<CollectionTail> tails) {
    this.findings = findings;
    this.events = events;
    tails.forEach(tail -> targets.add(new Target(new AlertRows(tail.schema()), tail)));
  }

  /// Rows made so far.
  long raised() {
    return raised;
  }

  /// Raises what was found in one row.
  void raise(Row event, Origin origin) {
    for (Finding finding : findings.take()) {
      for (Target target : targets) {
        target.tail().append(target.rows().of(finding, event, events), origin);
        raised++;
      }
    }
  }

  /// Raises what was found in rows that are columns.
  ///
  /// @param stored the same as they will be stored, as the schema of the events sees them
  void raise(LoadedRows rows, RowSource stored) {
    for (Finding finding : findings.take()) {
      Origin origin = origin(rows, finding.position());
      for (Target target : targets) {
        target.tail().append(target.rows().of(finding, stored, events), origin);
        raised++;
      }
    }
  }

  private static Origin origin(LoadedRows rows, int position) {
    ColumnVector log = reader(rows, SystemColumns.LOG).read(position, 1);
    if (!(log instanceof ColumnVector.Ordinals(_, int[] values, var dictionary, _))) {
      throw new IllegalStateException("the log of loaded rows has a dictionary");
    }
    String logId = new String(dictionary.value(values[0]), StandardCharsets.UTF_8);
    return new Origin(
        logId,
        rows.logOffset(position),
        number(rows, SystemColumns.RECEIVED, position),
        (int) number(rows, SystemColumns.ENTITY, position));
  }

  private static long number(LoadedRows rows, int column, int position) {
    if (reader(rows, column).read(position, 1) instanceof ColumnVector.Longs longs) {
      return longs.values()[0];
    }
    throw new IllegalStateException("system column " + column + " holds numbers");
  }

  private static ColumnReader reader(LoadedRows rows, int column) {
    return Objects.requireNonNull(rows.column(column));
  }
}
