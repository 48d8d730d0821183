package io.tyto.ingest.partition;

import io.tyto.engine.entity.EntityTable;
import io.tyto.engine.entity.KeyHash;
import io.tyto.engine.load.LoadedRows;
import io.tyto.engine.row.Row;
import io.tyto.engine.source.EvolvedSource;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.tail.Tail;
import io.tyto.ingest.append.AppendColumns;
import io.tyto.ingest.decode.RowCodec;
import io.tyto.ingest.log.LogRecord;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.EventConfig;
import io.tyto.model.schema.TableSchema;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The unsealed rows of one collection in one unit, in the order they were applied: tails of rows
/// that came one by one, and between them what a file brought as columns. Written by the
/// partition's thread, read by queries.
final class CollectionTail {
  private static final int NO_ENTITY = 0;

  private final TableSchema schema;
  private final int partition;
  private final RowCodec codec;
  private final Row row;
  private final int keyColumn;
  private final StoredPrivacy privacy;
  private final @Nullable AppendColumns appended;
  private final @Nullable Alerting alerting;
  private final List<Piece> pieces = new ArrayList<>();

  /// The last piece, where that is a tail.
  private @Nullable Tail tail;

  /// Memory of the tails before it.
  private long closedBytes;

  private boolean hasUnpublished;

  /// What queries see; a tail among it says itself how far.
  private volatile List<Piece> published = List.of();

  private sealed interface Piece {
    long rowCount();

    List<RowSource> view();
  }

  private record Appended(Tail tail) implements Piece {
    @Override
    public long rowCount() {
      return tail.rowCount();
    }

    @Override
    public List<RowSource> view() {
      return tail.view(tail.rowCount());
    }
  }

  private record Loaded(LoadedRows rows) implements Piece {
    @Override
    public long rowCount() {
      return rows.rowCount();
    }

    @Override
    public List<RowSource> view() {
      return List.of(rows);
    }
  }

  /// @param privacy of records that were encoded by an older version
  /// @param appended fills what only the owner of the partition can, and keeps the states of the
  ///   entities; null where there is nothing of it
  /// @param alerting makes alerts of what is appended; null where nobody gathers them
  CollectionTail(
      TableSchema schema,
      int partition,
      StoredPrivacy privacy,
      @Nullable AppendColumns appended,
      @Nullable Alerting alerting) {
    this.alerting = alerting;
    this.appended = appended;
    this.privacy = privacy;
    this.schema = schema;
    this.partition = partition;
    this.codec = new RowCodec(schema);
    this.row = new Row(schema.columns().size());
    EventConfig.Entity entity = schema.config().entity();
    this.keyColumn = positionOf(schema, entity == null ? null : entity.key());
  }

  TableSchema schema() {
    return schema;
  }

  /// Decodes and appends; LOG_CORRUPT, with nothing appended, where the body is not a row.
  ///
  /// @param entities null where the group has no entity
  void append(String logId, LogRecord record, @Nullable EntityTable entities) {
    codec.decode(
        record.buffer(), record.bodyStart(), record.bodyStart() + record.bodyLength(), row);
    privacy.bringOver(row, record.schemaVersion(), schema);
    byte[] key = entities == null || keyColumn < 0 ? null : KeyHash.keyOf(row, keyColumn);
    int entity = key == null || entities == null ? NO_ENTITY : entities.idOf(key);
    if (appended != null) {
      // Behind all that may fail: what cannot be a row has no part in any state.
      appended.fill(row, entity, record.receivedMicros());
    }
    Alerting.Origin origin = origin(logId, record, entity);
    appendRow(row, origin);
    if (alerting != null) {
      alerting.raise(row, origin);
    }
  }

  /// Appends a row that was made here, of an event that was appended before.
  ///
  /// @param made with the columns of this schema
  void append(Row made, Alerting.Origin origin) {
    if (appended != null) {
      appended.fill(made, origin.entity(), origin.receivedMicros());
    }
    appendRow(made, origin);
  }

  private static Alerting.Origin origin(String logId, LogRecord record, int entity) {
    return new Alerting.Origin(logId, record.offset(), record.receivedMicros(), entity);
  }

  /// Appends a dead letter that was never encoded.
  void append(String logId, LogRecord record, DeadLetter letter) {
    DeadLetters.fill(letter, row);
    appendRow(row, origin(logId, record, NO_ENTITY));
  }

  /// Appends rows that are already columns.
  void append(LoadedRows rows, @Nullable EntityTable entities) {
    EventConfig.Entity entity = rows.schema().config().entity();
    int key = positionOf(rows.schema(), entity == null ? null : entity.key());
    if (tail != null) {
      tail.publish();
      closedBytes += tail.sizeBytes();
      tail = null;
    }
    LoadedRows identified = entities == null || key < 0 ? rows : rows.withEntities(key, entities);
    LoadedRows filled = appended == null ? identified : appended.fill(identified);
    pieces.add(new Loaded(filled));
    if (alerting != null) {
      // What was decoded before a policy changed is sealed by the newest, and so is a copy of it.
      RowSource stored = privacy.current(filled, schema);
      alerting.raise(filled, EvolvedSource.allOf(List.of(stored), schema).getFirst());
    }
    hasUnpublished = true;
  }

  void publish() {
    if (!hasUnpublished) {
      return;
    }
    if (tail != null) {
      tail.publish();
    }
    if (published.size() < pieces.size()) {
      published = List.copyOf(pieces);
    }
    hasUnpublished = false;
  }

  /// Rows published so far. Safe from any thread.
  long rowCount() {
    long rows = 0;
    for (Piece piece : published) {
      rows += piece.rowCount();
    }
    return rows;
  }

  /// Memory of the rows that came one by one; {@link TailUnit} has a limit of its own for the
  /// others.
  long sizeBytes() {
    return closedBytes + (tail == null ? 0 : tail.sizeBytes());
  }

  /// The rows published so far. Safe from any thread.
  List<RowSource> view() {
    List<RowSource> rows = new ArrayList<>();
    for (Piece piece : published) {
      rows.addAll(piece.view());
    }
    return rows;
  }

  private void appendRow(Row source, Alerting.Origin origin) {
    if (tail == null) {
      tail = new Tail(schema, partition);
      pieces.add(new Appended(tail));
    }
    tail.append(source, origin.logId(), origin.offset(), origin.receivedMicros(), origin.entity());
    hasUnpublished = true;
  }

  /// Position of a column, or -1 where there is no name.
  static int positionOf(TableSchema schema, @Nullable String column) {
    if (column == null) {
      return -1;
    }
    for (int i = 0; i < schema.columns().size(); i++) {
      ColumnSpec spec = schema.columns().get(i);
      if (spec.name().equals(column)) {
        return i;
      }
    }
    throw new IllegalStateException(schema.name() + " has no column " + column);
  }
}
