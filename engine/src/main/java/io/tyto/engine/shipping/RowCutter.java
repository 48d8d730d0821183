package io.tyto.engine.shipping;

import io.tyto.engine.source.ColumnReader;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.source.Zone;
import io.tyto.engine.vector.ColumnVector;
import io.tyto.engine.vector.Dictionary;
import io.tyto.model.query.QueryContext;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.SystemColumns;
import io.tyto.model.schema.TableSchema;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Cuts the rows out of sources that somebody else does not have yet, as tables that can be sent.
/// Not thread-safe.
public final class RowCutter {
  private final List<ColumnSpec> columns;
  private final Map<String, Long> below;
  private final QueryContext context;

  /// @param below by log, an offset below which the rows are there already; of logs that are not
  ///   named nothing is
  public RowCutter(TableSchema schema, Map<String, Long> below, QueryContext context) {
    this.columns = new ArrayList<>(SystemColumns.ALL);
    columns.addAll(schema.columns());
    this.below = below;
    this.context = context;
  }

  /// In the order of the rows.
  public void cut(RowSource source, Consumer<StateTable> out) {
    ColumnReader offsets = Objects.requireNonNull(source.column(SystemColumns.OFFSET), "offsets");
    ColumnReader logs = Objects.requireNonNull(source.column(SystemColumns.LOG), "logs");
    Dictionary known = logs.dictionary();
    long least = known == null ? 0 : Arrays.stream(below(known)).min().orElse(0);
    for (int block = 0; block < RowSource.blocks(source); block++) {
      context.check();
      if (isThere(offsets.zone(block), least)) {
        continue;
      }
      int first = block * RowSource.BLOCK_ROWS;
      int end = first + RowSource.blockRows(source, block);
      for (int from = first; from < end; from += RowSource.BATCH_ROWS) {
        int count = Math.min(RowSource.BATCH_ROWS, end - from);
        int[] positions = missing(logs.read(from, count), offsets.read(from, count), count);
        if (positions.length > 0) {
          out.accept(table(source, from, count, positions));
        }
      }
    }
  }

  /// By ordinal.
  private long[] below(Dictionary logs) {
    long[] offsets = new long[logs.size()];
    for (int ordinal = 0; ordinal < offsets.length; ordinal++) {
      offsets[ordinal] = below(logs.value(ordinal));
    }
    return offsets;
  }

  private long below(byte[] log) {
    return below.getOrDefault(new String(log, StandardCharsets.UTF_8), 0L);
  }

  private static boolean isThere(@Nullable Zone zone, long least) {
    return zone != null && zone.hasBounds() && zone.maxLong() < least;
  }

  private int[] missing(ColumnVector logs, ColumnVector offsets, int count) {
    long[] known = logs instanceof ColumnVector.Ordinals coded ? below(coded.dictionary()) : null;
    long[] numbers = ((ColumnVector.Longs) offsets).values();
    int[] positions = new int[count];
    int missing = 0;
    for (int row = 0; row < count; row++) {
      long there =
          known == null
              ? below(Gather.bytes(logs, row))
              : known[((ColumnVector.Ordinals) logs).values()[row]];
      if (numbers[row] >= there) {
        positions[missing++] = row;
      }
    }
    return Arrays.copyOf(positions, missing);
  }

  private StateTable table(RowSource source, int from, int count, int[] positions) {
    Map<Integer, StateTable.Column> cut = new LinkedHashMap<>();
    for (ColumnSpec column : columns) {
      ColumnReader reader = source.column(column.id());
      if (reader != null) {
        ColumnVector values = reader.read(from, count, positions, positions.length);
        cut.put(column.id(), new StateTable.Column(reader.type(), Gather.rows(values, positions)));
      }
    }
    return new StateTable(positions.length, cut);
  }
}
