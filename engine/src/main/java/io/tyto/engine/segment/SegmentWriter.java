package io.tyto.engine.segment;

import io.tyto.engine.cube.CellTable;
import io.tyto.engine.source.EvolvedSource;
import io.tyto.engine.source.RowSource;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.SystemColumns;
import io.tyto.model.schema.TableSchema;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Writes rows of any sources, the tail's chunks or older segments, into one new segment.
///
/// Rows are ordered by event time, those without one last, ties as they come; rows that come in
/// that order cost nothing. One column after the other, so that memory is bounded by the largest
/// column's dictionary and ordinals, and its values where rows change places. Equal rows and
/// options give equal bytes. Thread-safe: no state between calls.
public final class SegmentWriter {
  /// The most rows one segment holds.
  public static final int MAX_ROWS = 1 << 27;

  private final SegmentOptions options;

  public SegmentWriter() {
    this(SegmentOptions.ofSystemProperty());
  }

  public SegmentWriter(SegmentOptions options) {
    this.options = options;
  }

  /// Rows of the sources, system columns included. Columns a source lacks are null, or computed
  /// where the column is derived; columns that have become wider since are written as they are now.
  ///
  /// Cells of the collection's cubes are of all rows: where some are left out, there are none.
  ///
  /// @param keep null: every row
  public SegmentSummary write(
      TableSchema schema, List<RowSource> sources, @Nullable RowFilter keep, SegmentSink sink)
      throws IOException {
    List<RowSource> evolved = EvolvedSource.allOf(sources, schema);
    SourceRows rows = new SourceRows(schema, evolved, keep);
    if (rows.count() > MAX_ROWS) {
      throw new IllegalArgumentException(
          rows.count() + " rows; a segment holds at most " + MAX_ROWS);
    }
    List<ColumnSpec> stored = columns(schema, evolved);
    ContainerWriter target = new ContainerWriter(owner(schema, rows.partition()), sink);
    TimeBounds times = TimeBounds.of(schema, rows);
    int[] order = times.isAscending() ? null : RowOrder.of(rows, schema.timeColumn());
    ColumnWriter columns = new ColumnWriter(target, schema, rows, order, options);
    for (ColumnSpec column : SystemColumns.ALL) {
      columns.write(column);
    }
    for (ColumnSpec column : stored) {
      columns.write(column);
    }
    if (keep == null && !schema.config().cubes().isEmpty() && rows.count() > 0) {
      new CellWriter(target, schema, options).write(evolved);
    }
    SegmentInfo info =
        new SegmentInfo(
            schema.version(),
            SystemColumns.ALL.size() + stored.size(),
            rows.count(),
            RowSource.BLOCK_ROWS,
            times.min(),
            times.max(),
            SegmentInfo.sortKey(schema.timeColumn().id()));
    target.rawBlock(BlockKind.INFO, 0, 0, info.write());
    target.finish();
    return new SegmentSummary(
        rows.count(), times.min(), times.max(), target.position(), target.sha256());
  }

  /// A segment without rows that keeps the cells of rows which go.
  ///
  /// @param sources all of those rows, of one partition
  /// @param times of the rows; nothing else of the summary is looked at
  public SegmentSummary writeCells(
      TableSchema schema, List<RowSource> sources, SegmentSummary times, SegmentSink sink)
      throws IOException {
    List<RowSource> evolved = EvolvedSource.allOf(sources, schema);
    ContainerWriter target =
        new ContainerWriter(owner(schema, sources.getFirst().partition()), sink);
    if (!new CellWriter(target, schema, options).write(evolved)) {
      throw new TytoException(
          ErrorCode.MEMORY_LIMIT_EXCEEDED,
          "the cubes of %s have too many cells to be kept without their rows"
              .formatted(schema.name()));
    }
    return finishCells(target, schema, times.minTimeMicros(), times.maxTimeMicros());
  }

  /// A segment without rows that keeps cells as they are.
  ///
  /// @param minTimeMicros least event time of the rows they were made of; `maxTimeMicros` greatest
  public SegmentSummary writeCells(
      TableSchema schema, CellTable cells, long minTimeMicros, long maxTimeMicros, SegmentSink sink)
      throws IOException {
    ContainerWriter target = new ContainerWriter(owner(schema, cells.partition()), sink);
    new CellWriter(target, schema, options).write(0, cells);
    return finishCells(target, schema, minTimeMicros, maxTimeMicros);
  }

  private static SegmentSummary finishCells(
      ContainerWriter target, TableSchema schema, long minTimeMicros, long maxTimeMicros)
      throws IOException {
    SegmentInfo info =
        new SegmentInfo(
            schema.version(),
            0,
            0,
            RowSource.BLOCK_ROWS,
            minTimeMicros,
            maxTimeMicros,
            SegmentInfo.sortKey(schema.timeColumn().id()));
    target.rawBlock(BlockKind.INFO, 0, 0, info.write());
    target.finish();
    return new SegmentSummary(0, minTimeMicros, maxTimeMicros, target.position(), target.sha256());
  }

  private static ContainerFormat.Owner owner(TableSchema schema, int partition) {
    return new ContainerFormat.Owner(
        ContainerFormat.FileKind.ROWS,
        schema.projectId(),
        schema.groupId(),
        schema.collectionId(),
        partition);
  }

  /// Those of the schema, and the dormant ones that a source still has values of.
  private static List<ColumnSpec> columns(TableSchema schema, List<RowSource> sources) {
    List<ColumnSpec> columns = new ArrayList<>(schema.columns());
    for (ColumnSpec dormant : schema.dormant()) {
      if (sources.stream().anyMatch(source -> source.column(dormant.id()) != null)) {
        columns.add(dormant);
      }
    }
    return columns;
  }
}
