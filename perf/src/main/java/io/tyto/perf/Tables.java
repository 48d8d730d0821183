package io.tyto.perf;

import io.tyto.engine.row.Row;
import io.tyto.engine.segment.Segment;
import io.tyto.engine.segment.SegmentOptions;
import io.tyto.engine.segment.SegmentWriter;
import io.tyto.engine.tail.Tail;
import io.tyto.ingest.config.ConfigParser;
import io.tyto.ingest.config.Schemas;
import io.tyto.model.port.AdminService.ConfigFile;
import io.tyto.model.schema.TableSchema;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/// Segments with rows made in place.
final class Tables {
  private Tables() {}

  /// Sets the columns of one row.
  interface Filler {
    void fill(int number, Row row);
  }

  static TableSchema schema(String config) {
    return Schemas.firstVersion(
        ConfigParser.parse(List.of(new ConfigFile("perf.yaml", config))).orThrow().getFirst(),
        1,
        1,
        1);
  }

  /// The caller releases the segment; its file is gone from the folder already.
  static Segment segment(TableSchema schema, SegmentOptions options, int rows, Filler filler)
      throws IOException {
    Path file = Files.createTempFile("tyto-perf", ".segment");
    try {
      write(file, schema, options, rows, filler);
      return Segment.open(file, Files.size(file));
    } finally {
      Files.delete(file);
    }
  }

  /// Writes a segment over the file.
  static void write(Path file, TableSchema schema, SegmentOptions options, int rows, Filler filler)
      throws IOException {
    Tail tail = new Tail(schema, 0);
    Row row = new Row(schema.columns().size());
    for (int i = 0; i < rows; i++) {
      row.clear();
      filler.fill(i, row);
      tail.append(row, "perf", i, 0, 0);
    }
    tail.publish();
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
      new SegmentWriter(options)
          .write(
              schema,
              tail.view(rows),
              null,
              bytes -> {
                while (bytes.hasRemaining()) {
                  channel.write(bytes);
                }
              });
    }
  }
}
