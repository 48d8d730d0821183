package io.tyto.engine.scan;

import io.tyto.engine.source.RowSource;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.EventConfig;
import io.tyto.model.schema.Physical;
import io.tyto.model.schema.SystemColumns;
import io.tyto.model.schema.TableSchema;
import io.tyto.model.schema.TimestampUnit;
import io.tyto.model.schema.Values;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// A random table with a column of every type and a list of each, cut into sources of random shape.
///
/// A row is an array of physical values (Long, Double, byte[], List of them, null), in the order of
/// {@link #columns}, which includes the system columns.
public final class TestTable {
  public static final Instant START = Instant.parse("2026-03-20T00:00:00Z");

  public final TableSchema schema;
  public final List<ColumnSpec> columns;
  public final List<@Nullable Object[]> rows = new ArrayList<>();
  public final List<RowSource> sources = new ArrayList<>();

  /// The source of each row, and the rowId there.
  public final List<int[]> places = new ArrayList<>();

  private final RandomGenerator random;

  public TestTable(RandomGenerator random, int rowCount, int sourceCount) {
    this.random = random;
    schema = schema();
    List<ColumnSpec> all = new ArrayList<>(SystemColumns.ALL);
    all.addAll(schema.columns());
    columns = List.copyOf(all);
    fill(rowCount, sourceCount);
  }

  public int position(String column) {
    for (int i = 0; i < columns.size(); i++) {
      if (columns.get(i).name().equals(column)) {
        return i;
      }
    }
    throw new IllegalArgumentException(column);
  }

  public ColumnSpec column(String name) {
    return columns.get(position(name));
  }

  private static TableSchema schema() {
    List<ColumnSpec> columns = new ArrayList<>();
    List<ColumnType.Scalar> scalars =
        List.of(
            ColumnType.STRING,
            ColumnType.BOOL,
            ColumnType.INT,
            ColumnType.LONG,
            ColumnType.DOUBLE,
            new ColumnType.DecimalType(10, 2),
            new ColumnType.DecimalType(30, 3),
            new ColumnType.TimestampType(TimestampUnit.MILLIS),
            ColumnType.DATE,
            ColumnType.UUID,
            ColumnType.IP);
    List<String> names =
        List.of(
            "string", "bool", "int", "long", "double", "money", "wide", "ms", "date", "uuid", "ip");
    add(columns, "ts", ColumnType.TIMESTAMP);
    add(columns, "user", ColumnType.STRING);
    add(columns, "json", ColumnType.JSON);
    for (int i = 0; i < names.size(); i++) {
      add(columns, names.get(i), scalars.get(i));
      add(columns, names.get(i) + "s", new ColumnType.ListType(scalars.get(i)));
    }
    EventConfig config =
        EventConfig.of("test", columns)
            .time("ts")
            .entity(new EventConfig.Entity("user", "user"))
            .build();
    return new TableSchema(1, 1, 1, "test", 1, columns, config);
  }

  private static void add(List<ColumnSpec> columns, String name, ColumnType type) {
    columns.add(
        new ColumnSpec(
            SystemColumns.FIRST_USER_ID + columns.size(),
            name,
            name,
            type,
            ColumnSpec.Role.AUTO,
            null,
            null,
            null,
            null,
            Map.of()));
  }

  private void fill(int rowCount, int sourceCount) {
    int from = 0;
    for (int source = 0; source < sourceCount; source++) {
      int to = source == sourceCount - 1 ? rowCount : from + random.nextInt(rowCount - from + 1);
      int partition = random.nextInt(3);
      MemorySource.Shape shape = MemorySource.Shape.random(random, columns);
      List<@Nullable Object[]> sourceRows = new ArrayList<>();
      for (int i = from; i < to; i++) {
        sourceRows.add(row(i, partition, rowCount, shape));
      }
      if (random.nextBoolean()) {
        int time = position("ts");
        sourceRows.sort(
            Comparator.comparing(
                row -> (Long) row[time], Comparator.nullsLast(Comparator.naturalOrder())));
      }
      for (int i = 0; i < sourceRows.size(); i++) {
        rows.add(sourceRows.get(i));
        places.add(new int[] {source, i});
      }
      sources.add(new MemorySource("source" + source, partition, columns, sourceRows, shape));
      from = to;
    }
  }

  private @Nullable Object[] row(
      int number, int partition, int rowCount, MemorySource.Shape shape) {
    @Nullable Object[] row = new Object[columns.size()];
    row[0] = ("log" + partition + random.nextInt(2)).getBytes(StandardCharsets.UTF_8);
    row[1] = (long) number;
    row[2] = 1_000_000L * number;
    // An entity lives in one partition, and its id belongs to its key.
    int user = random.nextInt(20);
    row[3] = (long) user;
    for (int i = SystemColumns.ALL.size(); i < row.length; i++) {
      ColumnSpec column = columns.get(i);
      if (shape.isAbsent(i)) {
        continue;
      }
      row[i] =
          switch (column.name()) {
            case "ts" ->
                random.nextInt(30) == 0
                    ? null
                    : (Object)
                        (START.toEpochMilli() * 1000
                            + (long) number * 10L * 86_400_000_000L / rowCount
                            + random.nextInt(50) / 49 * 3_600_000_000L);
            case "user" ->
                user == 0
                    ? null
                    : (Object) ("u" + partition + "-" + user).getBytes(StandardCharsets.UTF_8);
            default -> value(column.type());
          };
    }
    return row;
  }

  private @Nullable Object value(ColumnType type) {
    if (random.nextInt(8) == 0) {
      return null;
    }
    if (!type.isList()) {
      return physical(type.element());
    }
    List<@Nullable Object> list = new ArrayList<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      list.add(random.nextInt(8) == 0 ? null : physical(type.element()));
    }
    return Collections.unmodifiableList(list);
  }

  private Object physical(ColumnType.Scalar type) {
    Object logical = logical(type);
    return switch (type.physical()) {
      case LONG -> Values.toLong(type, logical);
      case DOUBLE -> (Double) logical + 0.0;
      case BYTES -> Values.toBytes(type, logical);
    };
  }

  /// A random logical value; few distinct ones, so that filters and groups meet some.
  public Object logical(ColumnType.Scalar type) {
    int pick = random.nextInt(12);
    return switch (type) {
      case ColumnType.StringType _ ->
          List.of(
                  "",
                  "a",
                  "A",
                  "ab",
                  "aB",
                  "abc",
                  "b%",
                  "ß",
                  "Straße",
                  "äöü",
                  "ΣΑΣ",
                  "\uD83E\uDD89 owl")
              .get(pick);
      case ColumnType.JsonType _ ->
          List.of(
                  "{\"a\":1,\"b\":\"x\"}",
                  "{\"a\":2.5,\"b\":null}",
                  "{\"b\":\"y\",\"c\":[1,\"two\",{\"d\":true}]}",
                  "[1,2,3]",
                  "17",
                  "\"text\"",
                  "null",
                  "{}",
                  "{\"a\":{\"b\":1}}",
                  "{\"a\":\"2.5\"}",
                  "{\"c\":[null]}",
                  "{\"a/b\":3,\"m~n\":4}")
              .get(pick);
      case ColumnType.BoolType _ -> pick < 5;
      case ColumnType.IntType _ -> (long) pick - 6;
      case ColumnType.LongType _ ->
          switch (pick) {
            case 0 -> Long.MAX_VALUE;
            case 1 -> Long.MIN_VALUE;
            default -> (long) pick * 1000 - 5000;
          };
      case ColumnType.DoubleType _ ->
          switch (pick) {
            case 0 -> 0.0;
            case 1 -> 1e300;
            case 2 -> -1e-300;
            default -> pick * 0.1 - 0.5;
          };
      case ColumnType.DecimalType decimal ->
          decimal.physical() == Physical.LONG
              ? BigDecimal.valueOf(pick * 37L - 200, decimal.scale())
              : new BigDecimal(
                  BigInteger.TEN
                      .pow(25)
                      .multiply(BigInteger.valueOf(pick - 6L))
                      .add(BigInteger.valueOf(pick)),
                  decimal.scale());
      case ColumnType.TimestampType _ -> START.plusSeconds(3600L * pick);
      case ColumnType.DateType _ -> LocalDate.of(2026, 3, 20).plusDays(pick - 6);
      case ColumnType.UuidType _ -> new UUID((pick - 6L) * 0x1234567890L, pick);
      case ColumnType.IpType _ -> address(pick);
    };
  }

  private static InetAddress address(int pick) {
    byte[] raw = pick < 6 ? new byte[] {10, 0, 0, (byte) (pick + 250)} : new byte[16];
    raw[raw.length - 1] = (byte) (pick * 40);
    try {
      return InetAddress.getByAddress(raw);
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e);
    }
  }
}
