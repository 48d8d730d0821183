package io.tyto.engine.group;

import io.tyto.engine.domain.BytesCodes;
import io.tyto.engine.domain.BytesValues;
import io.tyto.engine.domain.Hashing;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The values of one key for all groups, in physical form. Immutable.
public sealed interface GroupKeys {
  int count();

  boolean isNull(int group);

  /// Ascending order of two groups' values; null is greatest.
  default int compare(int left, int right) {
    boolean leftNull = isNull(left);
    boolean rightNull = isNull(right);
    return leftNull || rightNull
        ? Boolean.compare(leftNull, rightNull)
        : compareValues(left, right);
  }

  /// Ascending order of two groups whose values are not null.
  int compareValues(int left, int right);

  /// Long, Double, byte[] or null.
  @Nullable Object value(int group);

  /// Key i of the result is key `groups[i]` of this.
  GroupKeys select(int[] groups);

  /// @param nulls null where no key is null
  record LongKeys(long[] values, boolean @Nullable [] nulls) implements GroupKeys {
    @Override
    public int count() {
      return values.length;
    }

    @Override
    public boolean isNull(int group) {
      return nulls != null && nulls[group];
    }

    @Override
    public int compareValues(int left, int right) {
      return Long.compare(values[left], values[right]);
    }

    @Override
    public @Nullable Object value(int group) {
      return isNull(group) ? null : values[group];
    }

    @Override
    public GroupKeys select(int[] groups) {
      long[] selected = new long[groups.length];
      Arrays.setAll(selected, i -> values[groups[i]]);
      return new LongKeys(selected, selectNulls(nulls, groups));
    }
  }

  /// @param nulls null where no key is null
  record DoubleKeys(double[] values, boolean @Nullable [] nulls) implements GroupKeys {
    @Override
    public int count() {
      return values.length;
    }

    @Override
    public boolean isNull(int group) {
      return nulls != null && nulls[group];
    }

    @Override
    public int compareValues(int left, int right) {
      return Double.compare(values[left], values[right]);
    }

    @Override
    public @Nullable Object value(int group) {
      return isNull(group) ? null : values[group];
    }

    @Override
    public GroupKeys select(int[] groups) {
      double[] selected = new double[groups.length];
      Arrays.setAll(selected, i -> values[groups[i]]);
      return new DoubleKeys(selected, selectNulls(nulls, groups));
    }
  }

  /// Codes of values; code 0 is null, equal codes are equal values and the other way round.
  record BytesKeys(int[] codes, BytesValues values) implements GroupKeys {
    @Override
    public int count() {
      return codes.length;
    }

    @Override
    public boolean isNull(int group) {
      return codes[group] == 0;
    }

    @Override
    public int compareValues(int left, int right) {
      return values.compare(codes[left], codes[right]);
    }

    @Override
    public @Nullable Object value(int group) {
      return isNull(group) ? null : values.value(codes[group]);
    }

    @Override
    public GroupKeys select(int[] groups) {
      int[] selected = new int[groups.length];
      Arrays.setAll(selected, i -> codes[groups[i]]);
      BytesKeys keys = new BytesKeys(selected, values);
      return values instanceof BytesCodes ? keys : keys.own();
    }

    /// The same keys with values that need no snapshot any more: what is selected goes into
    /// answers.
    private BytesKeys own() {
      BytesCodes own = new BytesCodes(Hashing.PROCESS_SEED);
      int[] ownCodes = new int[codes.length];
      for (int i = 0; i < codes.length; i++) {
        ownCodes[i] = codes[i] == 0 ? 0 : own.intern(values.value(codes[i]));
      }
      return new BytesKeys(ownCodes, own);
    }
  }

  /// Flags for the codes that are 0, or null where none is.
  static boolean @Nullable [] nulls(int[] codes) {
    boolean[] nulls = new boolean[codes.length];
    boolean some = false;
    for (int i = 0; i < codes.length; i++) {
      nulls[i] = codes[i] == 0;
      some |= nulls[i];
    }
    return some ? nulls : null;
  }

  private static boolean @Nullable [] selectNulls(boolean @Nullable [] nulls, int[] groups) {
    if (nulls == null) {
      return null;
    }
    boolean[] selected = new boolean[groups.length];
    for (int i = 0; i < groups.length; i++) {
      selected[i] = nulls[groups[i]];
    }
    return selected;
  }
}
