package io.tyto.model.result;

import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/// One column of an answer. Logical values are those of {@link io.tyto.model.schema.Values}, and
/// besides: time bucket keys -> {@link Bucket}, bins -> {@link BinKey}, top -> List of {@link
/// CountedValue}, quantiles -> List of Double, lists -> List.
public sealed interface ResultColumn {
  int size();

  @Nullable Object value(int row);

  record Longs(long[] values, BitSet nulls) implements ResultColumn {
    @Override
    public int size() {
      return values.length;
    }

    @Override
    public @Nullable Object value(int row) {
      return nulls.get(row) ? null : values[row];
    }
  }

  record Doubles(double[] values, BitSet nulls) implements ResultColumn {
    @Override
    public int size() {
      return values.length;
    }

    @Override
    public @Nullable Object value(int row) {
      return nulls.get(row) ? null : values[row];
    }
  }

  record Objects(@Nullable Object[] values) implements ResultColumn {
    @Override
    public int size() {
      return values.length;
    }

    @Override
    public @Nullable Object value(int row) {
      return values[row];
    }
  }
}
