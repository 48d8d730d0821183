package io.tyto.engine.segment;

import io.tyto.engine.row.Row;
import io.tyto.engine.rows.RandomTable;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.tail.Tail;
import io.tyto.model.schema.TableSchema;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Rows, tails and files for tests.
final class SegmentFiles {
  private SegmentFiles() {}

  static List<@Nullable Object[]> rows(RandomTable table, int count) {
    List<@Nullable Object[]> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      rows.add(table.nextRow());
    }
    return rows;
  }

  /// Offsets count up from `firstOffset`.
  static Tail tail(TableSchema schema, List<@Nullable Object[]> rows, long firstOffset) {
    Tail tail = new Tail(schema, 1);
    Row row = new Row(schema.columns().size());
    for (int i = 0; i < rows.size(); i++) {
      RandomTable.fill(row, rows.get(i));
      tail.append(row, "log-a", firstOffset + i, 5_000_000L + i / 100, i % 11);
    }
    tail.publish();
    return tail;
  }

  static SegmentSummary write(
      SegmentOptions options,
      TableSchema schema,
      List<RowSource> sources,
      @Nullable RowFilter keep,
      Path file)
      throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      return new SegmentWriter(options)
          .write(
              schema,
              sources,
              keep,
              bytes -> {
                while (bytes.hasRemaining()) {
                  channel.write(bytes);
                }
              });
    }
  }

  static Segment writeAndOpen(
      SegmentOptions options,
      TableSchema schema,
      List<RowSource> sources,
      @Nullable RowFilter keep,
      Path file)
      throws IOException {
    SegmentSummary summary = write(options, schema, sources, keep, file);
    return Segment.open(file, summary.bytes());
  }
}
