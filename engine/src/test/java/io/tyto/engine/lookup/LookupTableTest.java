package io.tyto.engine.lookup;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.engine.row.Row;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is written is found, whatever the keys, and depends on the rows alone.
class LookupTableTest {
  private static final long SEED = Long.getLong("test.seed", 20_2611L);
  private static final List<ColumnSpec> TEXT_KEYS =
      List.of(
          ColumnSpec.system(0, "score", ColumnType.DOUBLE),
          ColumnSpec.system(0, "id", ColumnType.STRING),
          ColumnSpec.system(0, "level", ColumnType.LONG),
          ColumnSpec.system(0, "region", ColumnType.STRING));
  private static final List<ColumnSpec> NUMBER_KEYS =
      List.of(
          ColumnSpec.system(0, "id", ColumnType.LONG),
          ColumnSpec.system(0, "region", ColumnType.STRING));

  @TempDir Path folder;

  /// Null values are null cells.
  private record Entry(
      String id, @Nullable Double score, @Nullable Long level, @Nullable String region) {
    Row row() {
      Row row = new Row(4);
      if (score != null) {
        row.setDouble(0, score);
      }
      row.setBytes(1, bytes(id));
      if (level != null) {
        row.setLong(2, level);
      }
      if (region != null) {
        row.setBytes(3, bytes(region));
      }
      return row;
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] write(List<Entry> entries) throws IOException {
    LookupTableWriter writer = new LookupTableWriter(TEXT_KEYS, 1, 10_000, 1 << 24);
    entries.forEach(entry -> writer.add(entry.row()));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    writer.write(out);
    return out.toByteArray();
  }

  private LookupTable open(byte[] file) throws IOException {
    return LookupTable.open(Files.write(folder.resolve("t.tab"), file));
  }

  private static List<Entry> random(Random random) {
    List<Entry> entries = new ArrayList<>();
    int count = random.nextInt(random.nextBoolean() ? 5 : 3_000);
    for (int i = 0; i < count; i++) {
      entries.add(
          new Entry(
              (i == 0 ? "" : "k" + i + "é".repeat(random.nextInt(3))),
              random.nextInt(4) == 0 ? null : random.nextDouble(),
              random.nextInt(4) == 0 ? null : random.nextLong(),
              random.nextInt(4) == 0 ? null : "r" + random.nextInt(9)));
    }
    return entries;
  }

  @Test
  void everyKeyIsFoundAndNoOther() throws IOException {
    Random random = new Random(SEED);
    for (int round = 0; round < 30; round++) {
      List<Entry> entries = random(random);
      Collections.shuffle(entries, random);
      try (LookupTable table = open(write(entries))) {
        String where = "seed %d, round %d".formatted(SEED, round);
        assertEquals(entries.size(), table.rowCount(), where);
        for (Entry entry : entries) {
          int row = table.find(bytes(entry.id()));
          assertTrue(row >= 0, () -> where + ": " + entry);
          Row into = new Row(4);
          for (int i = 0; i < 4; i++) {
            table.copy(row, table.column(TEXT_KEYS.get(i).name()), into, i);
          }
          assertEquals(entry.score(), into.isNull(0) ? null : into.doubleAt(0), where);
          assertEquals(entry.level(), into.isNull(2) ? null : into.longAt(2), where);
          assertEquals(
              entry.region(),
              into.isNull(3) ? null : new String(into.bytesAt(3), StandardCharsets.UTF_8),
              where);
        }
        for (int i = 0; i < 100; i++) {
          assertEquals(LookupTable.NONE, table.find(bytes("absent" + random.nextInt())), where);
        }
        assertEquals(LookupTable.NONE, table.column("other"));
      }
    }
  }

  @Test
  void numbersAreKeysToo() throws IOException {
    LookupTableWriter writer = new LookupTableWriter(NUMBER_KEYS, 0, 10_000, 1 << 24);
    for (long id = -2_000; id < 2_000; id += 2) {
      Row row = new Row(2);
      row.setLong(0, id * Integer.MAX_VALUE);
      row.setBytes(1, bytes("r" + id));
      writer.add(row);
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    writer.write(out);
    try (LookupTable table = open(out.toByteArray())) {
      for (long id = -2_000; id < 2_000; id++) {
        int row = table.find(id * Integer.MAX_VALUE);
        assertEquals(id % 2 == 0, row >= 0, "id " + id);
        if (row >= 0) {
          assertArrayEquals(bytes("r" + id), table.bytesAt(row, 1));
        }
      }
    }
  }

  @Test
  void bytesDependOnTheRowsAndNotOnTheirOrder() throws IOException {
    Random random = new Random(SEED);
    List<Entry> entries = random(random);
    byte[] first = write(entries);
    Collections.shuffle(entries, random);
    assertArrayEquals(first, write(entries), "seed " + SEED);
  }

  private static String refused(LookupTableWriter writer, Entry... entries) {
    TytoException refused =
        assertThrows(
            TytoException.class,
            () -> {
              Arrays.stream(entries).forEach(entry -> writer.add(entry.row()));
              writer.write(new ByteArrayOutputStream());
            });
    assertEquals(ErrorCode.BAD_USER_INPUT, refused.code());
    return String.valueOf(refused.getMessage());
  }

  @Test
  void keysAreThereAndUniqueAndTheTableHasBounds() {
    Entry one = new Entry("a", 1.0, 1L, "r");
    assertEquals(
        "rows 1 and 3 both have the key a, which is to be unique",
        refused(
            new LookupTableWriter(TEXT_KEYS, 1, 10, 1_000),
            one,
            new Entry("b", null, null, null),
            one));
    assertEquals(
        "row 2 is one more than the 1 rows that `limits.rows` allows",
        refused(new LookupTableWriter(TEXT_KEYS, 1, 1, 1_000), one, new Entry("b", 1.0, 1L, "r")));
    assertEquals(
        "row 1 goes beyond the 30 bytes that `limits.bytes` allows",
        refused(new LookupTableWriter(TEXT_KEYS, 1, 10, 30), one));
    LookupTableWriter writer = new LookupTableWriter(TEXT_KEYS, 1, 10, 1_000);
    TytoException keyless = assertThrows(TytoException.class, () -> writer.add(new Row(4)));
    assertEquals("row 1 has no key: id is null", keyless.getMessage());
  }

  @Test
  void aFileOfAnotherKindIsRefused() throws IOException {
    byte[] file = write(List.of(new Entry("a", 1.0, 1L, "r")));
    for (byte[] damaged :
        List.of(new byte[0], new byte[64], Arrays.copyOf(file, 20), Arrays.copyOf(file, 40))) {
      TytoException refused = assertThrows(TytoException.class, () -> open(damaged));
      assertEquals(ErrorCode.SEGMENT_CORRUPT, refused.code());
    }
  }
}
