package io.tyto.engine.lookup;

import io.tyto.engine.entity.KeyHash;
import io.tyto.engine.row.Row;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.Physical;
import io.tyto.model.schema.Values;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/// Collects the rows of a dimension table and writes them as one file, by key. Not thread-safe.
public final class LookupTableWriter {
  private static final int FIRST_CAPACITY = 1 << 10;

  private final List<ColumnSpec> columns;
  private final int keyPosition;
  private final int maxRows;
  private final long maxBytes;
  private final List<Cells> cells = new ArrayList<>();
  private int rows;
  private long bytes;

  /// @param columns of single values
  /// @param keyPosition of the key among them
  /// @param maxBytes of the values, before they are written
  public LookupTableWriter(List<ColumnSpec> columns, int keyPosition, int maxRows, long maxBytes) {
    this.columns = List.copyOf(columns);
    this.keyPosition = keyPosition;
    this.maxRows = maxRows;
    this.maxBytes = maxBytes;
    for (ColumnSpec column : columns) {
      cells.add(new Cells(column.type().physical()));
    }
  }

  public int rows() {
    return rows;
  }

  /// Takes a row with a key. BAD_USER_INPUT where it has none, or the table is full.
  public void add(Row row) {
    if (row.isNull(keyPosition)) {
      throw invalid("has no key: %s is null".formatted(columns.get(keyPosition).name()));
    }
    if (rows == maxRows) {
      throw invalid("is one more than the %,d rows that `limits.rows` allows".formatted(maxRows));
    }
    for (int i = 0; i < columns.size(); i++) {
      bytes += cells.get(i).add(rows, row, i);
    }
    if (bytes > maxBytes) {
      throw invalid("goes beyond the %,d bytes that `limits.bytes` allows".formatted(maxBytes));
    }
    rows++;
  }

  private TytoException invalid(String reason) {
    return new TytoException(ErrorCode.BAD_USER_INPUT, "row %,d %s".formatted(rows + 1, reason));
  }

  /// Writes the file. BAD_USER_INPUT where two rows have one key.
  public void write(OutputStream target) throws IOException {
    int[] order = order();
    DataOutputStream out = new DataOutputStream(new BufferedOutputStream(target, 1 << 16));
    int slots = LookupFormat.slots(rows);
    out.write(LookupFormat.MAGIC);
    writeInt(out, LookupFormat.VERSION);
    writeInt(out, rows);
    writeInt(out, columns.size());
    writeInt(out, keyPosition);
    writeInt(out, slots);
    writeInt(out, 0);
    long at = writeDirectory(out, slots);
    pad(out, at);
    for (int slot : index(order, slots)) {
      writeInt(out, slot);
    }
    for (Cells column : cells) {
      column.write(out, order);
    }
    out.flush();
  }

  /// Returns where it ends.
  private long writeDirectory(DataOutputStream out, int slots) throws IOException {
    long length = LookupFormat.HEADER_BYTES;
    List<byte[]> names = new ArrayList<>();
    for (ColumnSpec column : columns) {
      byte[] name = column.name().getBytes(StandardCharsets.UTF_8);
      byte[] type = column.type().toString().getBytes(StandardCharsets.UTF_8);
      names.add(name);
      names.add(type);
      length += 2L * Integer.BYTES + name.length + type.length + 2L * Long.BYTES;
    }
    long next = LookupFormat.aligned(length) + (long) slots * Integer.BYTES;
    for (int i = 0; i < columns.size(); i++) {
      for (byte[] text : names.subList(2 * i, 2 * i + 2)) {
        writeInt(out, text.length);
        out.write(text);
      }
      writeLong(out, next);
      next += LookupFormat.nullsBytes(rows);
      writeLong(out, next);
      next += cells.get(i).sizeBytes(rows);
    }
    return length;
  }

  private int[] order() {
    Cells keys = cells.get(keyPosition);
    int[] order =
        IntStream.range(0, rows).boxed().sorted(keys.order()).mapToInt(Integer::intValue).toArray();
    for (int i = 1; i < rows; i++) {
      if (keys.order().compare(order[i - 1], order[i]) == 0) {
        throw new TytoException(
            ErrorCode.BAD_USER_INPUT,
            "rows %,d and %,d both have the key %s, which is to be unique"
                .formatted(
                    Math.min(order[i - 1], order[i]) + 1,
                    Math.max(order[i - 1], order[i]) + 1,
                    keys.shown(order[i], columns.get(keyPosition).type().element())));
      }
    }
    return order;
  }

  /// Open addressing with linear probing: row + 1, or 0 where a slot is free.
  private int[] index(int[] order, int slots) {
    int[] index = new int[slots];
    for (int i = 0; i < rows; i++) {
      int slot = (int) cells.get(keyPosition).hash(order[i]) & slots - 1;
      while (index[slot] != 0) {
        slot = slot + 1 & slots - 1;
      }
      index[slot] = i + 1;
    }
    return index;
  }

  private static void pad(DataOutputStream out, long at) throws IOException {
    for (long i = at; i < LookupFormat.aligned(at); i++) {
      out.write(0);
    }
  }

  private static void writeInt(DataOutputStream out, int value) throws IOException {
    out.writeInt(Integer.reverseBytes(value));
  }

  private static void writeLong(DataOutputStream out, long value) throws IOException {
    out.writeLong(Long.reverseBytes(value));
  }

  /// The values of one column as they come.
  private static final class Cells {
    private final Physical physical;
    private long[] nulls = new long[FIRST_CAPACITY / Long.SIZE];
    private long[] numbers = new long[0];
    private byte[][] texts = new byte[0][];
    private long textBytes;

    Cells(Physical physical) {
      this.physical = physical;
    }

    /// Returns the bytes that the value takes.
    long add(int row, Row from, int column) {
      grow(row + 1);
      if (from.isNull(column)) {
        nulls[row >>> 6] |= 1L << row;
        return Long.BYTES;
      }
      switch (physical) {
        case LONG -> numbers[row] = from.longAt(column);
        case DOUBLE -> numbers[row] = Double.doubleToLongBits(from.doubleAt(column));
        case BYTES -> {
          texts[row] = from.bytesAt(column).clone();
          textBytes += texts[row].length;
          return Long.BYTES + (long) texts[row].length;
        }
      }
      return Long.BYTES;
    }

    private void grow(int size) {
      int capacity = Math.max(FIRST_CAPACITY, Integer.highestOneBit(size - 1) << 1);
      if (nulls.length * Long.SIZE < capacity) {
        nulls = Arrays.copyOf(nulls, capacity / Long.SIZE);
      }
      if (physical == Physical.BYTES) {
        texts = texts.length < size ? Arrays.copyOf(texts, capacity) : texts;
      } else {
        numbers = numbers.length < size ? Arrays.copyOf(numbers, capacity) : numbers;
      }
    }

    Comparator<Integer> order() {
      return physical == Physical.BYTES
          ? (a, b) -> Arrays.compareUnsigned(texts[a], texts[b])
          : (a, b) -> Long.compare(numbers[a], numbers[b]);
    }

    long hash(int row) {
      return physical == Physical.BYTES ? KeyHash.of(texts[row]) : KeyHash.of(numbers[row]);
    }

    Object shown(int row, ColumnType.Scalar type) {
      return physical == Physical.BYTES
          ? Values.fromBytes(type, texts[row])
          : Values.fromLong(type, numbers[row]);
    }

    boolean isNull(int row) {
      return (nulls[row >>> 6] & 1L << row) != 0;
    }

    long sizeBytes(int rows) {
      return physical == Physical.BYTES
          ? LookupFormat.aligned((rows + 1L) * Integer.BYTES) + LookupFormat.aligned(textBytes)
          : (long) rows * Long.BYTES;
    }

    void write(DataOutputStream out, int[] order) throws IOException {
      for (int word = 0; word < LookupFormat.nullsBytes(order.length) / Long.BYTES; word++) {
        long bits = 0;
        for (int i = word * Long.SIZE; i < Math.min(order.length, (word + 1) * Long.SIZE); i++) {
          bits |= isNull(order[i]) ? 1L << i : 0;
        }
        writeLong(out, bits);
      }
      if (physical == Physical.BYTES) {
        writeTexts(out, order);
      } else {
        for (int row : order) {
          writeLong(out, numbers[row]);
        }
      }
    }

    private void writeTexts(DataOutputStream out, int[] order) throws IOException {
      int start = 0;
      writeInt(out, start);
      for (int row : order) {
        start += isNull(row) ? 0 : texts[row].length;
        writeInt(out, start);
      }
      pad(out, (order.length + 1L) * Integer.BYTES);
      for (int row : order) {
        if (!isNull(row)) {
          out.write(texts[row]);
        }
      }
      pad(out, textBytes);
    }
  }
}
