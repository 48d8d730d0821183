package io.tyto.engine.state;

import io.tyto.model.schema.Physical;
import java.math.BigInteger;
import java.util.Objects;
import org.apache.datasketches.hll.HllSketch;
import org.jspecify.annotations.Nullable;

/// The state of one entity, element by element. A view of memory that its next event changes: to be
/// read at once, by the partition's thread.
public final class StateRecord {
  private static final BigInteger LOW =
      BigInteger.ONE.shiftLeft(Long.SIZE).subtract(BigInteger.ONE);

  private final StateLayout layout;
  private final long[] words;
  private final int base;
  private final @Nullable Object[] objects;
  private final int objectBase;

  StateRecord(
      StateLayout layout, long[] words, int base, @Nullable Object[] objects, int objectBase) {
    this.layout = layout;
    this.words = words;
    this.base = base;
    this.objects = objects;
    this.objectBase = objectBase;
  }

  /// Of an entity without events.
  public static StateRecord empty(StateLayout layout) {
    return new StateRecord(layout, new long[layout.words()], 0, new Object[layout.objects()], 0);
  }

  /// RuntimeException where the bytes are no state of the layout.
  public static StateRecord decode(StateLayout layout, StateBytes bytes) {
    StateRecord record = empty(layout);
    StateCodec.decode(layout, bytes, record.words, 0, record.objects, 0);
    return record;
  }

  public StateLayout layout() {
    return layout;
  }

  /// What an element says, in the form of its column: a Long, a Double or bytes; a BigInteger for a
  /// sum of integers, the Double of the unscaled mean for AVG; null without values.
  public @Nullable Object value(int element) {
    if (!has(element)) {
      return null;
    }
    StateElement what = layout.elements().get(element);
    int at = base + layout.wordAt(element);
    return switch (what.function()) {
      case COUNT -> words[at];
      case SUM -> what.form() == Physical.DOUBLE ? (Object) doubleSum(at) : integerSum(at);
      case AVG -> mean(what, at);
      case MIN, MAX -> single(what, at, element);
      case FIRST, LAST -> single(what, at + 1, element);
      case DISTINCT ->
          Math.round(((HllSketch) Objects.requireNonNull(object(element))).getCompositeEstimate());
      case MOMENTS -> Double.longBitsToDouble(words[at + 1]);
    };
  }

  public boolean has(int element) {
    return (words[base] >>> element & 1) != 0;
  }

  /// The time of the event whose value FIRST or LAST holds, in epoch microseconds; of no meaning
  /// where it {@link #has} none.
  public long timeOf(int element) {
    return words[base + layout.wordAt(element)];
  }

  /// Values that MOMENTS has seen.
  public long momentCount(int element) {
    return has(element) ? words[base + layout.wordAt(element)] : 0;
  }

  /// Mean of the values that MOMENTS has seen, unscaled; 0 without any.
  public double moment(int element) {
    return has(element) ? Double.longBitsToDouble(words[base + layout.wordAt(element) + 1]) : 0;
  }

  /// Standard deviation of the values that MOMENTS has seen, as of a sample; 0 for fewer than two.
  public double deviation(int element) {
    long count = momentCount(element);
    return count < 2
        ? 0
        : Math.sqrt(
            Double.longBitsToDouble(words[base + layout.wordAt(element) + 2]) / (count - 1));
  }

  void encode(StateBytes target) {
    StateCodec.encode(layout, words, base, objects, objectBase, target);
  }

  /// Takes over what another layout holds of the same elements.
  void takeOver(StateRecord other) {
    for (int i = 0; i < layout.elements().size(); i++) {
      StateElement element = layout.elements().get(i);
      int from = other.layout.indexOf(element);
      if (from < 0 || !other.has(from)) {
        continue;
      }
      words[base] |= 1L << i;
      System.arraycopy(
          other.words,
          other.base + other.layout.wordAt(from),
          words,
          base + layout.wordAt(i),
          element.function().words(element.form()));
      if (element.function().hasObject(element.form())) {
        objects[objectBase + layout.objectAt(i)] = other.object(from);
      }
    }
  }

  private @Nullable Object object(int element) {
    return objects[objectBase + layout.objectAt(element)];
  }

  private @Nullable Object single(StateElement what, int at, int element) {
    return switch (what.form()) {
      case LONG -> words[at];
      case DOUBLE -> Double.longBitsToDouble(words[at]);
      case BYTES -> object(element);
    };
  }

  private double doubleSum(int at) {
    return Double.longBitsToDouble(words[at]) + Double.longBitsToDouble(words[at + 1]);
  }

  private BigInteger integerSum(int at) {
    return BigInteger.valueOf(words[at])
        .shiftLeft(Long.SIZE)
        .or(BigInteger.valueOf(words[at + 1]).and(LOW));
  }

  private double mean(StateElement what, int at) {
    double sum = what.form() == Physical.DOUBLE ? doubleSum(at) : integerSum(at).doubleValue();
    return sum / words[at + 2];
  }
}
