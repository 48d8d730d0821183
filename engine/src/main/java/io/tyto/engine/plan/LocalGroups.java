package io.tyto.engine.plan;

import io.tyto.engine.group.GroupScan;
import io.tyto.engine.scan.ScanContext;
import io.tyto.engine.snapshot.TableSnapshot;
import io.tyto.engine.source.LongRange;
import io.tyto.engine.source.RowSource;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.TableSchema;
import org.jspecify.annotations.Nullable;

/// Groups of the rows of a snapshot of this process.
final class LocalGroups implements GroupSource {
  private final TableSnapshot snapshot;
  private final Sources sources;
  private final ScanContext context;

  LocalGroups(TableSnapshot snapshot, ScanContext context) {
    this.snapshot = snapshot;
    this.sources = Sources.of(snapshot);
    this.context = context;
  }

  @Override
  public TableSchema schema() {
    return snapshot.schema();
  }

  @Override
  public String id() {
    return snapshot.id();
  }

  @Override
  public TableSnapshot.Facts facts() {
    return snapshot.facts();
  }

  @Override
  public @Nullable LongRange bounds(ColumnSpec column) {
    return ZoneBounds.of(sources, column, context.query());
  }

  @Override
  public Found scan(GroupScan.Spec spec, boolean isRegrouped) {
    Sources reached = new Sources(sources.schema(), RowSource.within(spec.range(), sources.list()));
    CubeCover cover = CubeCover.of(spec, isRegrouped, reached);
    return new Found(
        GroupScan.runParts(spec, cover.parts(), context), cover.queryPlan(), cover.servedBy());
  }
}
