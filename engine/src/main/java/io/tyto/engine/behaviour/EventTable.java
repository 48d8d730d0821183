package io.tyto.engine.behaviour;

import io.tyto.engine.domain.ColumnDomain;
import io.tyto.engine.domain.Domains;
import io.tyto.engine.filter.CompiledFilter;
import io.tyto.engine.filter.FilterCompiler;
import io.tyto.engine.scan.ColumnSlots;
import io.tyto.engine.source.RowSource;
import io.tyto.model.query.EventFilter;
import io.tyto.model.query.Filter;
import io.tyto.model.query.TimeInterval;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.SystemColumns;
import io.tyto.model.schema.TableSchema;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The events that a question wants of one collection. Immutable, thread-safe.
///
/// Names and types are checked by the caller.
public final class EventTable {
  private final List<RowSource> sources;
  private final ColumnSlots slots;
  private final ColumnSpec time;
  private final int timeSlot;
  private final int entitySlot;
  private final List<Kind> kinds;
  private final int dimensionSlot;
  private final @Nullable ColumnDomain dimension;

  /// Events of one kind.
  ///
  /// @param number below {@link EventFilter#MAX_KINDS}
  public record KindSpec(int number, TimeInterval range, @Nullable Filter where) {}

  record Kind(int number, CompiledFilter filter) {}

  /// @param dimension the column whose codes each event carries, or null
  /// @param seed of hash tables
  public EventTable(
      TableSchema schema,
      List<RowSource> sources,
      List<KindSpec> kinds,
      @Nullable String dimension,
      long seed) {
    this.sources = List.copyOf(sources);
    this.slots = new ColumnSlots(schema);
    this.time = schema.timeColumn();
    this.timeSlot = slots.slot(time);
    this.entitySlot = slots.slot(SystemColumns.ENTITY_NAME);
    List<Kind> compiled = new ArrayList<>();
    for (KindSpec kind : kinds) {
      compiled.add(
          new Kind(kind.number(), FilterCompiler.compile(kind.where(), kind.range(), slots, seed)));
    }
    this.kinds = List.copyOf(compiled);
    this.dimensionSlot = dimension == null ? -1 : slots.slot(dimension);
    this.dimension =
        dimension == null ? null : new Domains(slots, sources, seed).domain(dimensionSlot);
  }

  List<RowSource> sources() {
    return sources;
  }

  ColumnSlots slots() {
    return slots;
  }

  ColumnSpec time() {
    return time;
  }

  int timeSlot() {
    return timeSlot;
  }

  int entitySlot() {
    return entitySlot;
  }

  List<Kind> kinds() {
    return kinds;
  }

  int dimensionSlot() {
    return dimensionSlot;
  }

  /// What the codes of the events' dimension stand for, or null where none was asked for.
  public @Nullable ColumnDomain dimension() {
    return dimension;
  }
}
