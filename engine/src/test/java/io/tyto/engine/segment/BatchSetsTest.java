package io.tyto.engine.segment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.engine.record.RowScan;
import io.tyto.engine.rows.RandomTable;
import io.tyto.engine.scan.ScanContext;
import io.tyto.engine.source.BatchSets;
import io.tyto.engine.source.ColumnReader;
import io.tyto.engine.source.RowSource;
import io.tyto.model.query.AggregateQuery.Direction;
import io.tyto.model.query.Filter;
import io.tyto.model.query.QueryContext;
import io.tyto.model.query.RecordsQuery;
import io.tyto.model.query.TimeInterval;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.EventConfig;
import io.tyto.model.schema.TableSchema;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The sets of values by batch hold every value, few others, and lead to the right rows.
final class BatchSetsTest {
  private static final long SEED = Long.getLong("test.seed", 20_261_124L);

  /// One group of batches, and a part of another.
  private static final int ROWS = BatchSets.GROUP_BATCHES * RowSource.BATCH_ROWS + 70_000;

  private static final int ENTITIES = 60_000;

  @TempDir Path folder;

  private static TableSchema schema(ColumnType key, boolean isEntity) {
    List<ColumnSpec> columns =
        List.of(
            RandomTable.column(16, "at", ColumnType.TIMESTAMP),
            RandomTable.column(17, "key", key),
            RandomTable.column(18, "few", ColumnType.LONG));
    EventConfig config =
        EventConfig.of("t", columns)
            .time("at")
            .entity(isEntity ? new EventConfig.Entity("user", "key") : null)
            .build();
    return new TableSchema(1, 2, 3, "t", 1, columns, config);
  }

  private static @Nullable Object value(ColumnType type, int entity) {
    return entity == 0
        ? null
        : type.equals(ColumnType.LONG)
            ? (Object) (entity * 7919L - 1_000_000)
            : ("entity-" + entity).getBytes(StandardCharsets.UTF_8);
  }

  private Segment segment(TableSchema schema, int[] entities, SegmentOptions options, String name)
      throws IOException {
    List<@Nullable Object[]> rows = new ArrayList<>();
    ColumnType type = schema.columns().get(1).type();
    for (int i = 0; i < entities.length; i++) {
      rows.add(new Object[] {(long) i, value(type, entities[i]), (long) entities[i] % 50});
    }
    return SegmentFiles.writeAndOpen(
        options,
        schema,
        SegmentFiles.tail(schema, rows, 0).view(rows.size()),
        null,
        folder.resolve(name));
  }

  @Test
  void rowsOfOneEntityAreFoundAndFewBatchesReadForThem() throws IOException {
    for (ColumnType type : List.of(ColumnType.LONG, ColumnType.STRING)) {
      for (String options : List.of("no_index", "", "no_dictionary")) {
        TableSchema schema = schema(type, true);
        int[] entities = new Random(SEED).ints(ROWS, 0, ENTITIES).toArray();
        Segment segment = segment(schema, entities, SegmentOptions.parse(options), type + options);
        boolean isExpected = !options.equals("no_index");
        ColumnReader reader = segment.column(17);
        assertNotNull(reader);
        assertEquals(isExpected, reader.batchSets() != null, options);
        assertNull(segment.column(18).batchSets());
        if (options.isEmpty()) {
          assertEquals(List.of(), segment.verify());
        }
        try (ExecutorService workers = Executors.newFixedThreadPool(1)) {
          for (int entity = 0; entity < ENTITIES; entity += ENTITIES / 7) {
            compare(schema, segment, entities, entity, workers);
          }
        }
        segment.release();
      }
    }
  }

  private static void compare(
      TableSchema schema, Segment segment, int[] entities, int entity, ExecutorService workers) {
    Object value = value(schema.columns().get(1).type(), entity + 1);
    Object logical =
        value instanceof byte[] bytes ? new String(bytes, StandardCharsets.UTF_8) : value;
    RowScan.Spec spec =
        new RowScan.Spec(
            schema,
            TimeInterval.ALL_TIME,
            new Filter.Compare("key", Filter.Op.EQ, logical, false),
            List.of(new RecordsQuery.Order("at", Direction.ASC)),
            List.of(),
            false,
            null,
            0,
            1_000,
            false);
    QueryContext query = new QueryContext("test", Duration.ofMinutes(1), 1 << 30);
    List<Integer> found = new ArrayList<>();
    RowScan.run(spec, List.of(segment), new ScanContext(query, workers, 1, 1))
        .positions()
        .forEach(at -> found.add(at.row()));
    List<Integer> expected = new ArrayList<>();
    for (int row = 0; row < entities.length; row++) {
      if (entities[row] == entity + 1) {
        expected.add(row);
      }
    }
    assertEquals(expected, found, value + ", seed " + SEED);
  }

  @Test
  void setsHoldFewOtherValues() throws IOException {
    TableSchema schema = schema(ColumnType.LONG, true);
    int[] entities = new Random(SEED).ints(ROWS, 1, ENTITIES).toArray();
    Segment segment = segment(schema, entities, SegmentOptions.MEASURED, "few");
    BatchSets sets = segment.column(17).batchSets();
    assertNotNull(sets);
    long wrong = 0;
    int asked = 1_000;
    for (int i = 0; i < asked; i++) {
      wrong += Long.bitCount(sets.mayHold(0, BatchSets.hash(-2_000_000L - i)));
    }
    double share = wrong / (double) asked / BatchSets.GROUP_BATCHES;
    assertTrue(share < 0.08, share + " of the batches for nothing");
    segment.release();
  }

  @Test
  void noSetsAreKeptOfFewValuesOrWithoutAnEntity() throws IOException {
    int[] many = new Random(SEED).ints(80_000, 1, ENTITIES).toArray();
    int[] few = new Random(SEED).ints(80_000, 1, 40).toArray();
    Segment other = segment(schema(ColumnType.LONG, false), many, SegmentOptions.MEASURED, "other");
    assertNull(other.column(17).batchSets());
    other.release();
    Segment same = segment(schema(ColumnType.LONG, true), few, SegmentOptions.MEASURED, "same");
    assertNull(same.column(17).batchSets());
    same.release();
    int[] small = new Random(SEED).ints(9_000, 1, ENTITIES).toArray();
    Segment short1 =
        segment(schema(ColumnType.LONG, true), small, SegmentOptions.MEASURED, "short");
    assertNull(short1.column(17).batchSets());
    short1.release();
  }
}
