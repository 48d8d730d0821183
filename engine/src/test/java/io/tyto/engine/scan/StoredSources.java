package io.tyto.engine.scan;

import io.tyto.engine.row.Row;
import io.tyto.engine.segment.Segment;
import io.tyto.engine.segment.SegmentWriter;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.tail.Tail;
import io.tyto.model.schema.SystemColumns;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// The sources of a {@link TestTable} as real segments, which sort their rows, and tails.
public final class StoredSources implements AutoCloseable {
  private final List<RowSource> sources = new ArrayList<>();
  private final List<Segment> segments = new ArrayList<>();

  private StoredSources() {}

  /// Each source becomes a segment or a tail, by chance.
  public static StoredSources of(TestTable table, RandomGenerator random, Path folder)
      throws IOException {
    StoredSources stored = new StoredSources();
    for (int i = 0; i < table.sources.size(); i++) {
      RowSource source = table.sources.get(i);
      if (source.rowCount() == 0) {
        stored.sources.add(source);
      } else if (random.nextBoolean()) {
        stored.addSegment(table, source, folder);
      } else {
        stored.sources.add(tail(table, i));
      }
    }
    return stored;
  }

  public List<RowSource> sources() {
    return sources;
  }

  private void addSegment(TestTable table, RowSource source, Path folder) throws IOException {
    Path file = Files.createTempFile(folder, "rows", ".segment");
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      new SegmentWriter()
          .write(
              table.schema,
              List.of(source),
              null,
              bytes -> {
                while (bytes.hasRemaining()) {
                  channel.write(bytes);
                }
              });
    }
    Segment segment = Segment.open(file, Files.size(file));
    segments.add(segment);
    sources.add(segment);
  }

  private static RowSource tail(TestTable table, int source) {
    Tail tail = new Tail(table.schema, table.sources.get(source).partition());
    int system = SystemColumns.ALL.size();
    Row row = new Row(table.schema.columns().size());
    for (int i = 0; i < table.rows.size(); i++) {
      if (table.places.get(i)[0] != source) {
        continue;
      }
      @Nullable Object[] cells = table.rows.get(i);
      row.clear();
      for (int column = system; column < cells.length; column++) {
        switch (cells[column]) {
          case null -> row.setNull(column - system);
          case Long value -> row.setLong(column - system, value);
          case Double value -> row.setDouble(column - system, value);
          case byte[] value -> row.setBytes(column - system, value.clone());
          case List<?> value -> row.setList(column - system, value.toArray());
          default -> throw new IllegalStateException();
        }
      }
      tail.append(
          row,
          new String((byte[]) cells[0], StandardCharsets.UTF_8),
          number(cells[1]),
          number(cells[2]),
          (int) number(cells[3]));
    }
    tail.publish();
    List<RowSource> chunks = tail.view(tail.rowCount());
    if (chunks.size() != 1) {
      throw new IllegalStateException(chunks.size() + " chunks: the test expects one");
    }
    return chunks.getFirst();
  }

  private static long number(@Nullable Object cell) {
    return (Long) Objects.requireNonNull(cell);
  }

  @Override
  public void close() {
    segments.forEach(Segment::release);
  }
}
