package io.tyto.engine.record;

import io.tyto.engine.domain.ColumnDomain;
import io.tyto.engine.scan.Batch;
import io.tyto.engine.scan.Checkpoint;
import io.tyto.engine.scan.MemoryBudget;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.source.Zone;
import io.tyto.engine.vector.ColumnVector;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The first few rows in an order, out of those offered. Not thread-safe.
///
/// Rows are collected to twice the number wanted, then cut; from the first cut on the worst one
/// kept turns most rows away at a glance.
final class TopRows {
  private static final int MIN_CAPACITY = 1 << 10;

  /// Of a row's place and identity, and of a boxed number while rows are sorted.
  private static final int ROW_BYTES = 24;

  private static final int BOX_BYTES = 20;
  private static final int RESERVE_BYTES = 1 << 16;

  private final Ordering ordering;
  private final List<OrderColumn> keys;
  private final int wanted;
  private int[] sources = new int[0];
  private int[] rows = new int[0];
  private int[] partitions = new int[0];
  private int[] logs = new int[0];
  private long[] offsets = new long[0];
  private int size;
  private int compared;
  private boolean isCut;
  private long reservedArrays;
  private long reservedValues;

  private final int[] batchLogs = new int[RowSource.BATCH_ROWS];
  private final int[] identity = new int[RowSource.BATCH_ROWS];
  private @Nullable Batch batch;
  private long[] batchOffsets = new long[0];

  /// What the order is made of, shared by all threads.
  ///
  /// @param slots of the order keys
  /// @param logs gives log ids codes
  /// @param memory what all rows kept are taken from: an offset may ask to keep millions
  /// @param isFromEnd rows come nearly in reverse of the order in which they lie
  record Ordering(
      int[] slots,
      List<OrderColumn> keys,
      int logSlot,
      int offsetSlot,
      ColumnDomain.Bytes logs,
      MemoryBudget memory,
      boolean isBackward,
      boolean isFromEnd) {}

  TopRows(Ordering ordering, int wanted) {
    this.ordering = ordering;
    this.wanted = wanted;
    keys = ordering.keys.stream().map(OrderColumn::fresh).toList();
    Arrays.setAll(identity, i -> i);
  }

  int size() {
    return size;
  }

  int source(int i) {
    return sources[i];
  }

  int row(int i) {
    return rows[i];
  }

  int partition(int i) {
    return partitions[i];
  }

  int log(int i) {
    return logs[i];
  }

  long offset(int i) {
    return offsets[i];
  }

  /// Turns to the rows of a batch.
  void enter(Batch next) {
    batch = next;
    for (int key = 0; key < keys.size(); key++) {
      keys.get(key).enter(next.column(ordering.slots[key]));
    }
    ordering.logs.codes(next.column(ordering.logSlot), identity, next.length(), batchLogs);
    if (!(next.column(ordering.offsetSlot) instanceof ColumnVector.Longs longs)) {
      throw new IllegalStateException(next.source().name() + " has no offsets");
    }
    batchOffsets = longs.values();
  }

  /// No row of a block with such a zone of the first key can be among the first.
  boolean isBehind(@Nullable Zone zone) {
    return isCut
        && !ordering.isBackward
        && !keys.isEmpty()
        && keys.getFirst().isBehind(zone, wanted - 1);
  }

  /// No row can be among the first whose first key, a long, is at best so far from the start of the
  /// order; see {@link EdgeWalk.Piece}.
  boolean isBehind(long promise) {
    return isCut && keys.getFirst().isBehind(promise, wanted - 1, ordering.isBackward);
  }

  void offer(int position) {
    if (isCut && compare(position, this, wanted - 1) >= 0) {
      return;
    }
    if (!isCut && size == wanted) {
      cut();
      offer(position);
      return;
    }
    if (size == rows.length) {
      if (size >= 2L * wanted && size >= MIN_CAPACITY) {
        cut();
      } else {
        grow();
      }
    }
    store(position, size++);
  }

  private void grow() {
    int capacity = Math.max(MIN_CAPACITY, (int) Math.min(2L * wanted, 2L * rows.length));
    capacity = Math.max(capacity, size + 1);
    long bytes =
        (capacity - (long) rows.length) * (ROW_BYTES + keys.size() * OrderColumn.ROW_BYTES);
    ordering.memory.reserve(bytes);
    reservedArrays += bytes;
    sources = Arrays.copyOf(sources, capacity);
    rows = Arrays.copyOf(rows, capacity);
    partitions = Arrays.copyOf(partitions, capacity);
    logs = Arrays.copyOf(logs, capacity);
    offsets = Arrays.copyOf(offsets, capacity);
    for (OrderColumn key : keys) {
      key.grow(capacity);
    }
  }

  private Batch batch() {
    Batch current = batch;
    if (current == null) {
      throw new IllegalStateException("in no batch");
    }
    return current;
  }

  private void store(int position, int index) {
    sources[index] = batch().sourceIndex();
    rows[index] = batch().from() + position;
    partitions[index] = batch().source().partition();
    logs[index] = batchLogs[position];
    offsets[index] = batchOffsets[position];
    long held = 0;
    for (OrderColumn key : keys) {
      key.store(position, index);
      held += key.heldBytes();
    }
    if (held - reservedValues > RESERVE_BYTES) {
      ordering.memory.reserve(held - reservedValues);
      reservedValues = held;
    }
  }

  /// Order of the batch's row and row `index` of `kept`, as seen from the scan's direction.
  int compare(int position, TopRows kept, int index) {
    int order = 0;
    for (int key = 0; order == 0 && key < keys.size(); key++) {
      order = keys.get(key).compare(position, kept.keys.get(key), index);
    }
    if (order == 0) {
      order = Integer.compare(batch().source().partition(), kept.partitions[index]);
    }
    if (order == 0) {
      order = ordering.logs.compare(batchLogs[position], kept.logs[index]);
    }
    if (order == 0) {
      order = Long.compare(batchOffsets[position], kept.offsets[index]);
    }
    return ordering.isBackward ? -order : order;
  }

  /// While sorting: a page far behind the first sorts millions.
  private int compareSorted(int left, int right) {
    Checkpoint.pass(compared++);
    return compareKept(left, right);
  }

  private int compareKept(int left, int right) {
    int order = 0;
    for (int key = 0; order == 0 && key < keys.size(); key++) {
      order = keys.get(key).compareKept(left, right);
    }
    if (order == 0) {
      order = Integer.compare(partitions[left], partitions[right]);
    }
    if (order == 0) {
      order = ordering.logs.compare(logs[left], logs[right]);
    }
    if (order == 0) {
      order = Long.compare(offsets[left], offsets[right]);
    }
    return ordering.isBackward ? -order : order;
  }

  /// Sorts, and forgets all but the rows wanted.
  void cut() {
    long boxes = size * (long) BOX_BYTES;
    ordering.memory.reserve(boxes);
    Integer[] order = new Integer[size];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, this::compareSorted);
    int kept = Math.min(size, wanted);
    TopRows sorted = new TopRows(ordering, wanted);
    while (sorted.rows.length < kept) {
      sorted.grow();
    }
    for (int i = 0; i < kept; i++) {
      sorted.copy(this, order[i], i);
    }
    int before = size;
    size = kept;
    for (int i = 0; i < kept; i++) {
      copy(sorted, i, i);
    }
    long held = 0;
    for (OrderColumn key : keys) {
      key.forget(kept, before);
      held += key.heldBytes();
    }
    ordering.memory.reserve(Math.min(0, held - reservedValues) - boxes - sorted.reservedArrays);
    reservedValues = Math.min(reservedValues, held);
    isCut = kept == wanted;
  }

  private void copy(TopRows from, int source, int target) {
    sources[target] = from.sources[source];
    rows[target] = from.rows[source];
    partitions[target] = from.partitions[source];
    logs[target] = from.logs[source];
    offsets[target] = from.offsets[source];
    for (int key = 0; key < keys.size(); key++) {
      keys.get(key).copy(from.keys.get(key), source, target);
    }
  }

  void addAll(TopRows other) {
    for (int i = 0; i < other.size; i++) {
      if (size == rows.length) {
        grow();
        if (size == rows.length) {
          cut();
        }
      }
      copy(other, i, size++);
    }
    isCut = false;
  }
}
