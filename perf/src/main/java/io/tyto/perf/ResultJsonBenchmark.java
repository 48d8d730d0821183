package io.tyto.perf;

import graphql.ExecutionResult;
import io.tyto.gateway.http.JsonText;
import io.tyto.graphqlschema.GraphQlApi;
import io.tyto.graphqlschema.GraphQlOptions;
import io.tyto.graphqlschema.GraphQlRequest;
import io.tyto.model.query.QueryContext;
import io.tyto.model.result.AggregateResult;
import io.tyto.model.result.Bucket;
import io.tyto.model.result.QueryMeta;
import io.tyto.model.result.QueryPlan;
import io.tyto.model.result.ResultColumn;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// An answer of the engine from columns to the bytes of a response, by GraphQL: `table` with
/// 100,000 rows of 8 columns, and `aggregate.rows` with 10,000. Beside each stands a writer by hand
/// that knows the columns and makes the same JSON of their cells.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 4, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(
    value = 1,
    jvmArgsAppend = {"--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
public class ResultJsonBenchmark {
  private static final int TABLE_ROWS = 100_000;
  private static final int ROWS = 10_000;
  private static final int MEASURES = 5;
  private static final String TABLE =
      """
      query($measures: [GameMeasure!]!) { game { table(input: {range: {preset: ALL_TIME},
        groupBy: [{time: {column: TS, granularity: HOUR}}, {dimension: COUNTRY}]}, measures: $measures, limit: 100000)
        { rowCount columns { name type dictionary values } } } }
      """;
  private static final String AGGREGATE =
      """
      { game { aggregate(input: {range: {preset: ALL_TIME}, groupBy: [{time: {column: TS, granularity: HOUR}},
        {dimension: COUNTRY}]}, limit: 10000) { rows { key { ts country } measures { count level { min max }
        score { avg sum } } } } } }
      """;

  private final AggregateResult table = result(TABLE_ROWS);
  private final AggregateResult rows = result(ROWS);
  private final GraphQlApi api =
      GraphQlApi.build(
          List.of(GameCollection.schema()),
          new FixedAnswers(query -> query.limit() == ROWS ? rows : table),
          Clock.systemUTC(),
          GraphQlOptions.DEFAULT);
  private final GraphQlRequest tableRequest =
      new GraphQlRequest(TABLE, null, variables(), Map.of());
  private final GraphQlRequest rowsRequest = GraphQlRequest.of(AGGREGATE);

  private static Map<String, @Nullable Object> variables() {
    return Map.of(
        "measures",
        List.of(
            Map.of("count", true),
            Map.of("level", Map.of("fn", "MIN")),
            Map.of("level", Map.of("fn", "MAX")),
            Map.of("score", Map.of("fn", "AVG")),
            Map.of("score", Map.of("fn", "SUM"))));
  }

  /// Hours, each with 200 countries, and five measures: three of integers, two of fractions.
  private static AggregateResult result(int count) {
    Random random = new Random(count);
    Object[] hours = new Object[count];
    @Nullable Object[] countries = new @Nullable Object[count];
    OffsetDateTime start = OffsetDateTime.of(2026, 1, 1, 0, 0, 0, 0, ZoneOffset.UTC);
    Bucket bucket = new Bucket(start, start.plusHours(1));
    for (int i = 0; i < count; i++) {
      if (i % 200 == 0) {
        bucket = new Bucket(start.plusHours(i / 200), start.plusHours(i / 200 + 1));
      }
      hours[i] = bucket;
      countries[i] = i % 200 == 199 ? null : "country " + i % 200;
    }
    ResultColumn[] measures = new ResultColumn[MEASURES];
    for (int m = 0; m < MEASURES; m++) {
      BitSet nulls = new BitSet();
      if (m < 3) {
        measures[m] = new ResultColumn.Longs(random.longs(count, 0, 10_000_000).toArray(), nulls);
      } else {
        double[] values = random.doubles(count, 0, 1_000).toArray();
        for (int i = 0; i < count; i++) {
          values[i] = Math.round(values[i] * 1_000) / 1_000.0;
        }
        nulls.set(5);
        measures[m] = new ResultColumn.Doubles(values, nulls);
      }
    }
    QueryMeta meta =
        new QueryMeta("q", "segments", 1, 1, 1, 1, 0, null, "s", false, List.of(), List.of());
    return new AggregateResult(
        count,
        List.of(new ResultColumn.Objects(hours), new ResultColumn.Objects(countries)),
        List.of(measures),
        Collections.nCopies(count, "id"),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        0,
        List.of(),
        List.of(),
        count,
        false,
        null,
        meta,
        new QueryPlan(null, List.of(), List.of(), 0));
  }

  /// What is timed writes the same cells.
  @Setup
  public void check() {
    String byApi = text(table());
    String byHand = text(tableByHand());
    String values = byHand.substring(byHand.indexOf("\"columns\""), byHand.length() - 1);
    Folders.require(byApi.contains(values), "the same table");
    String rowsByHand = text(rowsByHand());
    Folders.require(
        text(rows()).contains(rowsByHand.substring(1, rowsByHand.length() - 1)), "the same rows");
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private byte[] ask(GraphQlRequest request) {
    ExecutionResult result =
        api.execute(request, new QueryContext("q", Duration.ofMinutes(1), 1 << 30));
    if (!result.getErrors().isEmpty()) {
      throw new IllegalStateException(result.getErrors().toString());
    }
    return JsonText.of(result.toSpecification()).getBytes();
  }

  @Benchmark
  public byte[] table() {
    return ask(tableRequest);
  }

  @Benchmark
  public byte[] rows() {
    return ask(rowsRequest);
  }

  /// The baseline of {@link #table}.
  @Benchmark
  public byte[] tableByHand() {
    HandWriter out = new HandWriter();
    out.raw("{\"columns\":[");
    times(out, "ts", false);
    out.raw(",");
    times(out, "ts_end", true);
    out.raw(",");
    texts(out);
    String[] names = {"count", "level_min", "level_max", "score_avg", "score_sum"};
    for (int m = 0; m < MEASURES; m++) {
      out.raw(",{\"name\":\"" + names[m] + "\",\"type\":\"" + (m < 3 ? "int64" : "float64"));
      out.raw("\",\"dictionary\":null,\"values\":[");
      switch (table.measures().get(m)) {
        case ResultColumn.Longs longs -> {
          for (int i = 0; i < TABLE_ROWS; i++) {
            out.comma(i).number(longs.values()[i]);
          }
        }
        case ResultColumn.Doubles doubles -> {
          for (int i = 0; i < TABLE_ROWS; i++) {
            if (doubles.nulls().get(i)) {
              out.comma(i).raw("null");
            } else {
              out.comma(i).raw(Double.toString(doubles.values()[i]));
            }
          }
        }
        case ResultColumn.Objects _ -> throw new IllegalStateException("no measure");
      }
      out.raw("]}");
    }
    out.raw("]}");
    return out.bytes();
  }

  @SuppressWarnings("ReferenceEquality") // rows of one bucket share it
  private void times(HandWriter out, String name, boolean isEnd) {
    out.raw("{\"name\":\"" + name + "\",\"type\":\"datetime\",\"dictionary\":null,\"values\":[");
    Object last = null;
    String text = "";
    for (int i = 0; i < TABLE_ROWS; i++) {
      Bucket bucket = (Bucket) table.keys().getFirst().value(i);
      if (bucket != last && bucket != null) {
        last = bucket;
        text = time(isEnd ? bucket.end() : bucket.start());
      }
      out.comma(i).raw(text);
    }
    out.raw("]}");
  }

  private static String time(OffsetDateTime time) {
    return '"' + DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(time) + '"';
  }

  private void texts(HandWriter out) {
    Map<Object, Integer> codes = new LinkedHashMap<>();
    HandWriter values = new HandWriter();
    for (int i = 0; i < TABLE_ROWS; i++) {
      Object text = table.keys().get(1).value(i);
      if (text == null) {
        values.comma(i).raw("null");
      } else {
        values.comma(i).number(codes.computeIfAbsent(text, _ -> codes.size()));
      }
    }
    out.raw("{\"name\":\"country\",\"type\":\"string\",\"dictionary\":[");
    int n = 0;
    for (Object text : codes.keySet()) {
      out.comma(n++).raw("\"" + text + '"');
    }
    out.raw("],\"values\":[").add(values).raw("]}");
  }

  /// The baseline of {@link #rows}.
  @Benchmark
  public byte[] rowsByHand() {
    HandWriter out = new HandWriter();
    out.raw("{\"rows\":[");
    long[][] longs = new long[3][];
    for (int m = 0; m < 3; m++) {
      longs[m] = ((ResultColumn.Longs) rows.measures().get(m)).values();
    }
    for (int i = 0; i < ROWS; i++) {
      Bucket bucket = (Bucket) Objects.requireNonNull(rows.keys().getFirst().value(i));
      Object country = rows.keys().get(1).value(i);
      out.comma(i).raw("{\"key\":{\"ts\":").raw(time(bucket.start())).raw(",\"country\":");
      out.raw(country == null ? "null" : "\"" + country + '"');
      out.raw("},\"measures\":{\"count\":").number(longs[0][i]);
      out.raw(",\"level\":{\"min\":").number(longs[1][i]).raw(",\"max\":").number(longs[2][i]);
      out.raw("},\"score\":{\"avg\":").fraction(rows.measures().get(3), i);
      out.raw(",\"sum\":").fraction(rows.measures().get(4), i).raw("}}}");
    }
    out.raw("]}");
    return out.bytes();
  }

  /// Bytes that grow.
  private static final class HandWriter {
    private byte[] bytes = new byte[1 << 16];
    private int size;

    private void room(int more) {
      if (size + more > bytes.length) {
        bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, size + more));
      }
    }

    HandWriter comma(int before) {
      if (before > 0) {
        room(1);
        bytes[size++] = ',';
      }
      return this;
    }

    @SuppressWarnings("deprecation") // ASCII alone
    HandWriter raw(String ascii) {
      room(ascii.length());
      ascii.getBytes(0, ascii.length(), bytes, size);
      size += ascii.length();
      return this;
    }

    HandWriter fraction(ResultColumn column, int row) {
      Object value = column.value(row);
      return raw(value == null ? "null" : Double.toString((Double) value));
    }

    HandWriter number(long value) {
      room(20);
      int digits = 1;
      for (long rest = value / 10; rest > 0; rest /= 10) {
        digits++;
      }
      long rest = value;
      for (int at = size + digits - 1; at >= size; at--) {
        bytes[at] = (byte) ('0' + rest % 10);
        rest /= 10;
      }
      size += digits;
      return this;
    }

    HandWriter add(HandWriter other) {
      room(other.size);
      System.arraycopy(other.bytes, 0, bytes, size, other.size);
      size += other.size;
      return this;
    }

    byte[] bytes() {
      return Arrays.copyOf(bytes, size);
    }
  }
}
