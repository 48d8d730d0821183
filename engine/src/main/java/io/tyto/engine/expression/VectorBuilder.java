package io.tyto.engine.expression;

import io.tyto.engine.vector.ColumnVector;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.ColumnType.ListType;
import io.tyto.model.schema.ColumnType.Scalar;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Collects computed values into a vector. Values are in the form of {@link Operands}.
abstract sealed class VectorBuilder {
  private static final int FIRST_CAPACITY = 16;

  int length;
  private long[] nulls = new long[1];
  private boolean hasNulls;

  static VectorBuilder of(ColumnType type, int capacity) {
    return switch (type) {
      case ListType(Scalar element) -> new ListBuilder(element, capacity);
      case Scalar scalar ->
          switch (scalar.physical()) {
            case LONG -> new LongBuilder(scalar, capacity);
            case DOUBLE -> new DoubleBuilder(capacity);
            case BYTES -> new BytesBuilder(scalar, capacity);
          };
    };
  }

  /// Appends one value; one too long to store is null.
  final void add(@Nullable Object value) {
    if (value == null || !append(value)) {
      appendNull();
      markNull();
    }
    length++;
  }

  abstract ColumnVector build();

  /// Returns false, without effect, where the value cannot be stored.
  abstract boolean append(Object value);

  abstract void appendNull();

  final long @Nullable [] nulls() {
    return hasNulls ? Arrays.copyOf(nulls, (length + 63) >>> 6) : null;
  }

  private void markNull() {
    int word = length >>> 6;
    if (word >= nulls.length) {
      nulls = Arrays.copyOf(nulls, Math.max(word + 1, nulls.length * 2));
    }
    nulls[word] |= 1L << length;
    hasNulls = true;
  }

  private static final class LongBuilder extends VectorBuilder {
    private final Scalar type;
    private long[] values;

    LongBuilder(Scalar type, int capacity) {
      this.type = type;
      values = new long[Math.max(capacity, 1)];
    }

    @Override
    boolean append(Object value) {
      ensureRoom();
      values[length] = Operands.toLong(type, value);
      return true;
    }

    @Override
    void appendNull() {
      ensureRoom();
    }

    @Override
    ColumnVector build() {
      return new ColumnVector.Longs(length, values, nulls());
    }

    private void ensureRoom() {
      if (length == values.length) {
        values = Arrays.copyOf(values, length * 2);
      }
    }
  }

  private static final class DoubleBuilder extends VectorBuilder {
    private double[] values;

    DoubleBuilder(int capacity) {
      values = new double[Math.max(capacity, 1)];
    }

    @Override
    boolean append(Object value) {
      ensureRoom();
      values[length] = (Double) value;
      return true;
    }

    @Override
    void appendNull() {
      ensureRoom();
    }

    @Override
    ColumnVector build() {
      return new ColumnVector.Doubles(length, values, nulls());
    }

    private void ensureRoom() {
      if (length == values.length) {
        values = Arrays.copyOf(values, length * 2);
      }
    }
  }

  private static final class BytesBuilder extends VectorBuilder {
    private final Scalar type;
    private int[] offsets;
    private byte[] data;

    BytesBuilder(Scalar type, int capacity) {
      this.type = type;
      offsets = new int[Math.max(capacity, 1) + 1];
      data = new byte[Math.max(capacity, 1) * FIRST_CAPACITY];
    }

    @Override
    boolean append(Object value) {
      byte[] bytes = Operands.toBytes(type, value);
      if (!Operands.isStorable(bytes)) {
        return false;
      }
      ensureRoom();
      int from = offsets[length];
      int to = Math.addExact(from, bytes.length);
      if (to > data.length) {
        data =
            Arrays.copyOf(
                data, (int) Math.min(Integer.MAX_VALUE - 8, Math.max(to, data.length * 2L)));
      }
      System.arraycopy(bytes, 0, data, from, bytes.length);
      offsets[length + 1] = to;
      return true;
    }

    @Override
    void appendNull() {
      ensureRoom();
      offsets[length + 1] = offsets[length];
    }

    @Override
    ColumnVector build() {
      return new ColumnVector.Bytes(length, data, offsets, nulls());
    }

    private void ensureRoom() {
      if (length + 1 == offsets.length) {
        offsets = Arrays.copyOf(offsets, length * 2 + 1);
      }
    }
  }

  private static final class ListBuilder extends VectorBuilder {
    private final VectorBuilder elements;
    private final int[] offsets;

    ListBuilder(Scalar element, int capacity) {
      elements = of(element, capacity);
      offsets = new int[capacity + 1];
    }

    @Override
    boolean append(Object value) {
      for (Object element : (@Nullable Object[]) value) {
        elements.add(element);
      }
      offsets[length + 1] = elements.length;
      return true;
    }

    @Override
    void appendNull() {
      offsets[length + 1] = offsets[length];
    }

    @Override
    ColumnVector build() {
      return new ColumnVector.Lists(length, offsets, elements.build(), nulls());
    }
  }
}
