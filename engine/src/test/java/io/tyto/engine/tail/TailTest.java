package io.tyto.engine.tail;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.engine.row.Row;
import io.tyto.engine.rows.RandomTable;
import io.tyto.engine.rows.RowReading;
import io.tyto.engine.source.ColumnReader;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.source.Zone;
import io.tyto.engine.vector.ColumnVector;
import io.tyto.engine.vector.Dictionary;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.SystemColumns;
import io.tyto.model.schema.TableSchema;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class TailTest {
  private static final long SEED = Long.getLong("test.seed", 4711);
  private static final TableSchema NUMBERED =
      RandomTable.schema(
          "numbered",
          List.of(
              RandomTable.column(16, "n", ColumnType.LONG),
              RandomTable.column(17, "s", ColumnType.STRING)),
          null);

  @Test
  void anEmptyTailHasNoSources() {
    Tail tail = new Tail(NUMBERED, 0);
    assertEquals(0, tail.rowCount());
    assertTrue(tail.view(0).isEmpty());
  }

  @Test
  void readersSeeWhatWasPublishedAndNothingLater() {
    Tail tail = new Tail(NUMBERED, 3);
    appendNumber(tail, 0);
    assertEquals(0, tail.rowCount());
    tail.publish();
    appendNumber(tail, 1);
    List<RowSource> view = tail.view(tail.rowCount());
    tail.publish();
    assertEquals(1, view.getFirst().rowCount());
    assertEquals(3, view.getFirst().partition());
    assertEquals(2, tail.rowCount());
    ColumnReader strings = view.getFirst().column(17);
    assertNotNull(strings);
    assertNull(view.getFirst().column(99));
    assertEquals(1, strings.read(0, 1).length());
  }

  @Test
  void everyTypeAndShapeComesBack() {
    RandomTable table = new RandomTable(SEED);
    Tail tail = new Tail(table.schema(), 0);
    List<@Nullable Object[]> rows = new ArrayList<>();
    Row row = new Row(table.schema().columns().size());
    int count = Tail.CHUNK_ROWS * 2 + 777;
    for (int i = 0; i < count; i++) {
      @Nullable Object[] values = table.nextRow();
      rows.add(values);
      RandomTable.fill(row, values);
      tail.append(row, "log-" + i % 3, i, 1000L + i, i % 7);
    }
    tail.publish();
    assertTrue(tail.sizeBytes() > count * 32L);
    for (int viewRows : new int[] {count, Tail.CHUNK_ROWS, 1, 5000}) {
      List<RowSource> view = tail.view(viewRows);
      for (int c = 0; c < table.schema().columns().size(); c++) {
        ColumnSpec column = table.schema().columns().get(c);
        List<@Nullable Object> expected = new ArrayList<>();
        for (@Nullable Object[] values : rows.subList(0, viewRows)) {
          expected.add(values[c]);
        }
        RowReading.assertSame(
            expected,
            RowReading.column(view, column.id(), new Random(SEED)),
            column.name() + " " + column.type() + ", seed " + SEED);
      }
    }
    assertSystemColumns(tail.view(count));
  }

  private static void assertSystemColumns(List<RowSource> view) {
    List<@Nullable Object> logs = RowReading.column(view, SystemColumns.LOG, new Random(SEED));
    List<@Nullable Object> offsets =
        RowReading.column(view, SystemColumns.OFFSET, new Random(SEED));
    List<@Nullable Object> received =
        RowReading.column(view, SystemColumns.RECEIVED, new Random(SEED));
    List<@Nullable Object> entities =
        RowReading.column(view, SystemColumns.ENTITY, new Random(SEED));
    for (int i = 0; i < offsets.size(); i++) {
      byte[] log = (byte[]) logs.get(i);
      assertNotNull(log);
      assertEquals("log-" + i % 3, new String(log, StandardCharsets.UTF_8));
      assertEquals((long) i, offsets.get(i));
      assertEquals(1000L + i, received.get(i));
      assertEquals((long) (i % 7), entities.get(i));
    }
  }

  @Test
  void fullChunksHaveZoneMaps() {
    Tail tail = new Tail(NUMBERED, 0);
    for (int i = 0; i < Tail.CHUNK_ROWS + 10; i++) {
      appendNumber(tail, i);
    }
    tail.publish();
    List<RowSource> view = tail.view(tail.rowCount());
    ColumnReader full = view.get(0).column(16);
    ColumnReader open = view.get(1).column(16);
    assertNotNull(full);
    assertNotNull(open);
    assertEquals(new Zone(Tail.CHUNK_ROWS, 1489, true, 0, Tail.CHUNK_ROWS - 1, 0, 0), full.zone(0));
    assertNull(open.zone(0));
  }

  @Test
  void dictionariesAreNotOrderedAndFindTheirValues() {
    Tail tail = new Tail(NUMBERED, 0);
    for (int i = 0; i < 1000; i++) {
      appendNumber(tail, i % 50);
    }
    tail.publish();
    ColumnReader reader = tail.view(1000).getFirst().column(17);
    assertNotNull(reader);
    Dictionary dictionary = reader.dictionary();
    assertNotNull(dictionary);
    assertEquals(50, dictionary.size());
    assertTrue(!dictionary.isOrdered());
    for (int ordinal = 0; ordinal < 50; ordinal++) {
      assertEquals(ordinal, dictionary.find(dictionary.value(ordinal)));
    }
    assertEquals(-1, dictionary.find(new byte[] {1}));
  }

  @Test
  void aReaderBesideTheWriterSeesOnlyWholeRows() throws InterruptedException {
    Tail tail = new Tail(NUMBERED, 0);
    int count = 200_000;
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    Thread reader =
        Thread.ofPlatform()
            .start(() -> {
              try {
                while (tail.rowCount() < count) {
                  assertRowsAreWhole(tail);
                }
              } catch (Throwable e) {
                failure.set(e);
              }
            });
    for (int i = 0; i < count; i++) {
      appendNumber(tail, i);
      if (i % 37 == 0 || i == count - 1) {
        tail.publish();
      }
    }
    reader.join();
    assertNull(failure.get());
  }

  private static void assertRowsAreWhole(Tail tail) {
    int rows = tail.rowCount();
    int first = 0;
    for (RowSource source : tail.view(rows)) {
      ColumnReader numbers = source.column(16);
      ColumnReader strings = source.column(17);
      assertNotNull(numbers);
      assertNotNull(strings);
      int count = Math.min(RowSource.BATCH_ROWS, source.rowCount());
      int from = source.rowCount() - count;
      ColumnVector n = numbers.read(from, count);
      ColumnVector s = strings.read(from, count);
      for (int i = 0; i < count; i++) {
        long number = (long) first + from + i;
        assertEquals(number % 11 == 10 ? null : number, RowReading.value(n, i));
        byte[] text = (byte[]) RowReading.value(s, i);
        assertNotNull(text);
        assertEquals("s" + number % 1000, new String(text, StandardCharsets.UTF_8));
      }
      first += source.rowCount();
    }
    assertEquals(rows, first);
  }

  private static void appendNumber(Tail tail, int number) {
    Row row = new Row(2);
    if (number % 11 != 10) {
      row.setLong(0, number);
    }
    row.setBytes(1, ("s" + number % 1000).getBytes(StandardCharsets.UTF_8));
    tail.append(row, "log", number, number, 0);
  }
}
