package io.tyto.engine.record;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tyto.engine.row.Row;
import io.tyto.engine.rows.RandomTable;
import io.tyto.engine.scan.ScanContext;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.tail.Tail;
import io.tyto.model.query.AggregateQuery.Direction;
import io.tyto.model.query.QueryContext;
import io.tyto.model.query.RecordsQuery;
import io.tyto.model.query.TimeInterval;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.SystemColumns;
import io.tyto.model.schema.TableSchema;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

/// Sources of many rows whose zones overlap: what is skipped must not hold one of the first rows.
class RowScanBlocksTest {
  private static final int SOURCES = 4;
  private static final int ROWS = 5_000;

  @Test
  void findsTheNewestRowsOfInterleavedSources() {
    TableSchema schema =
        RandomTable.schema(
            "interleaved",
            List.of(RandomTable.column(SystemColumns.FIRST_USER_ID, "ts", ColumnType.TIMESTAMP)),
            "ts");
    List<RowSource> sources = new ArrayList<>();
    for (int source = 0; source < SOURCES; source++) {
      sources.addAll(source(schema, source));
    }
    for (int limit : new int[] {1, 7, 100, 3_000}) {
      for (int skip : new int[] {0, 6, 2_500}) {
        assertEquals(newest(skip, limit), scan(schema, sources, skip, limit));
      }
    }
  }

  /// Row i of source s has the time `i * SOURCES + s`.
  private static List<RowSource> source(TableSchema schema, int source) {
    Tail tail = new Tail(schema, source);
    Row row = new Row(1);
    for (int i = 0; i < ROWS; i++) {
      row.clear();
      row.setLong(0, (long) i * SOURCES + source);
      tail.append(row, "log", i, 0, 0);
    }
    tail.publish();
    return tail.view(ROWS);
  }

  private static List<Long> newest(int skip, int limit) {
    List<Long> times = new ArrayList<>();
    for (int i = 0; i < limit; i++) {
      times.add((long) SOURCES * ROWS - 1 - skip - i);
    }
    return times;
  }

  private static List<Long> scan(TableSchema schema, List<RowSource> sources, int skip, int limit) {
    RowScan.Spec spec =
        new RowScan.Spec(
            schema,
            TimeInterval.ALL_TIME,
            null,
            List.of(new RecordsQuery.Order("ts", Direction.DESC)),
            List.of("_offset"),
            false,
            null,
            skip,
            limit,
            false);
    try (ExecutorService workers = Executors.newFixedThreadPool(1)) {
      QueryContext query = new QueryContext("test", Duration.ofMinutes(1), 1 << 30);
      RowScan.Rows rows = RowScan.run(spec, sources, new ScanContext(query, workers, 1, 1));
      List<Long> times = new ArrayList<>();
      for (RowScan.Identity one : rows.identities()) {
        times.add(one.offset() * SOURCES + one.partition());
      }
      return times;
    }
  }
}
