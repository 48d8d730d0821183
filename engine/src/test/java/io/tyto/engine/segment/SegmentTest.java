package io.tyto.engine.segment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.engine.encoding.Codec;
import io.tyto.engine.encoding.Encoding;
import io.tyto.engine.rows.RandomTable;
import io.tyto.engine.rows.RowReading;
import io.tyto.engine.source.ColumnReader;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.source.Zone;
import io.tyto.engine.tail.Tail;
import io.tyto.engine.vector.ColumnVector;
import io.tyto.engine.vector.Dictionary;
import io.tyto.index.InvertedIndex;
import io.tyto.index.RowSet;
import io.tyto.model.expression.ExpressionParser;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.SystemColumns;
import io.tyto.model.schema.TableSchema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class SegmentTest {
  private static final long SEED = Long.getLong("test.seed", 4711);
  private static final int SCALE = Integer.getInteger("test.scale", 1);

  @TempDir Path folder;

  static List<String> choices() {
    List<String> choices = new ArrayList<>(List.of("", "dictionary", "no_dictionary", "index"));
    choices.addAll(List.of("chunked,none", "chunked,lz4", "chunked,zstd", "no_index"));
    for (Encoding encoding : Encoding.values()) {
      choices.add(encoding.name());
    }
    return choices;
  }

  @ParameterizedTest
  @MethodSource("choices")
  void everyTypeAndShapeComesBackUnderEveryEncoding(String choice) throws IOException {
    for (int run = 0; run < SCALE; run++) {
      roundTrip(SegmentOptions.parse(choice), SEED + run, 1_500 + 40 * run);
    }
  }

  @Test
  void severalBlocksComeBack() throws IOException {
    roundTrip(SegmentOptions.MEASURED, SEED, RowSource.BLOCK_ROWS + 3_000);
  }

  private void roundTrip(SegmentOptions options, long seed, int count) throws IOException {
    RandomTable table = new RandomTable(seed);
    List<@Nullable Object[]> rows = SegmentFiles.rows(table, count);
    Tail tail = SegmentFiles.tail(table.schema(), rows, 100);
    Path file = folder.resolve("a.seg");
    Segment segment =
        SegmentFiles.writeAndOpen(options, table.schema(), tail.view(count), null, file);
    try {
      assertEquals(List.of(), segment.verify(), "seed " + seed);
      assertRows(table.schema(), rows, segment, seed);
      List<@Nullable Object> offsets =
          RowReading.column(List.of(segment), SystemColumns.OFFSET, new Random(seed));
      assertEquals(100L, offsets.getFirst());
      assertEquals(99L + count, offsets.getLast());
      assertIndexesAgree(table.schema(), segment);
    } finally {
      segment.release();
    }
  }

  private static void assertRows(
      TableSchema schema, List<@Nullable Object[]> rows, RowSource segment, long seed) {
    for (int c = 0; c < schema.columns().size(); c++) {
      ColumnSpec column = schema.columns().get(c);
      List<@Nullable Object> expected = new ArrayList<>();
      for (@Nullable Object[] row : rows) {
        expected.add(row[c]);
      }
      RowReading.assertSame(
          expected,
          RowReading.column(List.of(segment), column.id(), new Random(seed)),
          column.name() + " " + column.type() + ", seed " + seed);
    }
  }

  private static void assertIndexesAgree(TableSchema schema, Segment segment) {
    for (ColumnSpec column : schema.columns()) {
      ColumnReader reader = segment.column(column.id());
      assertNotNull(reader);
      InvertedIndex index = reader.index();
      Dictionary dictionary = reader.dictionary();
      if (index == null || dictionary == null) {
        continue;
      }
      List<@Nullable Object> values =
          RowReading.column(List.of(segment), column.id(), new Random(SEED));
      int ordinal = dictionary.size() / 2;
      byte[] wanted = dictionary.value(ordinal);
      RowSet rows = index.rows(ordinal);
      for (int row = 0; row < values.size(); row++) {
        assertEquals(holds(values.get(row), wanted), rows.contains(row), column.name());
      }
    }
  }

  private static boolean holds(@Nullable Object value, byte[] wanted) {
    return switch (value) {
      case byte[] bytes -> Arrays.equals(bytes, wanted);
      case Object[] list -> Arrays.stream(list).anyMatch(element -> holds(element, wanted));
      case null, default -> false;
    };
  }

  @Test
  void compactionKeepsTheChosenRowsOfSegmentsAndTail() throws IOException {
    RandomTable table = new RandomTable(SEED);
    List<@Nullable Object[]> first = SegmentFiles.rows(table, 5_000);
    List<@Nullable Object[]> second = SegmentFiles.rows(table, 20_000);
    Segment sealed =
        SegmentFiles.writeAndOpen(
            SegmentOptions.MEASURED,
            table.schema(),
            SegmentFiles.tail(table.schema(), first, 0).view(first.size()),
            null,
            folder.resolve("a.seg"));
    List<RowSource> sources = new ArrayList<>(List.of(sealed));
    Tail tail = SegmentFiles.tail(table.schema(), second, 5_000);
    sources.addAll(tail.view(second.size()));
    RowFilter everyThird = (source, row) -> (source + row) % 3 == 0;
    Segment merged =
        SegmentFiles.writeAndOpen(
            SegmentOptions.MEASURED, table.schema(), sources, everyThird, folder.resolve("b.seg"));
    List<@Nullable Object[]> kept = new ArrayList<>();
    for (int row = 0; row < first.size(); row += 3) {
      kept.add(first.get(row));
    }
    for (int i = 0; i < second.size(); i++) {
      int source = 1 + i / Tail.CHUNK_ROWS;
      if ((source + i % Tail.CHUNK_ROWS) % 3 == 0) {
        kept.add(second.get(i));
      }
    }
    assertEquals(kept.size(), merged.rowCount());
    assertRows(table.schema(), kept, merged, SEED);
    assertEquals(List.of(), merged.verify());
    merged.release();
    sealed.release();
  }

  @Test
  void equalRowsGiveEqualBytesHoweverTheyWereSplit() throws IOException {
    RandomTable table = new RandomTable(SEED);
    List<@Nullable Object[]> rows = SegmentFiles.rows(table, 3_000);
    Tail tail = SegmentFiles.tail(table.schema(), rows, 0);
    Path once = folder.resolve("once.seg");
    Path twice = folder.resolve("twice.seg");
    SegmentSummary summary =
        SegmentFiles.write(
            SegmentOptions.MEASURED, table.schema(), tail.view(rows.size()), null, once);
    Segment segment = Segment.open(once, summary.bytes());
    SegmentSummary again =
        SegmentFiles.write(SegmentOptions.MEASURED, table.schema(), List.of(segment), null, twice);
    assertEquals(summary, again);
    assertEquals(-1, Files.mismatch(once, twice));
    assertEquals(Files.size(once), summary.bytes());
    assertEquals(sha256(once), summary.sha256());
    segment.release();
  }

  private static String sha256(Path file) throws IOException {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aSegmentWithoutRowsIsWhole() throws IOException {
    TableSchema schema = new RandomTable(SEED).schema();
    SegmentSummary summary =
        SegmentFiles.write(
            SegmentOptions.MEASURED, schema, List.of(), null, folder.resolve("a.seg"));
    assertEquals(0, summary.rows());
    assertTrue(summary.minTimeMicros() > summary.maxTimeMicros());
    Segment segment = Segment.open(folder.resolve("a.seg"), summary.bytes());
    assertEquals(0, segment.rowCount());
    assertEquals(List.of(), segment.verify());
    for (ColumnSpec column : schema.columns()) {
      ColumnReader reader = segment.column(column.id());
      assertNotNull(reader);
      assertEquals(0, reader.read(0, 0).length());
    }
    segment.release();
  }

  @Test
  void columnsNewerThanTheSegmentAreAbsentAndNullAfterCompaction() throws IOException {
    TableSchema old =
        RandomTable.schema("t", List.of(RandomTable.column(16, "n", ColumnType.LONG)), null);
    TableSchema grown =
        RandomTable.schema(
            "t",
            List.of(
                RandomTable.column(16, "n", ColumnType.LONG),
                RandomTable.column(17, "s", ColumnType.STRING),
                RandomTable.column(18, "l", ColumnType.parse("long[]"))),
            null);
    List<@Nullable Object[]> rows = new ArrayList<>();
    for (long i = 0; i < 10; i++) {
      rows.add(new Object[] {i});
    }
    Segment before =
        SegmentFiles.writeAndOpen(
            SegmentOptions.MEASURED,
            old,
            SegmentFiles.tail(old, rows, 0).view(10),
            null,
            folder.resolve("a.seg"));
    assertNull(before.column(17));
    Segment after =
        SegmentFiles.writeAndOpen(
            SegmentOptions.MEASURED, grown, List.of(before), null, folder.resolve("b.seg"));
    for (int id : new int[] {17, 18}) {
      ColumnReader reader = after.column(id);
      assertNotNull(reader);
      ColumnVector vector = reader.read(0, 10);
      for (int i = 0; i < 10; i++) {
        assertTrue(vector.isNull(i));
      }
      Zone zone = reader.zone(0);
      assertNotNull(zone);
      assertEquals(10, zone.nulls());
    }
    assertEquals(List.of(), after.verify());
    after.release();
    before.release();
  }

  @Test
  void derivedColumnsAreComputedForRowsOlderThanThey() throws IOException {
    ColumnSpec number = RandomTable.column(16, "n", ColumnType.LONG);
    TableSchema old = RandomTable.schema("t", List.of(number), null);
    ColumnSpec plain = RandomTable.column(17, "twice", ColumnType.LONG);
    ColumnSpec derived =
        new ColumnSpec(
            plain.id(),
            plain.name(),
            plain.apiName(),
            plain.type(),
            plain.role(),
            null,
            null,
            null,
            ExpressionParser.parse("n * 2", Map.of("n", ColumnType.LONG)),
            Map.of());
    TableSchema grown = RandomTable.schema("t", List.of(number, derived), null);
    List<@Nullable Object[]> rows = new ArrayList<>();
    for (long i = 0; i < 100; i++) {
      rows.add(new Object[] {i % 3 == 0 ? null : i});
    }
    Segment segment =
        SegmentFiles.writeAndOpen(
            SegmentOptions.MEASURED,
            grown,
            SegmentFiles.tail(old, rows, 0).view(100),
            null,
            folder.resolve("a.seg"));
    List<@Nullable Object> twice = RowReading.column(List.of(segment), 17, new Random(SEED));
    for (int i = 0; i < 100; i++) {
      assertEquals(i % 3 == 0 ? null : i * 2L, twice.get(i));
    }
    segment.release();
  }

  @Test
  void timesAreMicrosecondsAndRowsWithoutOneCountWithTheirArrival() throws IOException {
    for (String type : List.of("timestamp(ms)", "timestamp", "timestamp(ns)", "date")) {
      TableSchema schema =
          RandomTable.schema(
              "t", List.of(RandomTable.column(16, "at", ColumnType.parse(type))), "at");
      long day = 20_000;
      long perDay = type.equals("date") ? 1 : 86_400_000L * perMilli(type);
      List<@Nullable Object[]> rows = new ArrayList<>();
      rows.add(new Object[] {day * perDay});
      rows.add(new Object[] {(day + 1) * perDay});
      assertTimes(schema, rows, day * 86_400_000_000L, (day + 1) * 86_400_000_000L);
      rows.add(new Object[] {null});
      // SegmentFiles.tail lets rows arrive five seconds after 1970 began.
      assertTimes(schema, rows, 5_000_000L, (day + 1) * 86_400_000_000L);
    }
  }

  private static long perMilli(String type) {
    return switch (type) {
      case "timestamp(ms)" -> 1;
      case "timestamp" -> 1_000;
      default -> 1_000_000;
    };
  }

  private void assertTimes(TableSchema schema, List<@Nullable Object[]> rows, long min, long max)
      throws IOException {
    SegmentSummary summary =
        SegmentFiles.write(
            SegmentOptions.MEASURED,
            schema,
            SegmentFiles.tail(schema, rows, 0).view(rows.size()),
            null,
            folder.resolve("times.seg"));
    assertEquals(min, summary.minTimeMicros());
    assertEquals(max, summary.maxTimeMicros());
  }

  @Test
  void optionsAreReadFromText() {
    assertEquals(
        new SegmentOptions(
            Encoding.DELTA, SegmentOptions.Choice.ALWAYS, SegmentOptions.Choice.NEVER, Codec.LZ4),
        SegmentOptions.parse("delta, dictionary,no_index,lz4"));
    assertEquals(SegmentOptions.MEASURED, SegmentOptions.parse(""));
    assertThrows(IllegalArgumentException.class, () -> SegmentOptions.parse("fastest"));
  }

  @Test
  void aSegmentIsUnmappedByItsLastHolder() throws IOException {
    RandomTable table = new RandomTable(SEED);
    List<@Nullable Object[]> rows = SegmentFiles.rows(table, 100);
    Segment segment =
        SegmentFiles.writeAndOpen(
            SegmentOptions.MEASURED,
            table.schema(),
            SegmentFiles.tail(table.schema(), rows, 0).view(100),
            null,
            folder.resolve("a.seg"));
    ColumnReader reader = segment.column(SystemColumns.OFFSET);
    assertNotNull(reader);
    segment.retain();
    segment.release();
    assertEquals(10, reader.read(0, 10).length());
    segment.release();
    assertThrows(IllegalStateException.class, segment::retain);
    assertThrows(IllegalStateException.class, segment::release);
    ColumnReader payload = reader;
    assertThrows(RuntimeException.class, () -> payload.read(50, 10));
  }
}
