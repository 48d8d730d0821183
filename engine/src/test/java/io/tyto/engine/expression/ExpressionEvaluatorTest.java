package io.tyto.engine.expression;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.engine.row.Row;
import io.tyto.engine.rows.RandomTable;
import io.tyto.model.expression.Expression;
import io.tyto.model.expression.ExpressionParser;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.Values;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ExpressionEvaluatorTest {
  /// Column declaration -> logical value of the one row under test.
  private static final Map<String, @Nullable Object> ROW = new LinkedHashMap<>();

  static {
    ROW.put("country string", "Österreich 😀");
    ROW.put("nothing string", null);
    ROW.put("path string", "a/b//c");
    ROW.put("amount decimal(18,2)", new BigDecimal("-12.35"));
    ROW.put("wide decimal(38,0)", new BigDecimal("9".repeat(38)));
    ROW.put("seven long", 7L);
    ROW.put("most long", Long.MAX_VALUE);
    ROW.put("least_long long", Long.MIN_VALUE);
    ROW.put("zero long", 0L);
    ROW.put("level int", 3L);
    ROW.put("score double", 2.5);
    ROW.put("huge double", 1e300);
    ROW.put("ts timestamp", Instant.parse("2014-10-26T00:30:15.250Z"));
    ROW.put("ts_ns timestamp(ns)", Instant.parse("2014-10-26T00:30:16.250000001Z"));
    ROW.put("day date", LocalDate.of(2024, 12, 30));
    ROW.put("won bool", true);
    ROW.put("lost bool", null);
    ROW.put("id uuid", UUID.fromString("00000000-0000-0000-0000-0000000000ff"));
    ROW.put("address ip", InetAddress.ofLiteral("10.0.0.1"));
    ROW.put(
        "payload json",
        """
        {"n": 3, "f": 2.50, "big": 1e400, "t": "x", "o": {"a": [1, "two", null]},
         "list": [{"k": "x"}, {"k": "y"}, {}, {"k": null}], "empty": [], "b": true, "*": 1}
        """);
    ROW.put("broken string", "{\"n\": ");
  }

  /// Evaluates a text over the row and gives its logical value; a list as a List.
  private static @Nullable Object valueOf(String text) {
    List<ColumnSpec> columns = new ArrayList<>();
    Map<String, ColumnType> types = new LinkedHashMap<>();
    for (String declaration : ROW.keySet()) {
      String[] parts = declaration.split(" ");
      ColumnType type = ColumnType.parse(parts[1]);
      types.put(parts[0], type);
      columns.add(RandomTable.column(16 + columns.size(), parts[0], type));
    }
    Expression expression = ExpressionParser.parse(text, types);
    int derived = columns.size();
    columns.add(
        new ColumnSpec(
            16 + derived,
            "derived",
            "derived",
            expression.type(),
            ColumnSpec.Role.AUTO,
            null,
            null,
            null,
            expression,
            Map.of()));
    Row row = new Row(columns.size());
    int position = 0;
    for (Object value : ROW.values()) {
      set(row, position, columns.get(position).type().element(), value);
      position++;
    }
    new ExpressionEvaluator(RandomTable.schema("events", columns, null)).evaluate(row);
    return logical(row, derived, expression.type());
  }

  private static void set(Row row, int at, ColumnType.Scalar type, @Nullable Object value) {
    if (value == null) {
      row.setNull(at);
      return;
    }
    switch (type.physical()) {
      case LONG -> row.setLong(at, Values.toLong(type, value));
      case DOUBLE -> row.setDouble(at, (Double) value);
      case BYTES -> row.setBytes(at, Values.toBytes(type, value));
    }
  }

  private static @Nullable Object logical(Row row, int at, ColumnType type) {
    return switch (row.kind(at)) {
      case NULL -> null;
      case LONG -> Values.fromLong(type.element(), row.longAt(at));
      case DOUBLE -> row.doubleAt(at);
      case BYTES -> Values.fromBytes(type.element(), row.bytesAt(at));
      case LIST -> Arrays.stream(row.listAt(at)).map(ExpressionEvaluatorTest::element).toList();
    };
  }

  private static @Nullable Object element(@Nullable Object value) {
    return value instanceof byte[] bytes ? new String(bytes, StandardCharsets.UTF_8) : value;
  }

  private static void assertValues(@Nullable Object[][] expectations) {
    assertAll(
        Arrays.stream(expectations)
            .map(pair -> () -> assertEquals(pair[1], valueOf((String) pair[0]), (String) pair[0])));
  }

  @Test
  void numbersAreExactOrNull() {
    assertValues(
        new @Nullable Object[][] {
          {"seven + 1", 8L},
          {"most + 1", null},
          {"least_long - 1", null},
          {"most * 2", null},
          {"least_long * -1", null},
          {"most * 1", Long.MAX_VALUE},
          {"-least_long", null},
          {"abs(least_long)", null},
          {"abs(amount)", new BigDecimal("12.35")},
          {"seven / 2", 3.5},
          {"seven / zero", null},
          {"seven % zero", null},
          {"mod(-7, 3)", -1L},
          {"mod(amount, 5)", new BigDecimal("-2.35")},
          {"score % 2", 0.5},
          {"huge * huge", null},
          {"wide + 1", null},
          {"wide * 10", null},
          {"amount * 2.5", new BigDecimal("-30.875")},
          {"amount + level", new BigDecimal("-9.35")},
          {"0.0 - 0.0e0 * score", 0.0},
          {"trunc(amount)", new BigDecimal("-12")},
          {"floor(amount)", new BigDecimal("-13")},
          {"ceil(amount)", new BigDecimal("-12")},
          {"round(amount, 1)", new BigDecimal("-12.4")},
          {"round(score)", 3L},
          {"round(-score)", -3L},
          {"round(0.49999999999999994 * 1e0)", 0L},
          {"trunc(-score)", -2L},
          {"floor(-score)", -3L},
          {"ceil(-score)", -2L},
          {"round(score / 3, 3)", 0.833},
          {"trunc(score / 3, 3)", 0.833},
          {"floor(huge)", null},
          {"floor(level)", 3L},
          {"least(seven, level, zero)", 0L},
          {"least(nothing, country)", "Österreich 😀"},
          {"greatest(amount, -12.345)", new BigDecimal("-12.345")},
        });
  }

  @Test
  void conditionsFollowThreeValuedLogic() {
    assertValues(
        new @Nullable Object[][] {
          {"won and lost", null},
          {"not won and lost", false},
          {"won or lost", true},
          {"not lost", null},
          {"lost is null", true},
          {"won is not null", true},
          {"nothing = 'x'", null},
          {"nothing is null or nothing = 'x'", true},
          {"level in (1, 3)", true},
          {"level not in (1, 3)", false},
          {"level between 3 and 3", true},
          {"amount < -12.349", true},
          {"score = 2.50", true},
          {"day = '2024-12-30'", true},
          {"ts < ts_ns", true},
          {"ts >= '2014-10-26T02:30:15.25+02:00'", true},
          {"day > ts", true},
          {"id = '00000000-0000-0000-0000-0000000000FF'", true},
          {"address = '10.0.0.1'", true},
          {"address < '10.0.0.2'", true},
          {"case when lost then 1 when won then 2 else 3 end", 2L},
          {"case level when 1 then 'one' when 3 then 'three' end", "three"},
          {"case level when 1 then 'one' end", null},
          {"coalesce(nothing, 'x')", "x"},
          {"coalesce(lost, won)", true},
        });
  }

  @Test
  void textIsCountedInCodePointsAndOrderedByBytes() {
    assertValues(
        new @Nullable Object[][] {
          {"length(country)", 12L},
          {"upper(country)", "ÖSTERREICH 😀"},
          {"lower(country)", "österreich 😀"},
          {"substring(country, 1, 3)", "Öst"},
          {"substring(country, 12)", "😀"},
          {"substring(country, -1)", "😀"},
          {"substring(country, -3, 2)", "h "},
          {"substring(country, 0, 2)", "Ö"},
          {"substring(country, 99)", ""},
          {"substring(country, 2, -1)", ""},
          {"concat(seven, ' ', amount, ' ', score, ' ', won)", "7 -12.35 2.5 true"},
          {
            "concat(ts, '|', day, '|', id)",
            "2014-10-26T00:30:15.250Z|2024-12-30|00000000-0000-0000-0000-0000000000ff"
          },
          {"concat('a', nothing)", null},
          {"split(path, '/')", List.of("a", "b", "", "c")},
          {"split(path, '/', 2)", "b"},
          {"split(path, '/', -1)", "c"},
          {"split(path, '/', 5)", null},
          {"split(path, '/', 0)", null},
          {"length(split(path, '/'))", 4L},
          {"regex_extract(path, '[b-z]')", "b"},
          {"regex_extract(path, '(.)/(.)')", "a"},
          {"regex_extract(path, '(.)/(.)', 2)", "b"},
          {"regex_extract(path, '(.)/(.)', 0)", "a/b"},
          {"regex_extract(path, 'z')", null},
          {"'\uFFFD' < '😀'", true},
          {"'a''b' = concat('a', '''', 'b')", true},
        });
  }

  @Test
  void jsonGivesWhatIsThereInTheTypeAskedFor() {
    assertValues(
        new @Nullable Object[][] {
          {"json(payload, '/n')", "3"},
          {"json(payload, '/n', 'long')", 3L},
          {"json(payload, '/f', 'long')", null},
          {"json(payload, '/f', 'double')", 2.5},
          {"json(payload, '/f', 'decimal(10,1)')", new BigDecimal("2.5")},
          {"json(payload, '/f', 'decimal(10,0)')", null},
          {"json(payload, '/big', 'double')", null},
          {"json(payload, '/big', 'long')", null},
          {"json(payload, '/t', 'long')", null},
          {"json(payload, '/b', 'bool')", true},
          {"json(payload, '/o')", "{\"a\": [1, \"two\", null]}"},
          {"json(payload, '/o/a/1')", "two"},
          {"json(payload, '/o/a/7')", null},
          {"json(payload, '/o/a', 'string[]')", Arrays.asList("1", "two", null)},
          {"json(payload, '/n', 'long[]')", List.of(3L)},
          {"json(payload, '/list/*/k')", Arrays.asList("x", "y", null)},
          {"json(payload, '/empty/*')", List.of()},
          {"json(payload, '/missing/*')", null},
          {"json(payload, '/t/*')", List.of("x")},
          {"json(payload, '/o/*/a/0')", List.of("1")},
          {"json(payload, '/~2')", "1"},
          {"json(broken, '/n')", null},
          {"json(nothing, '/n')", null},
        });
  }

  @Test
  void datesHavePartsInAZone() {
    assertValues(
        new @Nullable Object[][] {
          {"hour(ts)", 0L},
          {"hour(ts, 'Europe/Berlin')", 2L},
          {"hour(ts_ns, 'Asia/Kolkata')", 6L},
          {"day(ts, 'America/New_York')", 25L},
          {"minute(ts)", 30L},
          {"second(ts)", 15L},
          {"year(day)", 2024L},
          {"quarter(day)", 4L},
          {"month(day)", 12L},
          {"week(day)", 1L},
          {"day_of_week(day)", 1L},
          {"day_of_year(day)", 365L},
          {"hour(day)", 0L},
          {"seconds_between(ts, ts_ns)", 1.000000001},
          {"seconds_between(day, '2024-12-29')", -86400.0},
        });
  }

  @Test
  void aRegularExpressionThatIsNoneIsRefused() {
    Expression expression = ExpressionParser.parse("regex_extract('x', '(?=x)')", Map.of());
    String message =
        String.valueOf(
            assertThrows(
                    IllegalArgumentException.class, () -> ExpressionEvaluator.check(expression))
                .getMessage());
    assertTrue(message.contains("RE2"), message);
    assertTrue(message.contains("(?=x)"), message);
  }

  @Test
  void aSchemaWithoutDerivedColumnsHasNothingToFill() {
    assertTrue(new ExpressionEvaluator(new RandomTable(1).schema()).isEmpty());
  }
}
