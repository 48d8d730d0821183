package io.tyto.engine.behaviour;

/// Events of some entities, one position each. Not thread-safe.
///
/// A kind is a number below {@link io.tyto.model.query.EventFilter#MAX_KINDS}; an event may be of
/// several, and is of one at least.
public final class EntityEvents {
  private static final int FIRST_CAPACITY = 1 << 10;
  private static final int KIND_BITS = 16;
  private static final int BYTES_EACH = Long.BYTES + 2 * Integer.BYTES;

  /// In ticks of the scan's clock.
  long[] times = new long[0];

  /// The first kind above the mask of all kinds: events of equal time are in this order.
  int[] ranks = new int[0];

  /// Codes of a dimension, 0 for null; empty where none was asked for.
  int[] codes = new int[0];

  private final boolean hasCodes;

  EntityEvents(boolean hasCodes) {
    this.hasCodes = hasCodes;
  }

  static int rank(int kinds) {
    return Integer.numberOfTrailingZeros(kinds) << KIND_BITS | kinds;
  }

  public long time(int position) {
    return times[position];
  }

  /// Bit i is set where the event is of kind i.
  public int kinds(int position) {
    return ranks[position] & (1 << KIND_BITS) - 1;
  }

  /// Code of the dimension, 0 where it is null or none was asked for.
  public int code(int position) {
    return hasCodes ? codes[position] : 0;
  }

  /// Makes room for `count` events; what stood there is lost. Returns by how many bytes it grew.
  long ensure(int count) {
    if (times.length >= count) {
      return 0;
    }
    long before = (long) times.length * BYTES_EACH;
    int capacity = Math.max(FIRST_CAPACITY, Math.max(count, times.length + (times.length >> 1)));
    times = new long[capacity];
    ranks = new int[capacity];
    codes = hasCodes ? new int[capacity] : codes;
    return (long) capacity * BYTES_EACH - before;
  }

  boolean isBehind(int left, int right) {
    return times[left] != times[right] ? times[left] > times[right] : ranks[left] > ranks[right];
  }

  void copy(int from, EntityEvents target, int to, int count) {
    System.arraycopy(times, from, target.times, to, count);
    System.arraycopy(ranks, from, target.ranks, to, count);
    if (hasCodes) {
      System.arraycopy(codes, from, target.codes, to, count);
    }
  }

  void copyOne(int from, EntityEvents target, int to) {
    target.times[to] = times[from];
    target.ranks[to] = ranks[from];
    if (hasCodes) {
      target.codes[to] = codes[from];
    }
  }

  EntityEvents fresh() {
    return new EntityEvents(hasCodes);
  }
}
