package io.tyto.engine.plan;

import io.tyto.engine.row.Row;
import io.tyto.engine.rows.RandomTable;
import io.tyto.engine.segment.Segment;
import io.tyto.engine.segment.SegmentWriter;
import io.tyto.engine.snapshot.TableSnapshot;
import io.tyto.engine.source.EvolvedSource;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.tail.Tail;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.Cube;
import io.tyto.model.schema.EventConfig;
import io.tyto.model.schema.Physical;
import io.tyto.model.schema.SystemColumns;
import io.tyto.model.schema.TableSchema;
import io.tyto.model.schema.TimestampUnit;
import io.tyto.model.schema.Values;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;

/// Game events as plain Java values, and the row sources that hold the same rows.
@NullUnmarked // null is a value here like any other
public final class GameTable {
  public static final ColumnType.DecimalType MONEY = new ColumnType.DecimalType(18, 2);
  public static final ColumnType.DecimalType WIDE = new ColumnType.DecimalType(38, 4);
  public static final Instant START = Instant.parse("2026-03-20T00:00:00Z");
  public static final int DAYS = 14;

  private static final Map<String, ColumnType> COLUMNS = new LinkedHashMap<>();

  static {
    COLUMNS.put("ts", ColumnType.TIMESTAMP);
    COLUMNS.put("country", ColumnType.STRING);
    COLUMNS.put("server", ColumnType.LONG);
    COLUMNS.put("amount", MONEY);
    COLUMNS.put("wide", WIDE);
    COLUMNS.put("score", ColumnType.DOUBLE);
    COLUMNS.put("day", ColumnType.DATE);
    COLUMNS.put("ok", ColumnType.BOOL);
    COLUMNS.put("seen", new ColumnType.TimestampType(TimestampUnit.MILLIS));
    COLUMNS.put("device", ColumnType.UUID);
    COLUMNS.put("host", ColumnType.IP);
    COLUMNS.put("tags", new ColumnType.ListType(ColumnType.STRING));
    COLUMNS.put("levels", new ColumnType.ListType(ColumnType.LONG));
  }

  /// What columns of an evolved table were before they became wider.
  private static final Map<String, ColumnType> NARROW =
      Map.of(
          "server", ColumnType.INT,
          "amount", new ColumnType.DecimalType(9, 2),
          "wide", new ColumnType.DecimalType(9, 4),
          "score", ColumnType.INT,
          "levels", new ColumnType.ListType(ColumnType.INT));

  private final TableSchema schema;

  /// The version before, by which some of the rows are written; null: there is none.
  private final @Nullable TableSchema older;

  private final List<Event> events = new ArrayList<>();

  /// @param values by column name, logical; absent is null
  public record Event(
      int partition, String logId, long offset, Instant received, Map<String, Object> values) {
    public @Nullable Object value(String column) {
      return column.equals("_received") ? received : values.get(column);
    }
  }

  public GameTable() {
    this("ts");
  }

  /// @param time the column of event time
  public GameTable(@Nullable String time) {
    this(time, false);
  }

  private GameTable(@Nullable String time, boolean isEvolved) {
    TableSchema wide = schema(time, COLUMNS);
    if (isEvolved) {
      Map<String, ColumnType> narrow = new LinkedHashMap<>(COLUMNS);
      narrow.putAll(NARROW);
      older = schema(time, narrow);
      schema = new TableSchema(1, 2, 3, "game", 2, wide.columns(), wide.config());
    } else {
      older = null;
      schema = wide;
    }
  }

  private GameTable(TableSchema schema) {
    this.schema = schema;
    older = null;
  }

  private static TableSchema schema(@Nullable String time, Map<String, ColumnType> types) {
    List<ColumnSpec> columns = new ArrayList<>();
    types.forEach((name, type) ->
        columns.add(RandomTable.column(SystemColumns.FIRST_USER_ID + columns.size(), name, type)));
    return RandomTable.schema("game", columns, time);
  }

  public TableSchema schema() {
    return schema;
  }

  public List<Event> events() {
    return events;
  }

  /// Adds an event to partition 0.
  public GameTable add(Map<String, Object> values) {
    events.add(new Event(0, "log", events.size(), START, values));
    return this;
  }

  /// With any of its time columns, or the time of arrival, as event time.
  public static GameTable random(int rows, Random random) {
    return random(rows, random, false);
  }

  /// One whose segments keep cells.
  public static GameTable cubed(int rows, Random random) {
    GameTable plain = random(rows, random, false);
    GameTable table =
        new GameTable(withCubes(plain.schema, RandomCubes.draw(plain.schema, random)));
    table.events.addAll(plain.events);
    return table;
  }

  /// The same events under another policy.
  public GameTable with(EventConfig.Policy policy) {
    return with(config -> config.policy(policy));
  }

  /// The same events under another config.
  GameTable with(UnaryOperator<EventConfig.Builder> change) {
    EventConfig config = change.apply(schema.config().but()).build();
    GameTable table = new GameTable(new TableSchema(1, 2, 3, "game", 1, schema.columns(), config));
    table.events.addAll(events);
    return table;
  }

  /// Some of the events.
  public GameTable only(Predicate<Event> which) {
    GameTable table = new GameTable(schema);
    events.stream().filter(which).forEach(table.events::add);
    return table;
  }

  private static TableSchema withCubes(TableSchema schema, List<Cube> cubes) {
    EventConfig cubed = schema.config().withCubes(cubes);
    return new TableSchema(1, 2, 3, "game", 1, schema.columns(), cubed);
  }

  /// One whose columns have become wider: some of its tails and segments were written before.
  public static GameTable evolved(int rows, Random random) {
    GameTable table = random(rows, random, true);
    for (Event event : table.events) {
      event.values().computeIfPresent("server", (_, value) -> (long) ((Long) value).intValue());
      // Never -0.0, which no column holds.
      event.values().computeIfPresent("score", (_, value) -> 0.0 + Math.rint((Double) value));
    }
    return table;
  }

  private static GameTable random(int rows, Random random, boolean isEvolved) {
    String[] times = {"ts", "ts", "ts", "seen", "day", null};
    GameTable table = new GameTable(times[random.nextInt(times.length)], isEvolved);
    long[] offsets = new long[4];
    for (int i = 0; i < rows; i++) {
      int partition = random.nextInt(2);
      int log = partition * 2 + random.nextInt(2);
      Instant received = START.plusSeconds(random.nextInt(DAYS * 86_400));
      table.events.add(
          new Event(partition, "log-" + log % 2, offsets[log]++, received, values(random)));
    }
    return table;
  }

  private static Map<String, Object> values(Random random) {
    Map<String, Object> values = new LinkedHashMap<>();
    // Quarter hours, so that several rows share an event time.
    long quarter = random.nextInt(DAYS * 96);
    put(values, random, 50, "ts", START.plusSeconds(quarter * 900));
    put(
        values,
        random,
        8,
        "country",
        pick(random, "de", "DE", "fr", "in", "br", "", "zz", "日本", "😀"));
    put(values, random, 10, "server", pick(random, 1L, 2L, 3L, 7L, 40L, -5L, 1L << 50));
    put(values, random, 10, "amount", BigDecimal.valueOf(random.nextInt(20_000) - 2_000, 2));
    put(values, random, 10, "wide", BigDecimal.valueOf(random.nextInt(20_000) - 2_000, 4));
    put(values, random, 10, "score", (random.nextInt(400) - 100) * 0.25);
    put(values, random, 10, "day", LocalDate.of(2026, 3, 18).plusDays(random.nextInt(20)));
    put(values, random, 10, "ok", random.nextBoolean());
    put(values, random, 10, "seen", START.plusMillis(random.nextInt(1_000_000_000)));
    put(values, random, 10, "device", new UUID(-random.nextInt(3), random.nextInt(2)));
    put(values, random, 10, "host", address(random.nextInt(4)));
    put(values, random, 10, "tags", list(random, "a", "b", "c"));
    put(values, random, 10, "levels", list(random, 1L, 2L, 30L));
    return values;
  }

  private static void put(
      Map<String, Object> values, Random random, int oneIn, String column, Object value) {
    if (random.nextInt(oneIn) != 0) {
      values.put(column, value);
    }
  }

  private static Object pick(Random random, Object... choices) {
    return choices[random.nextInt(choices.length)];
  }

  private static List<@Nullable Object> list(Random random, Object... choices) {
    @Nullable Object[] elements = new Object[random.nextInt(4)];
    Arrays.setAll(elements, _ -> random.nextInt(8) == 0 ? null : pick(random, choices));
    return Arrays.asList(elements);
  }

  private static InetAddress address(int last) {
    try {
      return InetAddress.getByAddress(new byte[] {10, 0, 0, (byte) (200 + last)});
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e);
    }
  }

  /// The same rows, cut at random into `tails` tails a partition.
  public TableSnapshot snapshot(int tails, Random random) {
    List<RowSource> sources = new ArrayList<>();
    parts(tails, random).forEach(part -> sources.addAll(sources(part, version(random))));
    return new TableSnapshot(
        schema, "snapshot-" + events.size(), EvolvedSource.allOf(sources, schema), () -> {});
  }

  /// The same rows, cut at random into `parts` segments or tails a partition; closing the snapshot
  /// releases the segments.
  public TableSnapshot snapshot(int parts, Random random, Path folder) throws IOException {
    List<RowSource> sources = new ArrayList<>();
    List<Segment> segments = new ArrayList<>();
    for (List<Event> part : parts(parts, random)) {
      TableSchema version = version(random);
      List<RowSource> tail = sources(part, version);
      if (part.isEmpty() || random.nextBoolean()) {
        sources.addAll(tail);
      } else {
        // Sealed by the version of the tail, or written anew by the newest.
        boolean isRewritten = older != null && random.nextBoolean();
        Segment sealed = segment(isRewritten ? schema : version, tail, folder);
        boolean isCompacted =
            !sources.isEmpty()
                && sources.getLast() instanceof Segment last
                && last.partition() == sealed.partition()
                && random.nextBoolean();
        if (isCompacted) {
          List<RowSource> both = List.of(sources.removeLast(), sealed);
          segments.add(sealed);
          sealed = segment(schema, both, folder);
        }
        segments.add(sealed);
        sources.add(sealed);
      }
    }
    return new TableSnapshot(
        schema,
        "snapshot-" + events.size(),
        EvolvedSource.allOf(sources, schema),
        () -> segments.forEach(Segment::release));
  }

  private TableSchema version(Random random) {
    return older != null && random.nextBoolean() ? older : schema;
  }

  private static Segment segment(TableSchema version, List<RowSource> rows, Path folder)
      throws IOException {
    Path file = Files.createTempFile(folder, "game", ".segment");
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      new SegmentWriter()
          .write(
              version,
              rows,
              null,
              bytes -> {
                while (bytes.hasRemaining()) {
                  channel.write(bytes);
                }
              });
    }
    return Segment.open(file, Files.size(file));
  }

  /// Events of one partition each.
  private List<List<Event>> parts(int perPartition, Random random) {
    List<List<Event>> parts = new ArrayList<>();
    for (int i = 0; i < 2 * perPartition; i++) {
      parts.add(new ArrayList<>());
    }
    for (Event event : events) {
      parts.get(event.partition() * perPartition + random.nextInt(perPartition)).add(event);
    }
    return parts;
  }

  private static List<RowSource> sources(List<Event> part, TableSchema version) {
    Tail tail = new Tail(version, part.isEmpty() ? 0 : part.getFirst().partition());
    Row row = new Row(version.columns().size());
    for (Event event : part) {
      RandomTable.fill(row, physical(event, version));
      long received = TimestampUnit.MICROS.fromInstant(event.received());
      tail.append(row, event.logId(), event.offset(), received, entity(event, version));
    }
    tail.publish();
    return tail.view(part.size());
  }

  /// Its number, where the config names an entity; the hash of its key is one that no other has.
  private static int entity(Event event, TableSchema version) {
    EventConfig.Entity entity = version.config().entity();
    Object key = entity == null ? null : event.value(entity.key());
    return key == null ? 0 : 1 + Math.floorMod(key.hashCode(), 1 << 20);
  }

  private static @Nullable Object[] physical(Event event, TableSchema version) {
    @Nullable Object[] physical = new Object[version.columns().size()];
    for (int i = 0; i < physical.length; i++) {
      ColumnSpec column = version.columns().get(i);
      Object value = event.value(column.name());
      ColumnType.Scalar type = column.type().element();
      physical[i] =
          value instanceof List<?> list
              ? list.stream().map(element -> physical(type, element)).toArray()
              : physical(type, value);
    }
    return physical;
  }

  private static @Nullable Object physical(ColumnType.Scalar type, @Nullable Object value) {
    if (value == null) {
      return null;
    }
    return switch (type.physical()) {
      case Physical.LONG -> Values.toLong(type, value);
      case Physical.DOUBLE -> value;
      case Physical.BYTES -> Values.toBytes(type, value);
    };
  }

  /// The event's place in time, as a date counts: midnight UTC.
  static @Nullable Instant instant(@Nullable Object time) {
    return time instanceof LocalDate date
        ? date.atStartOfDay(ZoneOffset.UTC).toInstant()
        : (Instant) time;
  }
}
