package io.tyto.engine.tail;

import io.tyto.engine.row.Row;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.Physical;
import io.tyto.model.schema.SystemColumns;
import io.tyto.model.schema.TableSchema;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Up to {@link Tail#CHUNK_ROWS} rows; one block to those who read it.
///
/// The columns themselves never change once the chunk is made; what they hold grows.
final class TailChunk {
  private final Map<Integer, ColumnSpec> specs = new HashMap<>();
  private final Map<Integer, TailColumn> columnsById = new HashMap<>();
  private final TailColumn[] userColumns;
  private final TailOrdinals log;
  private final TailLongs offset;
  private final TailLongs received;
  private final TailLongs entity;

  private String lastLogId = "";
  private int rows;
  private long bytes;

  /// @param previous the chunk before, whose values tell which columns are mostly distinct
  TailChunk(TableSchema schema, int capacity, @Nullable TailChunk previous) {
    List<ColumnSpec> columns = schema.columns();
    userColumns = new TailColumn[columns.size()];
    for (int i = 0; i < userColumns.length; i++) {
      TailColumn before = previous == null ? null : previous.userColumns[i];
      userColumns[i] = newColumn(columns.get(i).type(), capacity, before);
      register(columns.get(i), userColumns[i]);
    }
    log = new TailOrdinals(capacity);
    offset = new TailLongs(capacity);
    received = new TailLongs(capacity);
    entity = new TailLongs(capacity);
    for (ColumnSpec spec : SystemColumns.ALL) {
      register(spec, systemColumn(spec.id()));
    }
  }

  private void register(ColumnSpec spec, TailColumn column) {
    specs.put(spec.id(), spec);
    columnsById.put(spec.id(), column);
  }

  private TailColumn systemColumn(int id) {
    return switch (id) {
      case SystemColumns.LOG -> log;
      case SystemColumns.OFFSET -> offset;
      case SystemColumns.RECEIVED -> received;
      case SystemColumns.ENTITY -> entity;
      default ->
          throw new IllegalStateException("system column " + id + " has no place in the tail");
    };
  }

  private static TailColumn newColumn(ColumnType type, int capacity, @Nullable TailColumn before) {
    if (type.isList()) {
      TailColumn elementsBefore = before instanceof TailLists lists ? lists.elements() : null;
      return new TailLists(capacity, newColumn(type.element(), capacity, elementsBefore));
    }
    return switch (type.physical()) {
      case Physical.LONG -> new TailLongs(capacity);
      case Physical.DOUBLE -> new TailDoubles(capacity);
      case Physical.BYTES ->
          isPlain(type, before) ? new TailBytes(capacity) : new TailOrdinals(capacity);
    };
  }

  private static boolean isPlain(ColumnType type, @Nullable TailColumn before) {
    return type instanceof ColumnType.JsonType
        || before instanceof TailBytes
        || before instanceof TailOrdinals ordinals && ordinals.isMostlyDistinct();
  }

  /// Writer only; returns bytes added.
  int append(Row row, String logId, long logOffset, long receivedMicros, int entityId) {
    int added = 0;
    for (int i = 0; i < userColumns.length; i++) {
      TailColumn column = userColumns[i];
      added +=
          switch (row.kind(i)) {
            case NULL -> column.appendNull();
            case LONG -> column.appendLong(row.longAt(i));
            case DOUBLE -> column.appendDouble(row.doubleAt(i));
            case BYTES -> column.appendBytes(row.bytesAt(i));
            case LIST -> column.appendList(row.listAt(i));
          };
    }
    added += appendLog(logId);
    added += offset.appendLong(logOffset);
    added += received.appendLong(receivedMicros);
    added += entity.appendLong(entityId);
    rows++;
    bytes += added;
    return added;
  }

  /// Rows of one log come one after the other.
  private int appendLog(String logId) {
    if (rows > 0 && logId.equals(lastLogId)) {
      return log.appendAgain();
    }
    lastLogId = logId;
    return log.appendBytes(logId.getBytes(StandardCharsets.UTF_8));
  }

  /// Writer only: rows appended.
  int rows() {
    return rows;
  }

  /// Writer only: bytes appended.
  long bytes() {
    return bytes;
  }

  @Nullable TailColumn column(int columnId) {
    return columnsById.get(columnId);
  }

  /// Type of a column that {@link #column} knows.
  ColumnType type(int columnId) {
    ColumnSpec spec = specs.get(columnId);
    if (spec == null) {
      throw new IllegalArgumentException("the tail has no column " + columnId);
    }
    return spec.type();
  }
}
