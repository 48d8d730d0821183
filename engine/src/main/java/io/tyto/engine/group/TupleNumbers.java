package io.tyto.engine.group;

import io.tyto.engine.domain.LongTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Numbers tuples of keys, so that tuples are compared as ints, also across two results.
final class TupleNumbers {
  private static final int UNKNOWN = -1;

  /// These tables only ever see values that were group keys already.
  private static final long SEED = 0x5bd1e995L;

  private final List<GroupKeys> keys;
  private final List<LongTable> values = new ArrayList<>();
  private final List<LongTable> pairs = new ArrayList<>();

  /// @param keys at least one
  TupleNumbers(List<GroupKeys> keys) {
    this.keys = keys;
    for (int i = 0; i < keys.size(); i++) {
      values.add(new LongTable(SEED));
      pairs.add(new LongTable(SEED));
    }
  }

  /// The number of each group's tuple, from 0, dense, in order of first sight.
  int[] number() {
    int[] numbers = new int[keys.getFirst().count()];
    for (int key = 0; key < keys.size(); key++) {
      GroupKeys column = keys.get(key);
      LongTable table = values.get(key);
      LongTable pair = pairs.get(key);
      for (int i = 0; i < numbers.length; i++) {
        int code = column.isNull(i) ? 0 : table.intern(bits(column, i));
        numbers[i] = pair.intern(LongTable.pair(numbers[i], code));
      }
    }
    for (int i = 0; i < numbers.length; i++) {
      numbers[i]--;
    }
    return numbers;
  }

  /// After {@link #number}: the numbers of another result's tuples, -1 for those not numbered.
  int[] find(List<GroupKeys> others) {
    int[] numbers = new int[others.getFirst().count()];
    for (int key = 0; key < others.size(); key++) {
      GroupKeys column = others.get(key);
      LongTable table = values.get(key);
      LongTable pair = pairs.get(key);
      for (int i = 0; i < numbers.length; i++) {
        int code = column.isNull(i) ? 0 : find(table, keys.get(key), column, i);
        boolean isKnown = numbers[i] != UNKNOWN && code != UNKNOWN;
        int found = isKnown ? pair.find(LongTable.pair(numbers[i], code)) : 0;
        numbers[i] = found == 0 ? UNKNOWN : found;
      }
    }
    Arrays.setAll(numbers, i -> numbers[i] == UNKNOWN ? UNKNOWN : numbers[i] - 1);
    return numbers;
  }

  private static int find(LongTable table, GroupKeys known, GroupKeys column, int group) {
    long bits;
    if (known instanceof GroupKeys.BytesKeys(var _, var knownTable)
        && column instanceof GroupKeys.BytesKeys(var codes, var otherTable)) {
      int code =
          knownTable == otherTable ? codes[group] : knownTable.find(otherTable.value(codes[group]));
      if (code == 0) {
        return UNKNOWN;
      }
      bits = code;
    } else {
      bits = bits(column, group);
    }
    int found = table.find(bits);
    return found == 0 ? UNKNOWN : found;
  }

  private static long bits(GroupKeys column, int group) {
    return switch (column) {
      case GroupKeys.LongKeys longs -> longs.values()[group];
      case GroupKeys.DoubleKeys doubles -> Double.doubleToRawLongBits(doubles.values()[group]);
      case GroupKeys.BytesKeys bytes -> bytes.codes()[group];
    };
  }
}
