package io.tyto.engine.group;

import io.tyto.engine.domain.BytesCodes;
import io.tyto.engine.domain.Hashing;
import io.tyto.engine.domain.LongCodes;
import io.tyto.engine.scan.Checkpoint;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Numbers tuples of keys, so that tuples are compared as ints, also across two results.
final class TupleNumbers {
  private static final int UNKNOWN = -1;

  private static final long SEED = Hashing.PROCESS_SEED;

  private final List<GroupKeys> keys;
  private final List<LongCodes> values = new ArrayList<>();
  private final List<LongCodes> pairs = new ArrayList<>();

  /// @param keys at least one
  TupleNumbers(List<GroupKeys> keys) {
    this.keys = keys;
    for (int i = 0; i < keys.size(); i++) {
      values.add(new LongCodes(SEED));
      pairs.add(new LongCodes(SEED));
    }
  }

  /// The number of each group's tuple, from 0, dense, in order of first sight.
  int[] number() {
    int[] numbers = new int[keys.getFirst().count()];
    for (int key = 0; key < keys.size(); key++) {
      GroupKeys column = keys.get(key);
      LongCodes table = values.get(key);
      LongCodes pair = pairs.get(key);
      for (int i = 0; i < numbers.length; i++) {
        Checkpoint.pass(i);
        int code = column.isNull(i) ? 0 : table.intern(bits(column, i));
        numbers[i] = pair.intern(LongCodes.pair(numbers[i], code));
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
      GroupKeys column = inNumbersOf(keys.get(key), others.get(key));
      LongCodes table = values.get(key);
      LongCodes pair = pairs.get(key);
      for (int i = 0; i < numbers.length; i++) {
        Checkpoint.pass(i);
        int code = column.isNull(i) ? 0 : unknownIfZero(table.find(bits(column, i)));
        boolean isKnown = numbers[i] != UNKNOWN && code != UNKNOWN;
        numbers[i] = isKnown ? unknownIfZero(pair.find(LongCodes.pair(numbers[i], code))) : UNKNOWN;
      }
    }
    Arrays.setAll(numbers, i -> numbers[i] == UNKNOWN ? UNKNOWN : numbers[i] - 1);
    return numbers;
  }

  private static int unknownIfZero(int code) {
    return code == 0 ? UNKNOWN : code;
  }

  /// Byte strings of another result by the codes they have in the known one, so that bits compare;
  /// other keys are comparable as they are.
  @SuppressWarnings("ReferenceEquality") // one and the same numbering
  private static GroupKeys inNumbersOf(GroupKeys known, GroupKeys other) {
    if (!(known instanceof GroupKeys.BytesKeys mine)
        || !(other instanceof GroupKeys.BytesKeys theirs)
        || mine.values() == theirs.values()) {
      return other;
    }
    BytesCodes lookup = new BytesCodes(SEED);
    int[] mineByCode = new int[mine.count() + 1];
    for (int i = 0; i < mine.count(); i++) {
      Checkpoint.pass(i);
      if (!mine.isNull(i)) {
        mineByCode[lookup.intern(mine.values().value(mine.codes()[i]))] = mine.codes()[i];
      }
    }
    int[] codes = new int[theirs.count()];
    for (int i = 0; i < codes.length; i++) {
      Checkpoint.pass(i);
      if (!theirs.isNull(i)) {
        int found = lookup.find(theirs.values().value(theirs.codes()[i]));
        codes[i] = found == 0 ? UNKNOWN : mineByCode[found];
      }
    }
    return new GroupKeys.BytesKeys(codes, mine.values());
  }

  private static long bits(GroupKeys column, int group) {
    return switch (column) {
      case GroupKeys.LongKeys longs -> longs.values()[group];
      case GroupKeys.DoubleKeys doubles -> Double.doubleToRawLongBits(doubles.values()[group]);
      case GroupKeys.BytesKeys bytes -> bytes.codes()[group];
    };
  }
}
