package io.tyto.engine.aggregate;

import io.tyto.engine.domain.ColumnDomain;
import io.tyto.engine.domain.WideBytes;
import io.tyto.engine.scan.Batch;
import io.tyto.engine.scan.Checkpoint;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.vector.ColumnVector;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.Physical;
import io.tyto.model.schema.Values;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// FIRST and LAST: the value at the least or greatest event time. Ties go by the record's identity:
/// partition, log id, offset. Rows without an event time have no place in the order and do not
/// count.
final class EdgeValue extends ColumnAccumulator {
  /// Where the order comes from.
  ///
  /// @param logs gives log ids codes
  record Axis(int timeSlot, int logSlot, int offsetSlot, ColumnDomain.Bytes logs) {}

  private static final int NONE = -1;
  private static final int STATE_HEADER = 2 * Long.BYTES + 2 * Integer.BYTES;

  private final ColumnType.Scalar type;
  private final boolean isLast;
  private final Axis axis;

  private boolean[] seen = new boolean[0];
  private long[] times = new long[0];
  private int[] partitions = new int[0];
  private int[] logs = new int[0];
  private long[] offsets = new long[0];

  /// Longs, or the bits of doubles; empty for bytes.
  private long[] numbers = new long[0];

  private final BytesCells bytes = new BytesCells();

  /// Within a batch: the position of each group's new value, and the groups that have one.
  private int[] pending = new int[0];

  private final int[] changed = new int[RowSource.BATCH_ROWS];
  private final int[] batchLogs = new int[RowSource.BATCH_ROWS];
  private final int[] identity = new int[RowSource.BATCH_ROWS];

  EdgeValue(int slot, ColumnType.Scalar type, boolean isLast, Axis axis) {
    super(slot);
    this.type = type;
    this.isLast = isLast;
    this.axis = axis;
    Arrays.setAll(identity, i -> i);
  }

  @Override
  public void ensureGroups(int count) {
    if (count > seen.length) {
      int held = seen.length;
      int capacity = Capacity.grown(held, count);
      seen = Arrays.copyOf(seen, capacity);
      times = Arrays.copyOf(times, capacity);
      partitions = Arrays.copyOf(partitions, capacity);
      logs = Arrays.copyOf(logs, capacity);
      offsets = Arrays.copyOf(offsets, capacity);
      pending = Arrays.copyOf(pending, capacity);
      Arrays.fill(pending, held, capacity, NONE);
      if (type.physical() != Physical.BYTES) {
        numbers = Arrays.copyOf(numbers, capacity);
      }
    }
    if (type.physical() == Physical.BYTES) {
      bytes.ensureGroups(count);
    }
  }

  @Override
  void accept(
      Batch batch, GroupedRows.ColumnValues columnValues, ColumnVector vector, GroupedRows rows) {
    if (!(batch.column(axis.timeSlot) instanceof ColumnVector.Longs time)
        || !(batch.column(axis.offsetSlot) instanceof ColumnVector.Longs offset)) {
      return;
    }
    axis.logs.codes(batch.column(axis.logSlot), identity, batch.length(), batchLogs);
    int partition = batch.source().partition();
    int changes = 0;
    for (int i = 0; i < rows.count; i++) {
      int row = columnValues.isList ? columnValues.rowPositions[i] : rows.positions[i];
      int group = rows.groups[i];
      if (time.isNull(row)
          || !wins(group, time.values()[row], partition, batchLogs[row], offset.values()[row])) {
        continue;
      }
      if (pending[group] == NONE) {
        if (changes == changed.length) {
          flush(vector, changes);
          changes = 0;
        }
        changed[changes++] = group;
      }
      pending[group] = rows.positions[i];
      place(group, time.values()[row], partition, batchLogs[row], offset.values()[row]);
    }
    flush(vector, changes);
  }

  private boolean wins(int group, long time, int partition, int log, long offset) {
    if (!seen[group]) {
      return true;
    }
    int order = Long.compare(time, times[group]);
    if (order == 0) {
      order = Integer.compare(partition, partitions[group]);
    }
    if (order == 0 && log != logs[group]) {
      order = axis.logs.compare(log, logs[group]);
    }
    if (order == 0) {
      order = Long.compare(offset, offsets[group]);
    }
    // Elements of one list are equal here: the last one is LAST, the first one FIRST.
    return isLast ? order >= 0 : order < 0;
  }

  private void place(int group, long time, int partition, int log, long offset) {
    seen[group] = true;
    times[group] = time;
    partitions[group] = partition;
    logs[group] = log;
    offsets[group] = offset;
  }

  /// Copies the new values of the changed groups.
  private void flush(ColumnVector vector, int changes) {
    for (int i = 0; i < changes; i++) {
      int group = changed[i];
      int position = pending[group];
      pending[group] = NONE;
      switch (vector) {
        case ColumnVector.Longs longs -> numbers[group] = longs.values()[position];
        case ColumnVector.Doubles doubles ->
            numbers[group] = Double.doubleToRawLongBits(doubles.values()[position]);
        case ColumnVector.Ordinals coded -> {
          byte[] value = coded.dictionary().value(coded.values()[position]);
          bytes.set(group, value, 0, value.length);
        }
        case ColumnVector.Bytes plain ->
            bytes.set(
                group, plain.data(), plain.offsets()[position], plain.offsets()[position + 1]);
        case ColumnVector.AllNull _, ColumnVector.Lists _ -> throw unexpected(vector);
      }
    }
  }

  /// Event time, partition, offset, log id behind its length, and the value.
  @Override
  public void ship(int count, int columnId, CellColumns target) {
    CellVectors.addStates(count, columnId, group -> isNull(group) ? null : state(group), target);
  }

  private byte[] state(int group) {
    byte[] log = logs[group] == 0 ? new byte[0] : axis.logs.table().value(logs[group]);
    byte[] value =
        type.physical() == Physical.BYTES
            ? bytes.value(group)
            : ByteBuffer.allocate(Long.BYTES).putLong(numbers[group]).array();
    return ByteBuffer.allocate(STATE_HEADER + log.length + value.length)
        .putLong(times[group])
        .putInt(partitions[group])
        .putLong(offsets[group])
        .putInt(log.length)
        .put(log)
        .put(value)
        .array();
  }

  @Override
  void updateCells(Batch batch, GroupedRows rows) {
    forEachState(batch, rows, this::take);
  }

  private void take(int group, ByteBuffer state) {
    long time = state.getLong();
    int partition = state.getInt();
    long offset = state.getLong();
    byte[] log = new byte[state.getInt()];
    state.get(log);
    int code = log.length == 0 ? 0 : axis.logs.table().intern(log);
    if (!wins(group, time, partition, code, offset)) {
      return;
    }
    place(group, time, partition, code, offset);
    if (type.physical() == Physical.BYTES) {
      bytes.set(group, state.array(), state.position(), state.limit());
    } else {
      numbers[group] = state.getLong();
    }
  }

  @Override
  public void merge(Accumulator other, int[] sources, int[] targets, int count) {
    EdgeValue from = (EdgeValue) other;
    for (int i = 0; i < count; i++) {
      Checkpoint.pass(i);
      int source = sources[i];
      int target = targets[i];
      if (!from.seen[source]
          || !wins(
              target,
              from.times[source],
              from.partitions[source],
              from.logs[source],
              from.offsets[source])) {
        continue;
      }
      place(
          target,
          from.times[source],
          from.partitions[source],
          from.logs[source],
          from.offsets[source]);
      if (type.physical() == Physical.BYTES) {
        bytes.copy(from.bytes, source, target);
      } else {
        numbers[target] = from.numbers[source];
      }
    }
  }

  @Override
  public Accumulator fresh() {
    return new EdgeValue(slot, type, isLast, axis);
  }

  @Override
  public boolean isOrderFree() {
    return true;
  }

  @Override
  public long sizeBytes() {
    return seen.length * 29L + numbers.length * 8L + bytes.sizeBytes();
  }

  @Override
  public Form form() {
    return switch (type.physical()) {
      case LONG -> ValueForms.ofLongs(type);
      case DOUBLE -> Form.DOUBLES;
      case BYTES -> Form.OBJECTS;
    };
  }

  @Override
  public boolean isNull(int group) {
    return !seen[group];
  }

  @Override
  public long asLong(int group) {
    return isNull(group) ? 0 : numbers[group];
  }

  @Override
  public double asDouble(int group) {
    if (isNull(group)) {
      return Double.NaN;
    }
    return switch (type.physical()) {
      case LONG -> ValueForms.toDouble(type, numbers[group]);
      case DOUBLE -> Double.longBitsToDouble(numbers[group]);
      case BYTES ->
          type instanceof ColumnType.DecimalType decimal
              ? WideBytes.toDouble(bytes.value(group), 0, decimal.scale())
              : Double.NaN;
    };
  }

  @Override
  public @Nullable Object value(int group) {
    if (isNull(group)) {
      return null;
    }
    return switch (type.physical()) {
      case LONG -> Values.fromLong(type, numbers[group]);
      case DOUBLE -> Double.longBitsToDouble(numbers[group]);
      case BYTES -> Values.fromBytes(type, bytes.value(group));
    };
  }

  @Override
  public int compare(int left, int right) {
    return switch (type.physical()) {
      case LONG -> Long.compare(numbers[left], numbers[right]);
      case DOUBLE -> Double.compare(asDouble(left), asDouble(right));
      case BYTES -> bytes.compare(left, bytes, right);
    };
  }
}
