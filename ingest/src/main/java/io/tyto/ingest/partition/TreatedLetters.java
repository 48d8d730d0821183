package io.tyto.ingest.partition;

import io.tyto.engine.row.Row;
import io.tyto.engine.source.ColumnReader;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.source.SourceView;
import io.tyto.engine.source.Zone;
import io.tyto.engine.vector.ColumnVector;
import io.tyto.engine.vector.Dictionary;
import io.tyto.index.InvertedIndex;
import io.tyto.ingest.partition.DeadLetters.Column;
import io.tyto.model.schema.ColumnType;
import java.io.ByteArrayOutputStream;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Dead letters as the newest privacy policies leave them, treated while they are read. Thread-safe
/// as the source is.
///
/// @param source the letters as they are stored
/// @param privacy of their collection
record TreatedLetters(RowSource source, StoredPrivacy privacy) implements SourceView {
  /// What a treatment changes; everything else is read as it is stored.
  private static final Set<Column> TREATED =
      EnumSet.of(
          Column.MESSAGE,
          Column.RECORD,
          Column.RECORD_FORM,
          Column.SIZE,
          Column.KEY,
          Column.KEY_FORM,
          Column.KEY_SIZE,
          Column.TREATED);

  /// Whether a letter would be changed. SEGMENT_CORRUPT where they cannot be read.
  static boolean areNeeded(RowSource letters, StoredPrivacy privacy) {
    LetterRows rows = new LetterRows(letters);
    for (int from = 0; from < letters.rowCount(); from += LetterRows.MOST) {
      int length = Math.min(LetterRows.MOST, letters.rowCount() - from);
      rows.enter(from, length);
      for (int i = 0; i < length; i++) {
        DeadLetter letter = rows.get(i).letter();
        if (!privacy.treat(letter).equals(letter)) {
          return true;
        }
      }
    }
    return false;
  }

  @Override
  public @Nullable ColumnReader column(int columnId) {
    for (Column column : TREATED) {
      if (column.id() == columnId) {
        return new Reader(column, source, privacy);
      }
    }
    return source.column(columnId);
  }

  private static final class Reader implements ColumnReader {
    private final Column column;
    private final LetterRows rows;
    private final StoredPrivacy privacy;
    private final Row row = new Row(Column.values().length);

    Reader(Column column, RowSource letters, StoredPrivacy privacy) {
      this.column = column;
      this.rows = new LetterRows(letters);
      this.privacy = privacy;
    }

    @Override
    public ColumnType type() {
      return column.type();
    }

    @Override
    public ColumnVector read(int from, int count) {
      long[] nulls = new long[(count + 63) >>> 6];
      long[] longs = new long[count];
      int[] offsets = new int[count + 1];
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      for (int start = 0; start < count; start += LetterRows.MOST) {
        int length = Math.min(LetterRows.MOST, count - start);
        rows.enter(from + start, length);
        for (int i = 0; i < length; i++) {
          int at = start + i;
          DeadLetters.fill(privacy.treat(rows.get(i).letter()), row);
          switch (row.kind(column.ordinal())) {
            case LONG -> longs[at] = row.longAt(column.ordinal());
            case BYTES -> bytes.writeBytes(row.bytesAt(column.ordinal()));
            case NULL, DOUBLE, LIST -> nulls[at >>> 6] |= 1L << at;
          }
          offsets[at + 1] = bytes.size();
        }
      }
      return column.type().equals(ColumnType.LONG)
          ? new ColumnVector.Longs(count, longs, nulls)
          : new ColumnVector.Bytes(count, bytes.toByteArray(), offsets, nulls);
    }

    @Override
    public @Nullable Zone zone(int block) {
      return null;
    }

    @Override
    public @Nullable Dictionary dictionary() {
      return null;
    }

    @Override
    public @Nullable InvertedIndex index() {
      return null;
    }
  }
}
