package io.tyto.engine.segment;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.tyto.engine.rows.RowReading;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.SystemColumns;
import io.tyto.model.schema.TableSchema;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Files that an earlier Tyto wrote stay readable, every encoding of them.
final class SegmentGoldenTest {
  @TempDir Path folder;

  static List<String> choices() {
    return GoldenRows.choices();
  }

  private Path golden(String name) throws IOException {
    Path copy = folder.resolve("golden.seg");
    try (InputStream file =
        SegmentGoldenTest.class.getResourceAsStream("/golden/segment-v1/" + name + ".seg")) {
      assertNotNull(file, name);
      Files.copy(file, copy);
    }
    return copy;
  }

  @ParameterizedTest
  @MethodSource("choices")
  void rowsOfVersionOneComeBack(String choice) throws IOException {
    Path file = golden(choice);
    Segment segment = Segment.open(file, Files.size(file));
    try {
      TableSchema schema = GoldenRows.schema();
      List<@Nullable Object[]> rows = GoldenRows.rows();
      assertEquals(GoldenRows.ROWS, segment.rowCount());
      assertEquals(schema.version(), segment.schemaVersion());
      assertEquals(schema.collectionId(), segment.collectionId());
      assertEquals(1, segment.partition());
      for (int c = 0; c < schema.columns().size(); c++) {
        ColumnSpec column = schema.columns().get(c);
        List<@Nullable Object> expected = new ArrayList<>();
        for (@Nullable Object[] row : rows) {
          expected.add(row[c]);
        }
        RowReading.assertSame(
            expected,
            RowReading.column(List.of(segment), column.id(), new Random(1)),
            column.name() + " " + column.type());
      }
      List<@Nullable Object> offsets =
          RowReading.column(List.of(segment), SystemColumns.OFFSET, new Random(1));
      assertEquals(7L, offsets.getFirst());
      assertEquals(List.of(), segment.verify());
    } finally {
      segment.release();
    }
  }

  @Test
  void entitiesOfVersionOneComeBack() throws IOException {
    Path file = golden("state");
    try (StateSegment state = StateSegment.open(file, Files.size(file))) {
      List<EntityKey> expected = GoldenRows.entities();
      List<EntityKey> found = new ArrayList<>();
      state.forEach(found::add);
      assertEquals(expected.size(), found.size());
      for (int i = 0; i < expected.size(); i++) {
        assertEquals(expected.get(i).id(), found.get(i).id());
        assertArrayEquals(expected.get(i).key(), found.get(i).key());
      }
      assertEquals(List.of(), state.verify());
    }
  }
}
