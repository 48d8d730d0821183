package io.tyto.engine.aggregate;

import io.tyto.engine.domain.ColumnDomain;
import io.tyto.engine.domain.Domains;
import io.tyto.engine.domain.EntityIds;
import io.tyto.engine.scan.ColumnSlots;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.source.StateSource;
import io.tyto.model.query.Measure;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.Cube;
import io.tyto.model.schema.Physical;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Makes the empty accumulators of a scan. Used by the thread that prepares it.
public final class Accumulators {
  private static final String LOG = "_log";
  private static final String OFFSET = "_offset";

  /// A bitmap of so many takes 8 KiB, a sketch 16.
  private static final int MAX_COUNTED_VALUES = 1 << 16;

  private final ColumnSlots slots;
  private final Domains domains;
  private final List<RowSource> sources;
  private final long seed;

  /// Whether values come that zone maps and dictionaries of rows do not know.
  private final boolean holdsStates;

  private final boolean isShipped;

  /// @param isShipped whether states are sent to another node
  public Accumulators(
      ColumnSlots slots, Domains domains, List<RowSource> sources, boolean isShipped, long seed) {
    this.slots = slots;
    this.domains = domains;
    this.sources = sources;
    this.isShipped = isShipped;
    this.seed = seed;
    holdsStates = sources.stream().anyMatch(StateSource.class::isInstance);
  }

  /// The accumulator of a simple measure; its columns are added to the slots.
  public Accumulator create(Measure measure) {
    return switch (measure) {
      case Measure.Count _ -> new CountAccumulator();
      case Measure.Column(var column, var function) -> create(slots.slot(column), function);
      case Measure.Quantiles quantiles -> quantiles(quantiles);
      case Measure.Top(var column, var n) -> {
        int slot = slots.slot(column);
        yield new TopValues(slot, type(slot), n, domain(slot), seed);
      }
      case Measure.Only _, Measure.Expr _ ->
          throw new IllegalArgumentException(measure + " is not a simple measure");
    };
  }

  private ColumnType.Scalar type(int slot) {
    return slots.column(slot).type().element();
  }

  private Accumulator create(int slot, Measure.Function function) {
    ColumnType.Scalar type = type(slot);
    return switch (function) {
      case COUNT -> new NonNullCount(slot);
      case COUNT_DISTINCT -> {
        Accumulator byEntity = entities(slot);
        yield byEntity == null ? distinct(slot) : byEntity;
      }
      case COUNT_DISTINCT_EXACT -> {
        Accumulator byEntity = entities(slot);
        yield byEntity == null ? exact(slot) : byEntity;
      }
      case SUM -> sum(slot, type, SumKind.SUM);
      case SUM_EXACT -> sum(slot, type, SumKind.SUM_EXACT);
      case AVG -> sum(slot, type, SumKind.AVG);
      case MIN -> extreme(slot, type, false);
      case MAX -> extreme(slot, type, true);
      case STDDEV ->
          type.physical() == Physical.LONG
              ? new LongMoments(slot, scale(type))
              : new DoubleMoments(slot, requireNumber(type), overflow(slot));
      case FIRST -> edge(slot, type, false);
      case LAST -> edge(slot, type, true);
    };
  }

  /// Every scan of a column counts as the cubes do that keep its distinct values, so that an answer
  /// does not depend on what it was read from.
  private Accumulator distinct(int slot) {
    return switch (Cube.counting(slots.schema().config().cubes(), slots.column(slot).name())) {
      case ANY -> fewOrSketch(slot);
      case SKETCH -> new DistinctSketch(slot);
      case EXACT -> exact(slot);
    };
  }

  private Accumulator exact(int slot) {
    return new DistinctExact(slot, new CodeReader.OfDomain(type(slot), domain(slot)));
  }

  private ColumnDomain domain(int slot) {
    return holdsStates ? domains.openDomain(slot) : domains.domain(slot);
  }

  /// Sets of codes where bitmaps of them are hardly larger than a sketch. Not where states are
  /// merged with those of other nodes: each would decide by its own rows.
  private Accumulator fewOrSketch(int slot) {
    if (isShipped || holdsStates) {
      return new DistinctSketch(slot);
    }
    ColumnDomain domain = domains.domain(slot);
    return domain.isBounded() && domain.limit() <= MAX_COUNTED_VALUES
        ? new DistinctExact(slot, new CodeReader.OfDomain(type(slot), domain))
        : new DistinctSketch(slot);
  }

  private Overflow overflow(int slot) {
    return Overflow.of(slots.schema(), slots.column(slot));
  }

  private static int scale(ColumnType.Scalar type) {
    return type instanceof ColumnType.DecimalType decimal ? decimal.scale() : 0;
  }

  private static ColumnType.Scalar requireNumber(ColumnType.Scalar type) {
    if (type.physical() == Physical.BYTES && !(type instanceof ColumnType.DecimalType)) {
      throw new IllegalArgumentException(type + " is no number");
    }
    return type;
  }

  private Accumulator sum(int slot, ColumnType.Scalar type, SumKind kind) {
    return switch (requireNumber(type).physical()) {
      case LONG ->
          new LongSum(
              new LongSum.Spec(
                  slot,
                  kind,
                  scale(type),
                  type instanceof ColumnType.DecimalType,
                  slots.column(slot).type().isList(),
                  overflow(slot)));
      case DOUBLE -> {
        if (kind == SumKind.SUM_EXACT) {
          throw new IllegalArgumentException("doubles have no exact sum");
        }
        yield new DoubleSum(slot, kind, overflow(slot));
      }
      case BYTES -> new WideSum(slot, kind, scale(type));
    };
  }

  private static Accumulator extreme(int slot, ColumnType.Scalar type, boolean isMax) {
    return switch (type.physical()) {
      case LONG -> new LongExtreme(slot, type, isMax);
      case DOUBLE -> new DoubleExtreme(slot, isMax);
      case BYTES -> new BytesExtreme(slot, type, isMax);
    };
  }

  private Accumulator edge(int slot, ColumnType.Scalar type, boolean isLast) {
    int log = slots.slot(LOG);
    EdgeValue.Axis axis =
        new EdgeValue.Axis(
            slots.slot(slots.schema().timeColumn()),
            log,
            slots.slot(OFFSET),
            (ColumnDomain.Bytes) domain(log));
    return new EdgeValue(slot, type, isLast, axis);
  }

  private Accumulator quantiles(Measure.Quantiles quantiles) {
    int slot = slots.slot(quantiles.column());
    ColumnType.Scalar type = requireNumber(type(slot));
    double[] qs = quantiles.qs().stream().mapToDouble(Double::doubleValue).toArray();
    return quantiles.exact()
        ? new QuantileExact(
            slot,
            type,
            qs,
            quantiles.method(),
            type.physical() == Physical.LONG && !holdsStates ? domains.bounds(slot) : null)
        : new QuantileSketch(slot, type, qs);
  }

  /// Distinct entities by their dense ids, or null where they do not stand for the column.
  private @Nullable Accumulator entities(int slot) {
    EntityIds ids = EntityIds.of(slots.column(slot), slots, sources);
    return ids == null ? null : new DistinctExact(ids.slot(), new CodeReader.OfEntity(ids));
  }
}
