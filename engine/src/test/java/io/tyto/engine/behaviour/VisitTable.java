package io.tyto.engine.behaviour;

import io.tyto.engine.row.Row;
import io.tyto.engine.rows.RandomTable;
import io.tyto.engine.segment.Segment;
import io.tyto.engine.segment.SegmentWriter;
import io.tyto.engine.snapshot.SnapshotProvider;
import io.tyto.engine.snapshot.TableSnapshot;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.tail.Tail;
import io.tyto.model.query.TimeInterval;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.EventConfig;
import io.tyto.model.schema.SystemColumns;
import io.tyto.model.schema.TableSchema;
import io.tyto.model.schema.TimestampUnit;
import io.tyto.model.schema.Values;
import io.tyto.testkit.duckdb.DuckDb;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.NullUnmarked;

/// What users did in two collections that share them: `visit`, whose times are in microseconds, and
/// `buy`, in milliseconds. In partitions, each cut at random into segments and tails, in the order
/// of arrival, which is nearly that of time. The oracle has all of it in one table.
@NullUnmarked // null is a value here like any other
final class VisitTable implements SnapshotProvider, AutoCloseable {
  /// A little before Berlin's clocks change, and before Sao Paulo's did, at midnight.
  private static final List<Instant> STARTS =
      List.of(Instant.parse("2026-03-20T00:00:00Z"), Instant.parse("2018-10-26T00:00:00Z"));

  static final List<String> COLLECTIONS = List.of("visit", "buy");
  private static final int PARTITIONS = 3;
  private static final EventConfig.Entity USER = new EventConfig.Entity("user", "user_id");

  private final Map<String, TableSchema> schemas = new LinkedHashMap<>();
  private final List<Event> events = new ArrayList<>();
  private final Map<String, List<RowSource>> sources = new HashMap<>();
  private final List<Segment> segments = new ArrayList<>();
  private final Instant start;
  private final int days;

  /// @param seq order of arrival
  record Event(int seq, String collection, String user, Instant ts, String country, Long amount) {
    int partition() {
      return user == null ? seq % PARTITIONS : Math.floorMod(user.hashCode(), PARTITIONS);
    }
  }

  VisitTable(int rows, int users, int days, Random random, Path folder) throws IOException {
    this.start = STARTS.get(random.nextInt(STARTS.size()));
    this.days = days;
    schemas.put("visit", schema("visit", ColumnType.TIMESTAMP));
    schemas.put("buy", schema("buy", new ColumnType.TimestampType(TimestampUnit.MILLIS)));
    fill(rows, users, random);
    Map<Integer, Map<String, Integer>> ids = new HashMap<>();
    for (Event event : events) {
      if (event.user() != null) {
        Map<String, Integer> known = ids.computeIfAbsent(event.partition(), _ -> new HashMap<>());
        known.putIfAbsent(event.user(), known.size() + 1);
      }
    }
    for (String collection : COLLECTIONS) {
      List<RowSource> all = new ArrayList<>();
      for (int partition = 0; partition < PARTITIONS; partition++) {
        Map<String, Integer> known = ids.getOrDefault(partition, Map.of());
        for (List<Event> part : parts(collection, partition, random)) {
          all.addAll(sources(collection, partition, part, known, random.nextBoolean(), folder));
        }
      }
      sources.put(collection, all);
    }
  }

  private static TableSchema schema(String name, ColumnType time) {
    List<ColumnSpec> columns = new ArrayList<>();
    Map<String, ColumnType> types = new LinkedHashMap<>();
    types.put("ts", time);
    types.put("user_id", ColumnType.STRING);
    types.put("country", ColumnType.STRING);
    types.put("amount", ColumnType.LONG);
    types.forEach((column, type) ->
        columns.add(
            RandomTable.column(SystemColumns.FIRST_USER_ID + columns.size(), column, type)));
    EventConfig config = EventConfig.of(name, columns).time("ts").entity(USER).build();
    return new TableSchema(1, 2, name.equals("visit") ? 3 : 4, name, 1, columns, config);
  }

  /// Times on a coarse grid, so that many are equal; one event in ten is late.
  private void fill(int rows, int users, Random random) {
    long gridSeconds = 600L * (1 + random.nextInt(6));
    long grids = days * 86_400L / gridSeconds;
    for (int seq = 0; seq < rows; seq++) {
      long at = grids * seq / rows;
      at = random.nextInt(10) == 0 ? random.nextLong(grids) : at;
      events.add(
          new Event(
              seq,
              random.nextInt(3) == 0 ? "buy" : "visit",
              random.nextInt(20) == 0 ? null : "u" + random.nextInt(users),
              start.plusSeconds(at * gridSeconds),
              random.nextInt(8) == 0 ? null : List.of("de", "fr", "in").get(random.nextInt(3)),
              random.nextInt(8) == 0 ? null : (long) random.nextInt(5)));
    }
  }

  private List<List<Event>> parts(String collection, int partition, Random random) {
    List<Event> own =
        events.stream()
            .filter(
                event -> event.collection().equals(collection) && event.partition() == partition)
            .toList();
    List<List<Event>> parts = new ArrayList<>();
    for (int from = 0; from < own.size(); ) {
      int to = Math.min(own.size(), from + 1 + random.nextInt(1 + own.size() / 2));
      parts.add(own.subList(from, to));
      from = to;
    }
    return parts;
  }

  private List<RowSource> sources(
      String collection,
      int partition,
      List<Event> part,
      Map<String, Integer> ids,
      boolean isSealed,
      Path folder)
      throws IOException {
    TableSchema schema = schemas.get(collection);
    Tail tail = new Tail(schema, partition);
    Row row = new Row(schema.columns().size());
    for (Event event : part) {
      row.clear();
      ColumnType.Scalar time = schema.timeColumn().type().element();
      row.setLong(0, Values.toLong(time, event.ts()));
      text(row, 1, event.user());
      text(row, 2, event.country());
      if (event.amount() == null) {
        row.setNull(3);
      } else {
        row.setLong(3, event.amount());
      }
      tail.append(row, "log", event.seq(), 0, event.user() == null ? 0 : ids.get(event.user()));
    }
    tail.publish();
    List<RowSource> rows = tail.view(part.size());
    if (!isSealed) {
      return rows;
    }
    Path file = Files.createTempFile(folder, collection, ".segment");
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      new SegmentWriter()
          .write(
              schema,
              rows,
              null,
              bytes -> {
                while (bytes.hasRemaining()) {
                  channel.write(bytes);
                }
              });
    }
    segments.add(Segment.open(file, Files.size(file)));
    return List.of(segments.getLast());
  }

  private static void text(Row row, int column, String value) {
    if (value == null) {
      row.setNull(column);
    } else {
      row.setBytes(column, Values.toBytes(ColumnType.STRING, value));
    }
  }

  TimeInterval range(Random random) {
    Instant from = start.plusSeconds(random.nextLong(days * 86_400L));
    Instant to = from.plusSeconds(random.nextLong(days * 86_400L));
    return switch (random.nextInt(4)) {
      case 0 -> TimeInterval.ALL_TIME;
      case 1 -> new TimeInterval(from, null);
      case 2 -> new TimeInterval(null, to);
      default -> new TimeInterval(from, to);
    };
  }

  TableSchema schema(String collection) {
    return Objects.requireNonNull(schemas.get(collection));
  }

  List<Event> events() {
    return events;
  }

  @Override
  public TableSnapshot snapshot(String collection) {
    return new TableSnapshot(schema(collection), "s", sources.get(collection), () -> {});
  }

  /// Columns seq, coll, user_id, ts, country, amount.
  DuckDb oracle() throws SQLException {
    List<ColumnSpec> columns = new ArrayList<>();
    columns.add(RandomTable.column(16, "seq", ColumnType.LONG));
    columns.add(RandomTable.column(17, "coll", ColumnType.STRING));
    columns.add(RandomTable.column(18, "user_id", ColumnType.STRING));
    columns.add(RandomTable.column(19, "ts", ColumnType.TIMESTAMP));
    columns.add(RandomTable.column(20, "country", ColumnType.STRING));
    columns.add(RandomTable.column(21, "amount", ColumnType.LONG));
    List<Map<String, Object>> rows = new ArrayList<>();
    for (Event event : events) {
      Map<String, Object> values = new HashMap<>();
      values.put("seq", (long) event.seq());
      values.put("coll", event.collection());
      values.put("user_id", event.user());
      values.put("ts", event.ts());
      values.put("country", event.country());
      values.put("amount", event.amount());
      rows.add(values);
    }
    return new DuckDb(RandomTable.schema("all", columns, "ts"), rows);
  }

  @Override
  public void close() {
    segments.forEach(Segment::release);
  }
}
