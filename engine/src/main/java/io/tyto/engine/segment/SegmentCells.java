package io.tyto.engine.segment;

import io.tyto.engine.source.CellShape;
import io.tyto.engine.source.CellSource;
import io.tyto.engine.source.ColumnReader;
import org.jspecify.annotations.Nullable;

/// Cells kept in a segment. Thread-safe; lives as long as the segment is held.
final class SegmentCells implements CellSource {
  private final Segment segment;
  private final CellDescriptor descriptor;

  SegmentCells(Segment segment, CellDescriptor descriptor) {
    this.segment = segment;
    this.descriptor = descriptor;
  }

  @Override
  public CellShape shape() {
    return descriptor.shape();
  }

  CellDescriptor descriptor() {
    return descriptor;
  }

  @Override
  public int rowCount() {
    return descriptor.cells();
  }

  @Override
  public int schemaVersion() {
    return segment.schemaVersion();
  }

  @Override
  public int partition() {
    return segment.partition();
  }

  @Override
  public @Nullable ColumnReader column(int columnId) {
    Integer stored = descriptor.columns().get(columnId);
    SegmentColumn column =
        stored == null ? null : segment.segmentColumn(stored, descriptor.cells());
    return column == null
        ? null
        : new SegmentColumnReader(
            column, descriptor.cells(), columnId == descriptor.shape().time());
  }

  @Override
  public String name() {
    return segment.name();
  }

  @Override
  public long storedBytes() {
    return 0;
  }
}
