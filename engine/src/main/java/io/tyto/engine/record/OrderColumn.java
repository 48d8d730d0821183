package io.tyto.engine.record;

import io.tyto.engine.source.Zone;
import io.tyto.engine.vector.ColumnVector;
import io.tyto.engine.vector.Dictionary;
import io.tyto.model.query.AggregateQuery.Direction;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.Physical;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// One order key of some rows that were kept, and of the batch that is being looked at. Ranks
/// ascend in the order asked for. Not thread-safe.
abstract sealed class OrderColumn {
  /// What one kept row takes, but for values of their own size.
  static final int ROW_BYTES = 9;

  private static final int ARRAY_BYTES = 24;

  private final byte nullRank;
  final boolean isDescending;

  /// 0 where the key is a value, else before or after all values.
  private byte[] nullRanks = new byte[0];

  private OrderColumn(Direction direction) {
    isDescending = direction.descending();
    nullRank = (byte) (direction.nullsFirst() ? -1 : 1);
  }

  static OrderColumn of(ColumnType type, Direction direction) {
    if (type.isList()) {
      throw new IllegalArgumentException("rows have no order by a list");
    }
    return type.physical() == Physical.BYTES
        ? new OfBytes(direction)
        : new OfNumbers(direction, type.physical() == Physical.DOUBLE);
  }

  /// An empty column of the same key.
  abstract OrderColumn fresh();

  /// Turns to a batch.
  abstract void enter(ColumnVector vector);

  abstract boolean isNull(int position);

  /// Order of the batch's row and a kept one of `kept`, neither null.
  abstract int compareValues(int position, OrderColumn kept, int index);

  /// Order of two kept rows, neither null.
  abstract int compareValues(int left, int right);

  abstract void storeValue(int position, int index);

  abstract void copyValue(OrderColumn from, int source, int target);

  abstract void growValues(int capacity);

  /// What values of their own size take, about.
  abstract long heldBytes();

  /// Lets go of the values of the kept rows `[from, to)`.
  abstract void forget(int from, int to);

  /// No row of a block so bounded comes before the kept row.
  abstract boolean isBehind(@Nullable Zone zone, int index);

  /// A value comes after the kept row whose rank, complemented where the scan is backward, is
  /// above.
  abstract boolean isBehind(long promise, int index, boolean isBackward);

  final int compare(int position, OrderColumn kept, int index) {
    int rank = isNull(position) ? nullRank : 0;
    int order = rank - kept.nullRanks[index];
    return order != 0 || rank != 0 ? order : compareValues(position, kept, index);
  }

  final int compareKept(int left, int right) {
    int order = nullRanks[left] - nullRanks[right];
    return order != 0 || nullRanks[left] != 0 ? order : compareValues(left, right);
  }

  final void store(int position, int index) {
    nullRanks[index] = isNull(position) ? nullRank : 0;
    if (nullRanks[index] == 0) {
      storeValue(position, index);
    }
  }

  final void copy(OrderColumn from, int source, int target) {
    nullRanks[target] = from.nullRanks[source];
    copyValue(from, source, target);
  }

  final void grow(int capacity) {
    nullRanks = Arrays.copyOf(nullRanks, capacity);
    growValues(capacity);
  }

  final boolean isKeptNull(int index) {
    return nullRanks[index] != 0;
  }

  final boolean isNullLast() {
    return nullRank > 0;
  }

  /// Longs, and doubles by longs that order alike; complemented where descending.
  private static final class OfNumbers extends OrderColumn {
    private final Direction direction;
    private final boolean isDouble;
    private long[] ranks = new long[0];
    private @Nullable ColumnVector vector;

    OfNumbers(Direction direction, boolean isDouble) {
      super(direction);
      this.direction = direction;
      this.isDouble = isDouble;
    }

    @Override
    OrderColumn fresh() {
      return new OfNumbers(direction, isDouble);
    }

    @Override
    void enter(ColumnVector next) {
      vector = next;
    }

    @Override
    boolean isNull(int position) {
      return vector == null || vector.isNull(position);
    }

    private long rank(int position) {
      return switch (vector) {
        case ColumnVector.Longs longs -> directed(longs.values()[position]);
        case ColumnVector.Doubles doubles -> directed(sortable(doubles.values()[position]));
        case null, default -> throw new IllegalStateException("no numbers");
      };
    }

    private long directed(long value) {
      return isDescending ? ~value : value;
    }

    private static long sortable(double value) {
      long bits = Double.doubleToRawLongBits(value);
      return bits ^ bits >> 63 & Long.MAX_VALUE;
    }

    @Override
    int compareValues(int position, OrderColumn kept, int index) {
      return Long.compare(rank(position), ((OfNumbers) kept).ranks[index]);
    }

    @Override
    int compareValues(int left, int right) {
      return Long.compare(ranks[left], ranks[right]);
    }

    @Override
    void storeValue(int position, int index) {
      ranks[index] = rank(position);
    }

    @Override
    void copyValue(OrderColumn from, int source, int target) {
      ranks[target] = ((OfNumbers) from).ranks[source];
    }

    @Override
    void growValues(int capacity) {
      ranks = Arrays.copyOf(ranks, capacity);
    }

    @Override
    long heldBytes() {
      return 0;
    }

    @Override
    void forget(int from, int to) {}

    @Override
    boolean isBehind(@Nullable Zone zone, int index) {
      if (zone == null
          || !zone.hasBounds()
          || isKeptNull(index)
          || zone.nulls() > 0 && !isNullLast()) {
        return false;
      }
      long best =
          isDouble
              ? sortable(isDescending ? zone.maxDouble() : zone.minDouble())
              : isDescending ? zone.maxLong() : zone.minLong();
      return directed(best) > ranks[index];
    }

    @Override
    boolean isBehind(long promise, int index, boolean isBackward) {
      return !isDouble
          && !isKeptNull(index)
          && promise > (isBackward ? ~ranks[index] : ranks[index]);
    }
  }

  private static final class OfBytes extends OrderColumn {
    /// Values of larger dictionaries are not held: most of them are looked at once.
    private static final int MOST_KNOWN = 1 << 16;

    private final Direction direction;
    private byte[] @Nullable [] values = new byte[0][];
    private long heldBytes;
    private @Nullable ColumnVector vector;

    /// Values of the current dictionary that were looked at.
    private byte[] @Nullable [] known = new byte[0][];

    private @Nullable Dictionary dictionary;

    OfBytes(Direction direction) {
      super(direction);
      this.direction = direction;
    }

    @Override
    OrderColumn fresh() {
      return new OfBytes(direction);
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // a dictionary is known by its identity
    void enter(ColumnVector next) {
      vector = next;
      if (next instanceof ColumnVector.Ordinals coded && coded.dictionary() != dictionary) {
        dictionary = coded.dictionary();
        known = new byte[0][];
      }
    }

    @Override
    boolean isNull(int position) {
      return vector == null || vector.isNull(position);
    }

    private byte[] known(ColumnVector.Ordinals coded, int position) {
      int ordinal = coded.values()[position];
      int size = coded.dictionary().size();
      if (size > MOST_KNOWN) {
        return coded.dictionary().value(ordinal);
      }
      if (known.length < size) {
        known = Arrays.copyOf(known, size);
      }
      byte[] value = known[ordinal];
      if (value == null) {
        value = coded.dictionary().value(ordinal);
        known[ordinal] = value;
      }
      return value;
    }

    private byte[] kept(int index) {
      byte[] value = values[index];
      if (value == null) {
        throw new IllegalStateException("row " + index + " keeps no value");
      }
      return value;
    }

    @Override
    int compareValues(int position, OrderColumn other, int index) {
      byte[] kept = ((OfBytes) other).kept(index);
      int order =
          switch (vector) {
            case ColumnVector.Ordinals coded ->
                Arrays.compareUnsigned(known(coded, position), kept);
            case ColumnVector.Bytes bytes ->
                Arrays.compareUnsigned(
                    bytes.data(),
                    bytes.offsets()[position],
                    bytes.offsets()[position + 1],
                    kept,
                    0,
                    kept.length);
            case null, default -> throw new IllegalStateException("no bytes");
          };
      return isDescending ? -order : order;
    }

    @Override
    int compareValues(int left, int right) {
      int order = Arrays.compareUnsigned(kept(left), kept(right));
      return isDescending ? -order : order;
    }

    @Override
    void storeValue(int position, int index) {
      values[index] =
          switch (vector) {
            case ColumnVector.Ordinals coded -> known(coded, position);
            case ColumnVector.Bytes bytes ->
                Arrays.copyOfRange(
                    bytes.data(), bytes.offsets()[position], bytes.offsets()[position + 1]);
            case null, default -> throw new IllegalStateException("no bytes");
          };
      heldBytes += ARRAY_BYTES + kept(index).length;
    }

    @Override
    void copyValue(OrderColumn from, int source, int target) {
      values[target] = ((OfBytes) from).values[source];
    }

    @Override
    void growValues(int capacity) {
      values = Arrays.copyOf(values, capacity);
    }

    @Override
    long heldBytes() {
      return heldBytes;
    }

    @Override
    void forget(int from, int to) {
      Arrays.fill(values, from, to, null);
      // What stays holds its share, near enough for a budget.
      heldBytes = to == 0 ? 0 : (long) (heldBytes * ((double) from / to));
    }

    @Override
    boolean isBehind(@Nullable Zone zone, int index) {
      return false;
    }

    @Override
    boolean isBehind(long promise, int index, boolean isBackward) {
      return false;
    }
  }
}
