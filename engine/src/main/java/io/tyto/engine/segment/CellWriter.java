package io.tyto.engine.segment;

import static java.lang.System.Logger.Level.WARNING;

import io.tyto.engine.cube.CellScan;
import io.tyto.engine.cube.CellTable;
import io.tyto.engine.cube.CubeBuilder;
import io.tyto.engine.scan.ScanContext;
import io.tyto.engine.source.ColumnReader;
import io.tyto.engine.source.RowSource;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.TableSchema;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Writes the cells of a collection's cubes beside the rows they are made of. Not thread-safe.
final class CellWriter {
  private static final System.Logger LOG = System.getLogger(CellWriter.class.getName());

  private final ContainerWriter target;
  private final TableSchema schema;
  private final SegmentOptions options;

  CellWriter(ContainerWriter target, TableSchema schema, SegmentOptions options) {
    this.target = target;
    this.schema = schema;
    this.options = options;
  }

  /// Cells that are too many to hold while they are made are left out: their rows answer alone.
  /// False then.
  ///
  /// @param sources all rows of the segment, or cells of them
  boolean write(List<RowSource> sources) throws IOException {
    ScanContext context = CellScan.context();
    List<CellTable> tables;
    try {
      tables = new CubeBuilder(schema, sources, context).build();
    } catch (TytoException e) {
      if (e.code() != ErrorCode.MEMORY_LIMIT_EXCEEDED) {
        throw e;
      }
      LOG.log(
          WARNING,
          "a segment of {0} is written without cells: its cubes need more than {1} MiB to make;"
              + " they have too many combinations of values",
          schema.name(),
          context.query().memoryLimitBytes() >> 20);
      return false;
    }
    for (int number = 0; number < tables.size(); number++) {
      write(number, tables.get(number));
    }
    return true;
  }

  /// Writes cells under a number that no others of the segment have.
  void write(int number, CellTable table) throws IOException {
    Map<Integer, Integer> ids = new LinkedHashMap<>();
    for (int id : table.columnIds()) {
      ids.put(id, CellDescriptor.FIRST_COLUMN_ID + number * CellDescriptor.COLUMNS + ids.size());
    }
    for (Map.Entry<Integer, Integer> column : ids.entrySet()) {
      ColumnSpec stored =
          ColumnSpec.system(column.getValue(), "cells", table.type(column.getKey()));
      SourceRows rows =
          new SourceRows(schema, List.of(new OneColumn(table, column.getKey())), null);
      new ColumnWriter(target, schema, rows, null, options).write(stored);
    }
    CellDescriptor descriptor = new CellDescriptor(table.shape(), table.rowCount(), ids);
    target.rawBlock(BlockKind.CELLS, number, 0, descriptor.write());
  }

  /// Cells of which one column is asked for by whatever id it is stored under.
  private record OneColumn(CellTable table, int columnId) implements RowSource {
    @Override
    public @Nullable ColumnReader column(int storedId) {
      return table.column(columnId);
    }

    @Override
    public int rowCount() {
      return table.rowCount();
    }

    @Override
    public int schemaVersion() {
      return table.schemaVersion();
    }

    @Override
    public int partition() {
      return table.partition();
    }

    @Override
    public String name() {
      return table.name();
    }

    @Override
    public long storedBytes() {
      return 0;
    }
  }
}
