package io.tyto.engine.source;

import io.tyto.engine.vector.ColumnVector;
import io.tyto.engine.vector.Dictionary;
import io.tyto.index.InvertedIndex;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.Physical;
import io.tyto.model.schema.Widening;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Readers of columns whose type has become wider since they were stored.
final class WidenedColumn {
  private static final int WIDE_BYTES = 16;

  private WidenedColumn() {}

  /// @param type one that the column may be widened to, see {@link Widening}
  static ColumnReader reader(ColumnReader stored, ColumnType type) {
    if (!Widening.isExact(stored.type(), type)) {
      throw new IllegalStateException(
          "a column stored as %s cannot be read as %s".formatted(stored.type(), type));
    }
    return stored.type().physical() == type.physical()
        ? new SameForm(stored, type)
        : new OtherForm(stored, type);
  }

  /// Values are held as before, so everything the column can do without being read it still can.
  private record SameForm(ColumnReader stored, ColumnType type) implements ColumnReader {
    @Override
    public ColumnVector read(int from, int count) {
      return stored.read(from, count);
    }

    @Override
    public ColumnVector read(int from, int count, int[] positions, int rows) {
      return stored.read(from, count, positions, rows);
    }

    @Override
    public boolean retainRange(
        int from, int count, long low, long high, boolean negated, long[] mask) {
      return stored.retainRange(from, count, low, high, negated, mask);
    }

    @Override
    public boolean retainMembers(
        int from, int count, long[] members, boolean negated, long[] mask) {
      return stored.retainMembers(from, count, members, negated, mask);
    }

    @Override
    public boolean canSum(int from, int count) {
      return stored.canSum(from, count);
    }

    @Override
    public long sum(int from, int count) {
      return stored.sum(from, count);
    }

    @Override
    public long sum(int from, int count, long[] mask) {
      return stored.sum(from, count, mask);
    }

    @Override
    public @Nullable Zone zone(int block) {
      return stored.zone(block);
    }

    @Override
    public @Nullable Dictionary dictionary() {
      return stored.dictionary();
    }

    @Override
    public @Nullable InvertedIndex index() {
      return stored.index();
    }

    @Override
    public @Nullable Ascending ascending() {
      return stored.ascending();
    }

    @Override
    public @Nullable BatchSets batchSets() {
      return stored.batchSets();
    }
  }

  /// Longs that are doubles or wide decimals now: they are read and converted. What was kept beside
  /// them, sets of values and sums, speaks of longs and is not offered.
  private static final class OtherForm implements ColumnReader {
    private final ColumnReader stored;
    private final ColumnType type;
    private double[] doubles = {};
    private byte[] bytes = {};
    private int[] offsets = {};

    OtherForm(ColumnReader stored, ColumnType type) {
      this.stored = stored;
      this.type = type;
    }

    @Override
    public ColumnType type() {
      return type;
    }

    @Override
    public ColumnVector read(int from, int count) {
      return convert(stored.read(from, count));
    }

    @Override
    public ColumnVector read(int from, int count, int[] positions, int rows) {
      // Values elsewhere are unspecified, but they are longs, and every long converts.
      return convert(stored.read(from, count, positions, rows));
    }

    private ColumnVector convert(ColumnVector vector) {
      return switch (vector) {
        case ColumnVector.AllNull none -> none;
        case ColumnVector.Longs longs ->
            type.physical() == Physical.DOUBLE ? toDoubles(longs) : toBytes(longs);
        case ColumnVector.Lists lists ->
            new ColumnVector.Lists(
                lists.length(), lists.offsets(), convert(lists.elements()), lists.nulls());
        case ColumnVector.Doubles _, ColumnVector.Ordinals _, ColumnVector.Bytes _ ->
            throw new IllegalStateException(stored.type() + " is not held as longs");
      };
    }

    private ColumnVector toDoubles(ColumnVector.Longs longs) {
      if (doubles.length < longs.length()) {
        doubles = new double[longs.length()];
      }
      for (int i = 0; i < longs.length(); i++) {
        doubles[i] = longs.values()[i];
      }
      return new ColumnVector.Doubles(longs.length(), doubles, longs.nulls());
    }

    private ColumnVector toBytes(ColumnVector.Longs longs) {
      int length = longs.length();
      if (offsets.length < length + 1) {
        offsets = new int[length + 1];
        Arrays.setAll(offsets, i -> i * WIDE_BYTES);
        bytes = new byte[length * WIDE_BYTES];
      }
      for (int i = 0; i < length; i++) {
        Widening.putWide(longs.values()[i], bytes, i * WIDE_BYTES);
      }
      return new ColumnVector.Bytes(length, bytes, offsets, longs.nulls());
    }

    @Override
    public @Nullable Zone zone(int block) {
      Zone zone = stored.zone(block);
      if (zone == null) {
        return null;
      }
      boolean hasBounds = zone.hasBounds() && type.physical() == Physical.DOUBLE;
      return hasBounds
          ? new Zone(zone.rows(), zone.nulls(), true, 0, 0, zone.minLong(), zone.maxLong())
          : new Zone(zone.rows(), zone.nulls(), false, 0, 0, 0, 0);
    }

    @Override
    public @Nullable Dictionary dictionary() {
      return null;
    }

    @Override
    public @Nullable InvertedIndex index() {
      return null;
    }
  }
}
