package io.tyto.engine.group;

import io.tyto.engine.vector.ColumnVector;
import java.io.ByteArrayOutputStream;
import org.jspecify.annotations.Nullable;

/// Keys of groups as columns.
public final class KeyVectors {
  private KeyVectors() {}

  /// @param keys numbers of buckets
  public static ColumnVector buckets(GroupKeys keys, long[] boundaries) {
    long[] values = new long[keys.count()];
    for (int i = 0; i < values.length; i++) {
      Long bucket = (Long) keys.value(i);
      values[i] = bucket == null ? 0 : boundaries[bucket.intValue()];
    }
    return new ColumnVector.Longs(values.length, values, nulls(keys));
  }

  /// In physical form.
  public static ColumnVector of(GroupKeys keys) {
    return switch (keys) {
      case GroupKeys.LongKeys longs ->
          new ColumnVector.Longs(longs.count(), longs.values(), nulls(keys));
      case GroupKeys.DoubleKeys doubles ->
          new ColumnVector.Doubles(doubles.count(), doubles.values(), nulls(keys));
      case GroupKeys.BytesKeys bytes -> bytes(bytes);
    };
  }

  private static ColumnVector bytes(GroupKeys.BytesKeys keys) {
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    int[] offsets = new int[keys.count() + 1];
    for (int i = 0; i < keys.count(); i++) {
      if (keys.value(i) instanceof byte[] value) {
        data.writeBytes(value);
      }
      offsets[i + 1] = data.size();
    }
    return new ColumnVector.Bytes(keys.count(), data.toByteArray(), offsets, nulls(keys));
  }

  private static long @Nullable [] nulls(GroupKeys keys) {
    long[] nulls = null;
    for (int i = 0; i < keys.count(); i++) {
      if (keys.isNull(i)) {
        nulls = nulls == null ? new long[(keys.count() + Long.SIZE - 1) / Long.SIZE] : nulls;
        nulls[i >>> 6] |= 1L << i;
      }
    }
    return nulls;
  }
}
