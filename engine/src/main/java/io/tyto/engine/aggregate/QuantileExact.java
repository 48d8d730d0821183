package io.tyto.engine.aggregate;

import io.tyto.engine.domain.Domains;
import io.tyto.engine.domain.WideBytes;
import io.tyto.engine.scan.Batch;
import io.tyto.engine.scan.Checkpoint;
import io.tyto.engine.scan.ScanContext;
import io.tyto.engine.source.CellKind;
import io.tyto.engine.vector.ColumnVector;
import io.tyto.model.query.Measure.QuantileMethod;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.Physical;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Exact quantiles: keeps every value, selects at the end. Longs of known bounds in few groups are
/// selected by {@link RankedValues} when the scan ends, others one by one when they are asked for.
///
/// LINEAR interpolates between the two nearest ranks (SQL's percentile_cont), DISCRETE takes the
/// least value with at least a share of q at or below it (percentile_disc).
final class QuantileExact extends ColumnAccumulator {
  private final ColumnType.Scalar type;
  private final double[] qs;
  private final QuantileMethod method;
  private final Domains.@Nullable Bounds bounds;
  private final GroupedLongs held = new GroupedLongs();
  private int groupCount;
  private long[] gathered = new long[0];

  /// In place of `held` as long as not null.
  private @Nullable RankedValues ranked;

  /// Where `ranked` is that of another state which was merged into this one: its group by own
  /// group.
  private int @Nullable [] groupsOfRanked;

  /// By group, {@link #ranks} of it; once the scan has ended.
  private long @Nullable [][] answers;

  /// @param bounds of the column's values, or null where they are not known or it is no LONG
  QuantileExact(
      int slot,
      ColumnType.Scalar type,
      double[] qs,
      QuantileMethod method,
      Domains.@Nullable Bounds bounds) {
    super(slot);
    this.type = type;
    this.qs = qs;
    this.method = method;
    this.bounds = bounds;
    ranked = bounds == null ? null : new RankedValues(bounds.least(), bounds.greatest());
  }

  @Override
  public void ensureGroups(int count) {
    groupCount = Math.max(groupCount, count);
    if (ranked == null) {
      held.ensureGroups(groupCount);
    } else if (groupsOfRanked == null && groupCount > RankedValues.MAX_GROUPS) {
      hold();
    } else if (groupsOfRanked == null) {
      ranked.ensureGroups(groupCount);
    }
  }

  /// Moves all values to `held`.
  private void hold() {
    RankedValues from = ranked;
    if (from == null) {
      return;
    }
    held.ensureGroups(groupCount);
    int[] own = ownGroups(from);
    from.forEach((group, value) -> {
      if (own[group] >= 0) {
        held.add(own[group], value);
      }
    });
    ranked = null;
    groupsOfRanked = null;
    answers = null;
  }

  /// By group of `ranked`, -1 where this state has none of it.
  private int[] ownGroups(RankedValues from) {
    int[] own = new int[from.groups()];
    Arrays.setAll(own, group -> groupsOfRanked == null ? group : -1);
    if (groupsOfRanked != null) {
      for (int group = 0; group < groupsOfRanked.length; group++) {
        own[groupsOfRanked[group]] = group;
      }
    }
    return own;
  }

  @Override
  void accept(
      Batch batch, GroupedRows.ColumnValues columnValues, ColumnVector vector, GroupedRows rows) {
    int[] positions = rows.positions;
    int[] groups = rows.groups;
    if (ranked != null && vector instanceof ColumnVector.Longs longs) {
      ranked.add(groups, rows.isWhole ? longs.values() : gather(longs, rows), rows.count);
      return;
    }
    switch (vector) {
      case ColumnVector.Longs longs -> {
        for (int i = 0; i < rows.count; i++) {
          held.add(groups[i], longs.values()[positions[i]]);
        }
      }
      case ColumnVector.Doubles doubles -> {
        for (int i = 0; i < rows.count; i++) {
          held.add(groups[i], sortable(doubles.values()[positions[i]]));
        }
      }
      case ColumnVector.Ordinals _, ColumnVector.Bytes _ -> {
        for (int i = 0; i < rows.count; i++) {
          held.add(groups[i], sortable(WideBytes.toDouble(vector, positions[i], type)));
        }
      }
      case ColumnVector.AllNull _, ColumnVector.Lists _ -> throw unexpected(vector);
    }
  }

  private long[] gather(ColumnVector.Longs longs, GroupedRows rows) {
    if (gathered.length < rows.count) {
      gathered = new long[rows.positions.length];
    }
    CellLoops.gather(longs.values(), rows.positions, rows.count, gathered);
    return gathered;
  }

  /// A long that orders as the double does; its own inverse on bits.
  private static long sortable(double value) {
    long bits = Double.doubleToRawLongBits(value);
    return bits ^ bits >> 63 & Long.MAX_VALUE;
  }

  private double number(long value) {
    return type.physical() == Physical.LONG
        ? ValueForms.toDouble(type, value)
        : Double.longBitsToDouble(value ^ value >> 63 & Long.MAX_VALUE);
  }

  /// Every value, of wide decimals as a double.
  @Override
  public synchronized void ship(int count, int columnId, CellColumns target) {
    ensureGroups(count);
    hold();
    held.sort();
    int[] offsets = new int[count + 1];
    for (int group = 0; group < count; group++) {
      offsets[group + 1] = held.to(group);
    }
    long[] values = Arrays.copyOf(held.values(), offsets[count]);
    boolean isLong = type.physical() == Physical.LONG;
    ColumnVector elements =
        isLong
            ? new ColumnVector.Longs(values.length, values, null)
            : new ColumnVector.Doubles(
                values.length, Arrays.stream(values).mapToDouble(this::number).toArray(), null);
    target.add(
        CellKind.VALUES.id(columnId),
        new ColumnType.ListType(isLong ? type : ColumnType.DOUBLE),
        new ColumnVector.Lists(count, offsets, elements, null));
  }

  @Override
  CellKind cellKind() {
    return CellKind.VALUES;
  }

  @Override
  public synchronized void merge(Accumulator other, int[] sources, int[] targets, int count) {
    QuantileExact from = (QuantileExact) other;
    if (count == 0 || mergesRanked(from, sources, targets, count)) {
      return;
    }
    hold();
    from.hold();
    from.held.sort();
    for (int i = 0; i < count; i++) {
      Checkpoint.pass(i);
      for (int at = from.held.from(sources[i]); at < from.held.to(sources[i]); at++) {
        Checkpoint.pass(at);
        held.add(targets[i], from.held.values()[at]);
      }
    }
  }

  @SuppressWarnings("ReferenceEquality") // one numbering of groups
  private boolean mergesRanked(QuantileExact from, int[] sources, int[] targets, int count) {
    if (ranked == null || from.ranked == null || groupsOfRanked != null) {
      return false;
    }
    if (sources == targets && from.groupsOfRanked == null) {
      ranked.merge(from.ranked);
      return true;
    }
    long @Nullable [][] theirs = from.answers;
    if (theirs == null
        || !ranked.isEmpty()
        || !Groupings.isSelection(theirs.length, sources, targets, count)) {
      return false;
    }
    ranked = from.ranked;
    int[] before = from.groupsOfRanked;
    groupsOfRanked = new int[count];
    answers = new long[count][];
    for (int i = 0; i < count; i++) {
      groupsOfRanked[i] = before == null ? sources[i] : before[sources[i]];
      answers[i] = theirs[sources[i]];
    }
    return true;
  }

  @Override
  public void finish(ScanContext context) {
    RankedValues from = ranked;
    if (from != null) {
      int[][] ranks = new int[from.groups()][];
      Arrays.setAll(ranks, group -> ranks(from.count(group)));
      answers = from.select(ranks, context);
    }
  }

  /// Two for each quantile: the ranks it lies between, from 0; none where there are no values.
  private int[] ranks(int count) {
    int[] ranks = new int[count == 0 ? 0 : 2 * qs.length];
    for (int i = 0; i < ranks.length; i += 2) {
      double rank = rank(qs[i / 2], count);
      ranks[i] = (int) Math.floor(rank);
      ranks[i + 1] = (int) Math.ceil(rank);
    }
    return ranks;
  }

  private double rank(double q, int count) {
    return method == QuantileMethod.DISCRETE
        ? Math.clamp((long) Math.ceil(q * count), 1, count) - 1
        : q * (count - 1);
  }

  @Override
  public Accumulator fresh() {
    return new QuantileExact(slot, type, qs, method, bounds);
  }

  @Override
  public boolean isOrderFree() {
    return true;
  }

  @Override
  public long sizeBytes() {
    return held.sizeBytes() + (ranked == null ? 0 : ranked.sizeBytes());
  }

  @Override
  public Form form() {
    return Form.OBJECTS;
  }

  @Override
  public synchronized boolean isNull(int group) {
    return count(group) == 0;
  }

  private int count(int group) {
    RankedValues from = ranked;
    if (from == null) {
      held.sort();
      return held.to(group) - held.from(group);
    }
    if (groupsOfRanked == null) {
      return from.count(group);
    }
    return group < groupsOfRanked.length ? from.count(groupsOfRanked[group]) : 0;
  }

  /// The first quantile, which is the only one wherever numbers are asked for.
  @Override
  public double asDouble(int group) {
    return isNull(group) ? Double.NaN : quantile(group, 0);
  }

  /// Locked because selecting moves values.
  private synchronized double quantile(int group, int i) {
    if (answers == null) {
      hold();
    }
    double rank = rank(qs[i], count(group));
    int below = (int) Math.floor(rank);
    double low = number(at(group, 2 * i, below));
    if (rank == below) {
      return low;
    }
    double high = number(at(group, 2 * i + 1, below + 1));
    return low + (high - low) * (rank - below);
  }

  private long at(int group, int place, int rank) {
    if (answers != null) {
      return answers[group][place];
    }
    held.sort();
    int from = held.from(group);
    return Selection.select(held.values(), from, held.to(group), from + rank);
  }

  @Override
  public @Nullable Object value(int group) {
    boolean isNull = isNull(group);
    List<@Nullable Double> values = new ArrayList<>();
    for (int i = 0; i < qs.length; i++) {
      values.add(isNull ? null : quantile(group, i));
    }
    return values;
  }

  @Override
  public int compare(int left, int right) {
    return Double.compare(asDouble(left), asDouble(right));
  }
}
