package io.tyto.engine.group;

import io.tyto.engine.domain.ColumnDomain;
import io.tyto.engine.domain.EntityIds;
import io.tyto.engine.domain.LongCodes;
import io.tyto.engine.domain.WideBytes;
import io.tyto.engine.scan.Batch;
import io.tyto.engine.vector.ColumnVector;
import io.tyto.model.schema.ColumnType;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Gives the values of one scan key codes, 0 for null, and turns codes back into keys. Thread-safe.
sealed interface KeyCoder {
  /// The code of a value that falls away.
  int DROPPED = -1;

  int slot();

  /// Codes of the values (or list elements) at `positions[0, count)`; true where some are DROPPED.
  boolean codes(Batch batch, ColumnVector vector, int[] positions, int count, int[] codes);

  /// The shortcut where there is one, else false: `groups[i] = groups[i] * limit + code` for the
  /// values at `positions[0, count)`, none of which is DROPPED.
  ///
  /// @param positions null for the first `count` ones
  default boolean fold(
      Batch batch,
      ColumnVector vector,
      int @Nullable [] positions,
      int count,
      int limit,
      int[] groups) {
    return false;
  }

  /// All codes given so far are below.
  int limit();

  /// No code will ever reach {@link #limit}.
  boolean isBounded();

  GroupKeys keys(int[] codes);

  /// Without the column's domain, which others may use too.
  long sizeBytes();

  record OfColumn(int slot, ColumnDomain domain) implements KeyCoder {
    @Override
    public boolean codes(
        Batch batch, ColumnVector vector, int[] positions, int count, int[] codes) {
      domain.codes(vector, positions, count, codes);
      return false;
    }

    @Override
    public boolean fold(
        Batch batch,
        ColumnVector vector,
        int @Nullable [] positions,
        int count,
        int limit,
        int[] groups) {
      return domain.fold(vector, positions, count, limit, groups);
    }

    @Override
    public int limit() {
      return domain.limit();
    }

    @Override
    public boolean isBounded() {
      return domain.isBounded();
    }

    @Override
    public GroupKeys keys(int[] codes) {
      return switch (domain) {
        case ColumnDomain.Range range -> {
          long[] values = new long[codes.length];
          Arrays.setAll(values, i -> codes[i] == 0 ? 0 : range.longValue(codes[i]));
          yield new GroupKeys.LongKeys(values, GroupKeys.nulls(codes));
        }
        case ColumnDomain.Longs longs -> {
          long[] values = new long[codes.length];
          Arrays.setAll(values, i -> codes[i] == 0 ? 0 : longs.longValue(codes[i]));
          yield new GroupKeys.LongKeys(values, GroupKeys.nulls(codes));
        }
        case ColumnDomain.Doubles doubles -> {
          double[] values = new double[codes.length];
          Arrays.setAll(values, i -> codes[i] == 0 ? 0 : doubles.doubleValue(codes[i]));
          yield new GroupKeys.DoubleKeys(values, GroupKeys.nulls(codes));
        }
        case ColumnDomain.Bytes bytes -> new GroupKeys.BytesKeys(codes, bytes.table());
      };
    }

    @Override
    public long sizeBytes() {
      return 0;
    }
  }

  /// The entity's key, by dense ids in place of values.
  record OfEntity(EntityIds ids, EntityKeys entityKeys) implements KeyCoder {
    @Override
    public int slot() {
      return ids.slot();
    }

    @Override
    public boolean codes(
        Batch batch, ColumnVector vector, int[] positions, int count, int[] codes) {
      ids.codes(batch, vector, positions, count, codes);
      entityKeys.note(batch, positions, count, codes);
      return false;
    }

    @Override
    public int limit() {
      return ids.limit();
    }

    @Override
    public boolean isBounded() {
      return true;
    }

    @Override
    public GroupKeys keys(int[] codes) {
      return new GroupKeys.BytesKeys(codes, entityKeys);
    }

    @Override
    public long sizeBytes() {
      return entityKeys.sizeBytes();
    }
  }

  /// Code of bucket b is b + 1.
  record OfBuckets(int slot, BucketAxis axis) implements KeyCoder {
    @Override
    public boolean codes(
        Batch batch, ColumnVector vector, int[] positions, int count, int[] codes) {
      if (!(vector instanceof ColumnVector.Longs longs)) {
        Arrays.fill(codes, 0, count, 0);
        return false;
      }
      long width = axis.uniformWidth();
      int dropped =
          width > 0
              ? uniform(longs.values(), positions, count, codes, width)
              : ragged(longs.values(), positions, count, codes);
      long[] nulls = longs.nulls();
      if (nulls != null) {
        for (int i = 0; i < count; i++) {
          if ((nulls[positions[i] >>> 6] >>> positions[i] & 1) != 0) {
            codes[i] = 0;
          }
        }
      }
      return dropped < 0;
    }

    private int uniform(long[] values, int[] positions, int count, int[] codes, long width) {
      long[] boundaries = axis.boundaries();
      long first = boundaries[0];
      long end = boundaries[boundaries.length - 1];
      int dropped = 0;
      for (int i = 0; i < count; i++) {
        long value = values[positions[i]];
        int code = value < first | value >= end ? DROPPED : (int) ((value - first) / width) + 1;
        codes[i] = code;
        dropped |= code;
      }
      return dropped;
    }

    /// Events mostly come in time's order: the bucket of the row before is tried first.
    private int ragged(long[] values, int[] positions, int count, int[] codes) {
      long[] boundaries = axis.boundaries();
      long from = 0;
      long to = 0;
      int code = DROPPED;
      int dropped = 0;
      for (int i = 0; i < count; i++) {
        long value = values[positions[i]];
        if (value < from || value >= to) {
          int bucket = axis.bucketOf(value);
          code = bucket < 0 ? DROPPED : bucket + 1;
          from = bucket < 0 ? value : boundaries[bucket];
          to = bucket < 0 ? value : boundaries[bucket + 1];
        }
        codes[i] = code;
        dropped |= code;
      }
      return dropped;
    }

    @Override
    public int limit() {
      return axis.buckets() + 1;
    }

    @Override
    public boolean isBounded() {
      return true;
    }

    @Override
    public GroupKeys keys(int[] codes) {
      long[] values = new long[codes.length];
      Arrays.setAll(values, i -> Math.max(0, codes[i] - 1L));
      return new GroupKeys.LongKeys(values, GroupKeys.nulls(codes));
    }

    @Override
    public long sizeBytes() {
      return 0;
    }
  }

  /// Code of bin b is b + 1: so many edges are at or below the value.
  ///
  /// @param longEdges edges in the column's unscaled unit, for LONG columns
  record OfEdges(int slot, ColumnType.Scalar type, long[] longEdges, double[] doubleEdges)
      implements KeyCoder {

    static OfEdges of(int slot, ColumnType.Scalar type, List<Double> edges) {
      long[] longs =
          edges.stream()
              .map(edge -> BigDecimal.valueOf(edge).movePointRight(scale(type)))
              .mapToLong(edge -> saturated(edge.setScale(0, RoundingMode.CEILING)))
              .toArray();
      double[] doubles = edges.stream().mapToDouble(edge -> edge + 0.0).toArray();
      return new OfEdges(slot, type, longs, doubles);
    }

    private static long saturated(BigDecimal value) {
      return value
          .min(BigDecimal.valueOf(Long.MAX_VALUE))
          .max(BigDecimal.valueOf(Long.MIN_VALUE))
          .longValueExact();
    }

    @Override
    public boolean codes(
        Batch batch, ColumnVector vector, int[] positions, int count, int[] codes) {
      for (int i = 0; i < count; i++) {
        int position = positions[i];
        codes[i] =
            vector.isNull(position)
                ? 0
                : vector instanceof ColumnVector.Longs longs
                    ? 1 + below(longEdges, longs.values()[position])
                    : 1 + below(doubleEdges, number(vector, position, type));
      }
      return false;
    }

    private static int below(long[] edges, long value) {
      int found = Arrays.binarySearch(edges, value);
      return found >= 0 ? found + 1 : -found - 1;
    }

    private static int below(double[] edges, double value) {
      int found = Arrays.binarySearch(edges, value);
      return found >= 0 ? found + 1 : -found - 1;
    }

    @Override
    public int limit() {
      return doubleEdges.length + 2;
    }

    @Override
    public boolean isBounded() {
      return true;
    }

    @Override
    public GroupKeys keys(int[] codes) {
      long[] values = new long[codes.length];
      Arrays.setAll(values, i -> Math.max(0, codes[i] - 1L));
      return new GroupKeys.LongKeys(values, GroupKeys.nulls(codes));
    }

    @Override
    public long sizeBytes() {
      return 0;
    }
  }

  /// Bins of equal width, numbered as they are met.
  ///
  /// @param unscaledWidth the width in the column's unscaled unit where that is whole, else 0
  record OfWidth(
      int slot, ColumnType.Scalar type, WidthBins bins, long unscaledWidth, LongCodes table)
      implements KeyCoder {

    static OfWidth of(int slot, ColumnType.Scalar type, double width, long seed) {
      BigDecimal unscaled = BigDecimal.valueOf(width).movePointRight(scale(type));
      boolean isWhole =
          unscaled.stripTrailingZeros().scale() <= 0
              && unscaled.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) < 0;
      return new OfWidth(
          slot,
          type,
          new WidthBins(width),
          isWhole ? unscaled.longValueExact() : 0,
          new LongCodes(seed));
    }

    @Override
    public boolean codes(
        Batch batch, ColumnVector vector, int[] positions, int count, int[] codes) {
      for (int i = 0; i < count; i++) {
        int position = positions[i];
        codes[i] = vector.isNull(position) ? 0 : table.intern(bin(vector, position));
      }
      return false;
    }

    private long bin(ColumnVector vector, int position) {
      return unscaledWidth > 0 && vector instanceof ColumnVector.Longs longs
          ? WidthBins.number(longs.values()[position], unscaledWidth)
          : bins.number(number(vector, position, type));
    }

    @Override
    public int limit() {
      return table.size() + 1;
    }

    @Override
    public boolean isBounded() {
      return false;
    }

    @Override
    public GroupKeys keys(int[] codes) {
      long[] values = new long[codes.length];
      Arrays.setAll(values, i -> codes[i] == 0 ? 0 : table.value(codes[i]));
      return new GroupKeys.LongKeys(values, GroupKeys.nulls(codes));
    }

    @Override
    public long sizeBytes() {
      return table.sizeBytes();
    }
  }

  private static int scale(ColumnType.Scalar type) {
    return type instanceof ColumnType.DecimalType decimal ? decimal.scale() : 0;
  }

  private static double number(ColumnVector vector, int position, ColumnType.Scalar type) {
    return switch (vector) {
      case ColumnVector.Longs longs -> longs.values()[position] / Math.pow(10, scale(type));
      case ColumnVector.Doubles doubles -> doubles.values()[position];
      case ColumnVector.Ordinals _, ColumnVector.Bytes _ ->
          WideBytes.toDouble(vector, position, type);
      case ColumnVector.AllNull _, ColumnVector.Lists _ ->
          throw new IllegalStateException("unexpected " + vector.getClass().getSimpleName());
    };
  }
}
