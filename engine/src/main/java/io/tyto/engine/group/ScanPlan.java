package io.tyto.engine.group;

import io.tyto.engine.aggregate.Accumulator;
import io.tyto.engine.aggregate.Accumulators;
import io.tyto.engine.aggregate.StateSpec;
import io.tyto.engine.domain.Domains;
import io.tyto.engine.domain.EntityIds;
import io.tyto.engine.filter.BlockPruner;
import io.tyto.engine.filter.CompiledFilter;
import io.tyto.engine.filter.FilterCompiler;
import io.tyto.engine.scan.BlockList;
import io.tyto.engine.scan.ColumnSlots;
import io.tyto.engine.scan.ScanContext;
import io.tyto.engine.scan.ScanStats;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.source.StateSource;
import io.tyto.model.query.Estimate;
import io.tyto.model.query.Estimate.Lane;
import io.tyto.model.query.Filter;
import io.tyto.model.query.TimeInterval;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.Physical;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// A group scan made ready: what its threads share. Thread-safe once built.
///
/// @param sources of all parts, one after the other
/// @param filters by source: of its part
/// @param stateFilters the distinct filters of states
/// @param filterOfState for each state its place in `stateFilters`, or -1
/// @param states empty, one per state spec
/// @param sharedBytes counted against the budget so far
record ScanPlan(
    ColumnSlots slots,
    List<RowSource> sources,
    List<CompiledFilter> filters,
    BlockPruner.Pruned pruned,
    List<KeyCoder> coders,
    GroupSpace space,
    List<CompiledFilter> stateFilters,
    int[] filterOfState,
    List<Accumulator> states,
    Domains domains,
    AtomicLong sharedBytes,
    ScanContext context) {

  private static final int FEW_ENTITIES = 1 << 16;

  /// So few rows of all sources together are read as fast as cells are, such as those of the tail
  /// on a quiet day.
  private static final int FEW_ROWS = 1 << 16;

  static ScanPlan of(GroupScan.Spec spec, List<GroupScan.Part> parts, ScanContext context) {
    long seed = context.seed();
    ColumnSlots slots = new ColumnSlots(spec.schema());
    List<RowSource> sources = new ArrayList<>();
    List<CompiledFilter> filters = new ArrayList<>();
    int unreached = 0;
    for (GroupScan.Part part : parts) {
      List<RowSource> reached = RowSource.within(part.range(), part.sources());
      unreached += part.sources().size() - reached.size();
      CompiledFilter filter =
          FilterCompiler.compile(both(spec.where(), part.only()), part.range(), slots, seed);
      sources.addAll(reached);
      filters.addAll(Collections.nCopies(reached.size(), filter));
    }
    Domains domains = new Domains(slots, sources, seed);
    List<KeyCoder> coders = new ArrayList<>();
    for (ScanKey key : spec.keys()) {
      coders.add(coder(key, slots, sources, domains, seed));
    }
    List<Filter> wheres = new ArrayList<>();
    List<CompiledFilter> stateFilters = new ArrayList<>();
    List<Accumulator> states = new ArrayList<>();
    int[] filterOfState = new int[spec.states().size()];
    Accumulators accumulators = new Accumulators(slots, domains, sources, spec.isShipped(), seed);
    for (StateSpec state : spec.states()) {
      int number = -1;
      if (state.where() != null) {
        number = wheres.indexOf(state.where());
        if (number < 0) {
          number = wheres.size();
          wheres.add(state.where());
          stateFilters.add(
              FilterCompiler.compile(state.where(), TimeInterval.ALL_TIME, slots, seed));
        }
      }
      filterOfState[states.size()] = number;
      states.add(accumulators.create(state.measure()));
    }
    BlockPruner.Pruned pruned =
        BlockPruner.prune(filters, slots, sources).plus(new ScanStats(0, 0, 0, unreached));
    context.query().admit(pruned.stats().rowsScanned());
    return new ScanPlan(
        slots,
        List.copyOf(sources),
        List.copyOf(filters),
        pruned,
        List.copyOf(coders),
        GroupSpace.of(coders, pruned.stats().rowsScanned(), seed),
        List.copyOf(stateFilters),
        filterOfState,
        List.copyOf(states),
        domains,
        new AtomicLong(),
        context);
  }

  private static @Nullable Filter both(@Nullable Filter one, @Nullable Filter other) {
    if (one == null || other == null) {
      return one == null ? other : one;
    }
    return new Filter.And(List.of(one, other));
  }

  private static KeyCoder coder(
      ScanKey key, ColumnSlots slots, List<RowSource> sources, Domains domains, long seed) {
    int slot = slots.slot(key.column());
    ColumnType.Scalar type = slots.column(slot).type().element();
    return switch (key) {
      case ScanKey.ColumnKey _ -> {
        KeyCoder byEntity = entityCoder(slot, slots, sources);
        yield byEntity == null ? new KeyCoder.OfColumn(slot, domains.domain(slot)) : byEntity;
      }
      case ScanKey.BucketKey bucket -> new KeyCoder.OfBuckets(slot, bucket.axis());
      case ScanKey.BinsKey(_, Double width, _) when width != null ->
          KeyCoder.OfWidth.of(slot, type, width, seed);
      case ScanKey.BinsKey bins -> KeyCoder.OfEdges.of(slot, type, bins.edges());
    };
  }

  /// Null where the column is not the entity's key, or there are so few rows that an array with a
  /// cell for each entity would be mostly empty.
  private static @Nullable KeyCoder entityCoder(
      int slot, ColumnSlots slots, List<RowSource> sources) {
    EntityIds ids = EntityIds.of(slots.column(slot), slots, sources);
    if (ids == null || slots.column(slot).type().physical() != Physical.BYTES) {
      return null;
    }
    long rows = sources.stream().mapToLong(RowSource::rowCount).sum();
    return ids.limit() > Math.max(FEW_ENTITIES, rows)
        ? null
        : new KeyCoder.OfEntity(ids, new EntityKeys(slots, sources, ids, slot));
  }

  /// Counts what the numbering of values and groups takes, whoever made it grow.
  void accountShared() {
    long bytes = domains.sizeBytes() + space.sizeBytes();
    for (KeyCoder coder : coders) {
      bytes += coder.sizeBytes();
    }
    context.memory().reserve(bytes - sharedBytes.getAndSet(bytes));
  }

  /// What is left to read; from cells, and from few rows beside them, it is nobody's burden.
  Estimate estimate() {
    long rows = 0;
    BlockList blocks = pruned.blocks();
    for (int i = 0; i < blocks.size(); i++) {
      RowSource source = sources.get(blocks.source(i));
      rows += source instanceof StateSource ? 0 : RowSource.blockRows(source, blocks.block(i));
    }
    return new Estimate(
        rows > FEW_ROWS ? Lane.SCAN : Lane.CUBE, pruned.stats().rowsScanned(), slots.size());
  }

  boolean isOrderFree() {
    return states.stream().allMatch(Accumulator::isOrderFree);
  }
}
