package io.tyto.engine.encoding;

import static io.tyto.engine.encoding.Layouts.BYTE;

import io.tyto.engine.vector.Dictionary;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The ascending distinct values of a dictionary, read in place. Thread-safe. Fails like {@link
/// LongDecoder}.
public sealed interface SortedBytes {
  int size();

  /// A copy of the value.
  byte[] value(int ordinal);

  /// The values of the ordinals `[from, to)` in one copy, or null where they are put together one
  /// by one.
  default Dictionary.@Nullable Run values(int from, int to) {
    return null;
  }

  /// Ordinal of the value, or `-(insertion point) - 1`.
  default int find(byte[] value) {
    int low = 0;
    int high = size() - 1;
    while (low <= high) {
      int middle = low + high >>> 1;
      int order = Arrays.compareUnsigned(value(middle), value);
      if (order == 0) {
        return middle;
      }
      if (order < 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return -low - 1;
  }

  static SortedBytes open(Encoding encoding, MemorySegment payload, int size) {
    return switch (encoding) {
      case FIXED -> new FixedBytes(BytesDecoder.Fixed.at(payload), size);
      case STRINGS -> Strings.at(payload, size);
      case RAW,
          CONSTANT,
          PLAIN,
          PACKED,
          PATCHED,
          DELTA,
          RUN_LENGTH,
          DISTINCT,
          SCALED,
          CHUNKED,
          BITMAP ->
          throw new IllegalArgumentException(encoding + " holds no dictionary");
    };
  }

  /// The values of the table in the given order.
  static EncodedValues encode(BytesTable table, int[] order) {
    FixedForm fixed = new FixedForm();
    byte[] data = table.data();
    int[] offsets = table.offsets();
    for (int ordinal : order) {
      fixed.add(data, offsets[ordinal], offsets[ordinal + 1] - offsets[ordinal]);
    }
    PayloadBuilder target = new PayloadBuilder();
    TextForm form = fixed.form();
    if (form != null) {
      int stored = form.storedLength(fixed.valueLength());
      target.putInt(stored).putByte(form.id()).padTo(Encoding.PARAMETER_BYTES);
      byte[] value = new byte[stored];
      for (int ordinal : order) {
        form.store(data, offsets[ordinal], stored, value);
        target.putBytes(value, 0, stored);
      }
      return EncodedValues.of(Encoding.FIXED, order.length, target);
    }
    int width = BitPacking.widthFor(table.dataBytes());
    target.putByte(width).padTo(Encoding.PARAMETER_BYTES);
    long[] ends = new long[order.length + 1];
    for (int i = 0; i < order.length; i++) {
      ends[i + 1] = ends[i] + offsets[order[i] + 1] - offsets[order[i]];
    }
    BitPacking.pack(ends, ends.length, width, target);
    for (int ordinal : order) {
      target.putBytes(data, offsets[ordinal], offsets[ordinal + 1] - offsets[ordinal]);
    }
    return EncodedValues.of(Encoding.STRINGS, order.length, target);
  }

  /// Layout: {@link BytesDecoder.Fixed}.
  record FixedBytes(BytesDecoder.Fixed values, int size) implements SortedBytes {
    @Override
    public byte[] value(int ordinal) {
      return values.value(ordinal);
    }
  }

  /// ```
  /// 0   u8  width
  /// 64  packed byteOffset x (values + 1), counted from the end of this list
  ///     bytes of the values
  /// ```
  record Strings(MemorySegment payload, int width, long dataAt, int size) implements SortedBytes {
    static Strings at(MemorySegment payload, int size) {
      int width = payload.get(BYTE, 0);
      if (!BitPacking.isWidth(width)) {
        throw new IllegalArgumentException("a width of " + width + " bits");
      }
      long dataAt = Encoding.PARAMETER_BYTES + BitPacking.bytes(size + 1L, width);
      return new Strings(payload, width, dataAt, size);
    }

    @Override
    public byte[] value(int ordinal) {
      long from = BitPacking.get(payload, Encoding.PARAMETER_BYTES, width, ordinal);
      long to = BitPacking.get(payload, Encoding.PARAMETER_BYTES, width, ordinal + 1L);
      byte[] value = new byte[Math.toIntExact(to - from)];
      MemorySegment.copy(payload, BYTE, dataAt + from, value, 0, value.length);
      return value;
    }

    @Override
    public Dictionary.Run values(int from, int to) {
      long start = BitPacking.get(payload, Encoding.PARAMETER_BYTES, width, from);
      int[] offsets = new int[to - from + 1];
      for (int i = 1; i < offsets.length; i++) {
        long end = BitPacking.get(payload, Encoding.PARAMETER_BYTES, width, (long) from + i);
        offsets[i] = Math.toIntExact(end - start);
        if (offsets[i] < offsets[i - 1]) {
          throw new IllegalArgumentException("value " + (from + i) + " ends before it starts");
        }
      }
      byte[] data = new byte[offsets[to - from]];
      MemorySegment.copy(payload, BYTE, dataAt + start, data, 0, data.length);
      return new Dictionary.Run(data, offsets);
    }
  }
}
