package io.tyto.ingest.partition;

import io.tyto.engine.source.ColumnReader;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.vector.ColumnVector;
import io.tyto.ingest.partition.DeadLetters.Column;
import io.tyto.model.schema.SystemColumns;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Reads the dead letters of one segment or piece of a tail, a few rows at a time, because payloads
/// are large. Columns that its rows are older than say nothing.
///
/// Not thread-safe. Lifetime: as long as its source is held.
public final class LetterRows {
  /// The most rows of one {@link #enter}.
  public static final int MOST = 64;

  private final RowSource source;
  private final Map<Column, ColumnReader> readers = new EnumMap<>(Column.class);
  private final ColumnReader logs;
  private final ColumnReader offsets;
  private final ColumnReader received;
  private final Map<Column, ColumnVector> vectors = new EnumMap<>(Column.class);
  private int first;
  private int length;
  private ColumnVector logVector = new ColumnVector.AllNull(0);
  private ColumnVector offsetVector = new ColumnVector.AllNull(0);
  private ColumnVector receivedVector = new ColumnVector.AllNull(0);

  public LetterRows(RowSource source) {
    this.source = source;
    for (Column column : Column.values()) {
      ColumnReader reader = source.column(column.id());
      if (reader != null) {
        readers.put(column, reader);
      }
    }
    logs = system(SystemColumns.LOG);
    offsets = system(SystemColumns.OFFSET);
    received = system(SystemColumns.RECEIVED);
  }

  private ColumnReader system(int id) {
    ColumnReader reader = source.column(id);
    if (reader == null) {
      throw new IllegalStateException(source.name() + " lacks the system column " + id);
    }
    return reader;
  }

  /// Goes to the rows `[from, from + count)`, which lie in one block. Columns are read when they
  /// are asked for.
  public void enter(int from, int count) {
    first = from;
    length = count;
    vectors.clear();
    logVector = logs.read(from, count);
    offsetVector = offsets.read(from, count);
    receivedVector = received.read(from, count);
  }

  /// The log of a row's letter, counted from the first that was entered.
  public String logId(int row) {
    byte[] log = bytes(logVector, row);
    return log == null ? "" : new String(log, StandardCharsets.UTF_8);
  }

  public long logOffset(int row) {
    return number(offsetVector, row, 0);
  }

  public long receivedMicros(int row) {
    return number(receivedVector, row, 0);
  }

  public String code(int row) {
    byte[] code = bytes(vector(Column.CODE), row);
    return code == null ? "" : new String(code, StandardCharsets.UTF_8);
  }

  /// The letter of a row, counted from the first that was entered.
  public StoredLetter get(int row) {
    LetterCells cells =
        new LetterCells() {
          @Override
          public byte @Nullable [] bytes(Column column) {
            return LetterRows.bytes(vector(column), row);
          }

          @Override
          public long number(Column column, long absent) {
            return LetterRows.number(vector(column), row, absent);
          }
        };
    return cells.letter(source.partition(), logId(row), logOffset(row), receivedMicros(row));
  }

  private ColumnVector vector(Column column) {
    ColumnVector known = vectors.get(column);
    if (known == null) {
      ColumnReader reader = readers.get(column);
      known = reader == null ? new ColumnVector.AllNull(length) : reader.read(first, length);
      vectors.put(column, known);
    }
    return known;
  }

  private static long number(ColumnVector vector, int row, long otherwise) {
    return vector instanceof ColumnVector.Longs longs && !vector.isNull(row)
        ? longs.values()[row]
        : otherwise;
  }

  private static byte @Nullable [] bytes(ColumnVector vector, int row) {
    if (vector.isNull(row)) {
      return null;
    }
    return switch (vector) {
      case ColumnVector.Ordinals ordinals -> ordinals.dictionary().value(ordinals.values()[row]);
      case ColumnVector.Bytes plain ->
          Arrays.copyOfRange(plain.data(), plain.offsets()[row], plain.offsets()[row + 1]);
      case ColumnVector.AllNull _ -> null;
      case ColumnVector.Longs _, ColumnVector.Doubles _, ColumnVector.Lists _ ->
          throw new IllegalStateException("a text of a dead letter is stored as " + vector);
    };
  }
}
