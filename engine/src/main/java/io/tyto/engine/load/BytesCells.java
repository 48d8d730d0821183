package io.tyto.engine.load;

import io.tyto.engine.encoding.BytesTable;
import io.tyto.engine.row.Row;
import java.util.Arrays;

/// A column of texts: ordinals in a dictionary that grows from block to block, or, where most
/// values are distinct, ranges of the text that is being read.
public final class BytesCells extends Cells {
  /// A dictionary that has grown beyond this starts anew with the next block.
  private static final int MAX_DICTIONARY = 1 << 16;

  private static final long MAX_DICTIONARY_BYTES = 8L << 20;

  /// Values after which it shows whether they repeat.
  private static final int SAMPLE = 1 << 12;

  private TableDictionary dictionary = new TableDictionary(new BytesTable());
  private final ShortTexts shortTexts = new ShortTexts();
  private long interned;
  private boolean isPlain;

  private int[] ordinals = new int[0];

  /// Where the values of a plain column are: in the text, or behind its end in `extra`.
  private int[] starts = new int[0];

  private int[] lengths = new int[0];
  private byte[] text = {};
  private byte[] extra = new byte[1 << 10];
  private int extraBytes;

  BytesCells() {}

  @Override
  void clear(byte[] newText) {
    super.clear(newText);
    text = newText;
    extraBytes = 0;
    BytesTable table = dictionary.table();
    if (interned >= SAMPLE && table.size() > interned / 2) {
      isPlain = true;
    }
    if (isPlain || table.size() > MAX_DICTIONARY || table.dataBytes() > MAX_DICTIONARY_BYTES) {
      if (table.size() > 0) {
        dictionary = new TableDictionary(new BytesTable());
        shortTexts.clear();
      }
      interned = 0;
    }
  }

  /// Takes over a range of the text of this block.
  public void put(int row, int from, int length) {
    if (isPlain) {
      starts[row] = from;
      lengths[row] = length;
    } else {
      intern(row, text, from, length);
    }
  }

  /// Takes over bytes that stand anywhere; they are copied.
  public void copy(int row, byte[] source, int from, int length) {
    if (!isPlain) {
      intern(row, source, from, length);
      return;
    }
    if (extra.length - extraBytes < length) {
      int needed = Math.addExact(extraBytes, length);
      extra = Arrays.copyOf(extra, (int) Math.min(Integer.MAX_VALUE - 64, 2L * needed));
    }
    System.arraycopy(source, from, extra, extraBytes, length);
    starts[row] = Math.addExact(text.length, extraBytes);
    lengths[row] = length;
    extraBytes += length;
  }

  private void intern(int row, byte[] source, int from, int length) {
    interned++;
    ordinals[row] = shortTexts.ordinal(dictionary.table(), source, from, length);
  }

  /// The bytes of a row that is not null: `source(row)[from(row), from(row) + length(row))`.
  byte[] source(int row) {
    return !isPlain ? dictionary.table().data() : starts[row] < text.length ? text : extra;
  }

  int from(int row) {
    if (!isPlain) {
      return dictionary.table().offsets()[ordinals[row]];
    }
    return starts[row] < text.length ? starts[row] : starts[row] - text.length;
  }

  int length(int row) {
    if (isPlain) {
      return lengths[row];
    }
    int[] offsets = dictionary.table().offsets();
    return offsets[ordinals[row] + 1] - offsets[ordinals[row]];
  }

  @Override
  void reserve(int rows) {
    ordinals = Arrays.copyOf(ordinals, rows);
    starts = Arrays.copyOf(starts, rows);
    lengths = Arrays.copyOf(lengths, rows);
  }

  @Override
  void put(int row, Row source, int column) {
    byte[] value = source.bytesAt(column);
    copy(row, value, 0, value.length);
  }

  @Override
  public void put(int row, Object element) {
    byte[] value = (byte[]) element;
    copy(row, value, 0, value.length);
  }

  @Override
  void putNull(int row) {
    super.putNull(row);
    ordinals[row] = 0;
    starts[row] = 0;
    lengths[row] = 0;
  }

  @Override
  LoadedColumn select(int[] rows, int from, int count) {
    long[] nulls = selectNulls(rows, from, count);
    if (!isPlain) {
      int[] selected = new int[count];
      for (int i = 0; i < count; i++) {
        selected[i] = ordinals[rows[from + i]];
      }
      return new LoadedColumn.Ordinals(selected, dictionary, nulls);
    }
    int[] offsets = new int[count + 1];
    for (int i = 0; i < count; i++) {
      offsets[i + 1] = Math.addExact(offsets[i], lengths[rows[from + i]]);
    }
    byte[] selected = new byte[offsets[count]];
    for (int i = 0; i < count; i++) {
      int row = rows[from + i];
      System.arraycopy(source(row), from(row), selected, offsets[i], lengths[row]);
    }
    return new LoadedColumn.Bytes(selected, offsets, nulls);
  }
}
