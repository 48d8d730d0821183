package io.tyto.ingest.partition;

import io.tyto.engine.source.ColumnReader;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.vector.ColumnVector;
import io.tyto.ingest.partition.DeadLetter.Origin;
import io.tyto.ingest.partition.DeadLetter.Payload;
import io.tyto.ingest.partition.DeadLetter.RecordFormat;
import io.tyto.ingest.partition.DeadLetters.Column;
import io.tyto.ingest.partition.DeadLetters.Form;
import io.tyto.model.schema.SystemColumns;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Reads the dead letters of one segment or piece of a tail, a few rows at a time, because payloads
/// are large. Columns that its rows are older than say nothing.
///
/// Not thread-safe. Lifetime: as long as its source is held.
public final class LetterRows {
  /// The most rows of one {@link #enter}.
  public static final int MOST = 64;

  /// What a decoder of text puts in the place of bytes that are not UTF-8.
  private static final char REPLACEMENT = '\ufffd';

  private static final long UNKNOWN_SIZE = -1;

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
    return orEmpty(text(Column.CODE, row));
  }

  /// The letter of a row, counted from the first that was entered.
  public StoredLetter get(int row) {
    String headers = text(Column.HEADERS, row);
    Payload payload = payload(row);
    DeadLetter letter =
        new DeadLetter(
            code(row),
            text(Column.FIELD, row),
            orEmpty(text(Column.MESSAGE, row)),
            new Origin(
                orEmpty(text(Column.SOURCE, row)),
                text(Column.TOPIC, row),
                (int) number(Column.TOPIC_PARTITION, row, -1),
                number(Column.POSITION, row, 0),
                format(row, payload)),
            payload,
            key(row),
            areHeadersKept(headers) ? DeadLetters.headers(headers) : List.of(),
            (int) number(Column.CONFIG_VERSION, row, 0),
            number(Column.TREATED, row, 0) != 0);
    return new StoredLetter(
        source.partition(),
        logId(row),
        logOffset(row),
        receivedMicros(row),
        letter,
        isWhole(letter) && areHeadersKept(headers),
        mark(row));
  }

  private static boolean isWhole(DeadLetter letter) {
    Payload key = letter.key();
    return letter.payload().isWhole() && (key == null || key.isWhole());
  }

  private static boolean areHeadersKept(@Nullable String headers) {
    return !DeadLetters.HEADERS_LEFT_OUT.equals(headers);
  }

  private StoredLetter.@Nullable Mark mark(int row) {
    long partition = number(Column.REPLAY_PARTITION, row, -1);
    return partition < 0
        ? null
        : new StoredLetter.Mark((int) partition, number(Column.REPLAY_OFFSET, row, 0));
  }

  /// Letters of the first version have no form: their bytes were made text whatever they were, and
  /// nothing tells how many there had been.
  private Payload payload(int row) {
    byte[] text = bytes(Column.RECORD, row);
    String form = text(Column.RECORD_FORM, row);
    if (form != null) {
      return payload(text, Form.valueOf(form), number(Column.SIZE, row, UNKNOWN_SIZE));
    }
    byte[] kept = text == null ? new byte[0] : text;
    boolean isCertain =
        kept.length < Payload.MAX_BYTES
            && new String(kept, StandardCharsets.UTF_8).indexOf(REPLACEMENT) < 0;
    return new Payload(kept, isCertain ? kept.length : UNKNOWN_SIZE, false);
  }

  private static Payload payload(byte @Nullable [] text, Form form, long size) {
    return new Payload(DeadLetters.bytes(text, form), size, form == Form.WITHHELD);
  }

  private @Nullable Payload key(int row) {
    String form = text(Column.KEY_FORM, row);
    return form == null
        ? null
        : payload(
            bytes(Column.KEY, row), Form.valueOf(form), number(Column.KEY_SIZE, row, UNKNOWN_SIZE));
  }

  private RecordFormat format(int row, Payload payload) {
    String kind = text(Column.FORMAT, row);
    if (kind != null) {
      return DeadLetters.format(RecordFormat.Kind.valueOf(kind), text(Column.LAYOUT, row));
    }
    byte[] bytes = payload.bytes();
    boolean isObject = bytes != null && bytes.length > 0 && bytes[0] == '{';
    return isObject ? RecordFormat.JSON : RecordFormat.NONE;
  }

  private static String orEmpty(@Nullable String text) {
    return text == null ? "" : text;
  }

  private @Nullable String text(Column column, int row) {
    byte[] bytes = bytes(column, row);
    return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
  }

  private byte @Nullable [] bytes(Column column, int row) {
    return bytes(vector(column), row);
  }

  private long number(Column column, int row, long otherwise) {
    return number(vector(column), row, otherwise);
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
