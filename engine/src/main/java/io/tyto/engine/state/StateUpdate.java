package io.tyto.engine.state;

import io.tyto.engine.domain.Hashing;
import io.tyto.engine.row.Row;
import io.tyto.model.schema.Physical;
import java.util.Arrays;
import java.util.Objects;
import org.apache.datasketches.hll.HllSketch;
import org.apache.datasketches.hll.TgtHllType;
import org.jspecify.annotations.Nullable;

/// Brings one event into the state of its entity. Nulls count in no element but that of the events.
/// Not thread-safe.
final class StateUpdate {
  private static final int LOG_REGISTERS = 14;

  /// Values beyond it are left out of moments: the sum of the squares of as many others as there
  /// can be stays a number, while one of these would make it infinite for ever.
  private static final double MOST_OF_MOMENTS = 1e140;

  private final StateLayout layout;
  private final StateElement[] elements;

  StateUpdate(StateLayout layout) {
    this.layout = layout;
    this.elements = layout.elements().toArray(StateElement[]::new);
  }

  /// @param positions of each element's column in the row, any for that of the events; -1: the
  ///   element stays as it is
  /// @param timeMicros of the event
  void apply(
      long[] words,
      int base,
      @Nullable Object[] objects,
      int objectBase,
      Row row,
      int[] positions,
      long timeMicros) {
    for (int i = 0; i < elements.length; i++) {
      StateElement element = elements[i];
      int column = positions[i];
      boolean isNull = column >= 0 && element.columnId() != 0 && row.isNull(column);
      if (column < 0 || isNull || isLeftOut(element, row, column)) {
        continue;
      }
      int at = base + layout.wordAt(i);
      int object = objectBase + layout.objectAt(i);
      boolean isFirst = (words[base] >>> i & 1) == 0;
      words[base] |= 1L << i;
      switch (element.function()) {
        case COUNT -> words[at] = isFirst ? 1 : words[at] + 1;
        case SUM -> add(element.form(), words, at, isFirst, row, column);
        case AVG -> {
          add(element.form(), words, at, isFirst, row, column);
          words[at + 2] = isFirst ? 1 : words[at + 2] + 1;
        }
        case MIN -> {
          if (isFirst || compare(element.form(), words, at, objects, object, row, column) > 0) {
            set(element.form(), words, at, objects, object, row, column);
          }
        }
        case MAX -> {
          if (isFirst || compare(element.form(), words, at, objects, object, row, column) < 0) {
            set(element.form(), words, at, objects, object, row, column);
          }
        }
        case FIRST -> {
          if (isFirst || timeMicros < words[at]) {
            words[at] = timeMicros;
            set(element.form(), words, at + 1, objects, object, row, column);
          }
        }
        case LAST -> {
          if (isFirst || timeMicros >= words[at]) {
            words[at] = timeMicros;
            set(element.form(), words, at + 1, objects, object, row, column);
          }
        }
        case DISTINCT -> {
          if (isFirst) {
            objects[object] = new HllSketch(LOG_REGISTERS, TgtHllType.HLL_8);
          }
          sketch((HllSketch) Objects.requireNonNull(objects[object]), element.form(), row, column);
        }
        case MOMENTS -> moments(words, at, isFirst, number(element.form(), row, column));
      }
    }
  }

  private static boolean isLeftOut(StateElement element, Row row, int column) {
    // What is no number is left out too: it compares with nothing.
    return element.function() == StateFunction.MOMENTS
        && !(Math.abs(number(element.form(), row, column)) <= MOST_OF_MOMENTS);
  }

  private static void add(
      Physical form, long[] words, int at, boolean isFirst, Row row, int column) {
    if (isFirst) {
      words[at] = 0;
      words[at + 1] = 0;
    }
    if (form == Physical.DOUBLE) {
      addDouble(words, at, row.doubleAt(column));
      return;
    }
    long value = row.longAt(column);
    long low = words[at + 1] + value;
    long carry = Long.compareUnsigned(low, value) < 0 ? 1 : 0;
    words[at] += (value >> 63) + carry;
    words[at + 1] = low;
  }

  /// Neumaier's compensated sum.
  private static void addDouble(long[] words, int at, double value) {
    double sum = Double.longBitsToDouble(words[at]);
    double lost = Double.longBitsToDouble(words[at + 1]);
    double next = sum + value;
    lost += Math.abs(sum) >= Math.abs(value) ? sum - next + value : value - next + sum;
    words[at] = Double.doubleToRawLongBits(next);
    words[at + 1] = Double.doubleToRawLongBits(lost);
  }

  private static void moments(long[] words, int at, boolean isFirst, double value) {
    long count = isFirst ? 1 : words[at] + 1;
    double mean = isFirst ? 0 : Double.longBitsToDouble(words[at + 1]);
    double squares = isFirst ? 0 : Double.longBitsToDouble(words[at + 2]);
    double delta = value - mean;
    mean += delta / count;
    squares += delta * (value - mean);
    words[at] = count;
    words[at + 1] = Double.doubleToRawLongBits(mean);
    words[at + 2] = Double.doubleToRawLongBits(squares);
  }

  private static double number(Physical form, Row row, int column) {
    return form == Physical.DOUBLE ? row.doubleAt(column) : row.longAt(column);
  }

  /// What stands there against the row's value.
  private static int compare(
      Physical form,
      long[] words,
      int at,
      @Nullable Object[] objects,
      int object,
      Row row,
      int column) {
    return switch (form) {
      case LONG -> Long.compare(words[at], row.longAt(column));
      case DOUBLE -> Double.compare(Double.longBitsToDouble(words[at]), row.doubleAt(column));
      case BYTES ->
          Arrays.compareUnsigned(
              (byte[]) Objects.requireNonNull(objects[object]), row.bytesAt(column));
    };
  }

  /// The row's bytes are never changed, so they need no copy.
  private static void set(
      Physical form,
      long[] words,
      int at,
      @Nullable Object[] objects,
      int object,
      Row row,
      int column) {
    switch (form) {
      case LONG -> words[at] = row.longAt(column);
      case DOUBLE -> words[at] = Double.doubleToRawLongBits(row.doubleAt(column));
      case BYTES -> objects[object] = row.bytesAt(column);
    }
  }

  private static void sketch(HllSketch sketch, Physical form, Row row, int column) {
    switch (form) {
      case LONG -> sketch.update(row.longAt(column));
      case DOUBLE -> sketch.update(row.doubleAt(column));
      case BYTES -> {
        byte[] value = row.bytesAt(column);
        sketch.update(Hashing.bytes(value, 0, value.length, Hashing.SKETCH_SEED));
      }
    }
  }
}
