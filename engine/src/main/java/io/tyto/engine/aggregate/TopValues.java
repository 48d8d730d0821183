package io.tyto.engine.aggregate;

import io.tyto.engine.domain.ColumnDomain;
import io.tyto.engine.scan.Batch;
import io.tyto.engine.scan.Checkpoint;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.vector.ColumnVector;
import io.tyto.model.result.CountedValue;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.Values;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/// The most frequent values of each group, by exact counts of all; ties by value.
final class TopValues extends ColumnAccumulator {
  private static final int STATE_HEADER = Long.BYTES + Integer.BYTES;
  private static final int[] FIRST = {0};

  private final ColumnType.Scalar type;
  private final int n;
  private final ColumnDomain domain;
  private final long seed;
  private final PairCounts pairs;
  private int[] codes = new int[RowSource.BATCH_ROWS];

  /// Slots of `pairs` by group; made when first asked for.
  private GroupedLongs slotsByGroup = new GroupedLongs();

  private boolean isIndexed;
  private int groupCount;

  TopValues(int slot, ColumnType.Scalar type, int n, ColumnDomain domain, long seed) {
    super(slot);
    this.type = type;
    this.n = n;
    this.domain = domain;
    this.seed = seed;
    pairs = new PairCounts(seed);
  }

  @Override
  public void ensureGroups(int count) {
    groupCount = Math.max(groupCount, count);
  }

  @Override
  void accept(
      Batch batch, GroupedRows.ColumnValues columnValues, ColumnVector vector, GroupedRows rows) {
    if (codes.length < rows.count) {
      codes = new int[rows.positions.length];
    }
    domain.codes(vector, rows.positions, rows.count, codes);
    for (int i = 0; i < rows.count; i++) {
      pairs.add(rows.groups[i], codes[i], 1);
    }
    isIndexed = false;
  }

  /// All values of a group, each with its count and the length of its bytes before it.
  @Override
  public void ship(int count, int columnId, CellColumns target) {
    ensureGroups(count);
    CellVectors.addStates(count, columnId, this::state, target);
  }

  private byte @Nullable [] state(int group) {
    GroupedLongs index = index();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int at = index.from(group); at < index.to(group); at++) {
      Checkpoint.pass(at);
      int slot = (int) index.values()[at];
      byte[] value = bytes(domain.value(pairs.code(slot)));
      bytes.writeBytes(
          ByteBuffer.allocate(STATE_HEADER)
              .putLong(pairs.count(slot))
              .putInt(value.length)
              .array());
      bytes.writeBytes(value);
    }
    return bytes.size() == 0 ? null : bytes.toByteArray();
  }

  private static byte[] bytes(Object value) {
    return switch (value) {
      case Long number -> ByteBuffer.allocate(Long.BYTES).putLong(number).array();
      case Double number -> ByteBuffer.allocate(Double.BYTES).putDouble(number).array();
      case byte[] text -> text;
      default -> throw new IllegalStateException("unexpected " + value.getClass());
    };
  }

  @Override
  void updateCells(Batch batch, GroupedRows rows) {
    forEachState(batch, rows, this::take);
    isIndexed = false;
  }

  private void take(int group, ByteBuffer state) {
    int[] code = new int[1];
    while (state.hasRemaining()) {
      Checkpoint.pass();
      long count = state.getLong();
      byte[] value = new byte[state.getInt()];
      state.get(value);
      domain.codes(one(value), FIRST, 1, code);
      pairs.add(group, code[0], count);
    }
  }

  private ColumnVector one(byte[] value) {
    return switch (type.physical()) {
      case LONG -> new ColumnVector.Longs(1, new long[] {ByteBuffer.wrap(value).getLong()}, null);
      case DOUBLE ->
          new ColumnVector.Doubles(1, new double[] {ByteBuffer.wrap(value).getDouble()}, null);
      case BYTES -> new ColumnVector.Bytes(1, value, new int[] {0, value.length}, null);
    };
  }

  private synchronized GroupedLongs index() {
    if (!isIndexed) {
      GroupedLongs index = new GroupedLongs();
      index.ensureGroups(groupCount);
      for (int i = 0; i < pairs.slots(); i++) {
        Checkpoint.pass(i);
        if (!pairs.isEmpty(i)) {
          index.add(pairs.group(i), i);
        }
      }
      index.sort();
      slotsByGroup = index;
      isIndexed = true;
    }
    return slotsByGroup;
  }

  @Override
  public void merge(Accumulator other, int[] sources, int[] targets, int count) {
    TopValues from = (TopValues) other;
    GroupedLongs index = from.index();
    for (int i = 0; i < count; i++) {
      Checkpoint.pass(i);
      for (int at = index.from(sources[i]); at < index.to(sources[i]); at++) {
        int slot = (int) index.values()[at];
        pairs.add(targets[i], from.pairs.code(slot), from.pairs.count(slot));
      }
    }
    isIndexed = false;
  }

  @Override
  public Accumulator fresh() {
    return new TopValues(slot, type, n, domain, seed);
  }

  @Override
  public boolean isOrderFree() {
    return true;
  }

  @Override
  public long sizeBytes() {
    return pairs.sizeBytes();
  }

  @Override
  public Form form() {
    return Form.OBJECTS;
  }

  @Override
  public boolean isNull(int group) {
    return false;
  }

  @Override
  public double asDouble(int group) {
    return Double.NaN;
  }

  @Override
  public int compare(int left, int right) {
    throw new IllegalStateException("lists of values have no order");
  }

  @Override
  public List<CountedValue> value(int group) {
    GroupedLongs index = index();
    Comparator<Integer> best =
        Comparator.comparingLong((Integer slot) -> -pairs.count(slot))
            .thenComparing((left, right) -> domain.compare(pairs.code(left), pairs.code(right)));
    PriorityQueue<Integer> worstFirst = new PriorityQueue<>(best.reversed());
    for (int at = index.from(group); at < index.to(group); at++) {
      worstFirst.add((int) index.values()[at]);
      if (worstFirst.size() > n) {
        worstFirst.poll();
      }
    }
    List<Integer> kept = new ArrayList<>(worstFirst);
    kept.sort(best);
    List<CountedValue> values = new ArrayList<>();
    for (int slot : kept) {
      Object value = logical(domain.value(pairs.code(slot)));
      values.add(new CountedValue(value, pairs.count(slot), 0));
    }
    return values;
  }

  private Object logical(Object physical) {
    return switch (type.physical()) {
      case LONG -> Values.fromLong(type, (Long) physical);
      case DOUBLE -> physical;
      case BYTES -> Values.fromBytes(type, (byte[]) physical);
    };
  }
}
