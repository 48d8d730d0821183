package io.tyto.model.expression;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.model.schema.ColumnType;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ExpressionParserTest {
  private static final Map<String, ColumnType> COLUMNS = new TreeMap<>();

  static {
    for (String column :
        new String[] {
          "country string",
          "tags string[]",
          "amount decimal(18,2)",
          "rate decimal(6,4)",
          "seconds long",
          "level int",
          "score double",
          "ts timestamp",
          "ts_ms timestamp(ms)",
          "day date",
          "payload json",
          "id uuid",
          "address ip",
          "won bool",
          "end string",
          "points long[]"
        }) {
      String[] parts = column.split(" ");
      COLUMNS.put(parts[0], ColumnType.parse(parts[1]));
    }
  }

  private static String typeOf(String text) {
    return ExpressionParser.parse(text, COLUMNS).type().toString();
  }

  private static ExpressionException failure(String text) {
    return assertThrows(
        ExpressionException.class, () -> ExpressionParser.parse(text, COLUMNS), text);
  }

  /// The caret stands in the text where the error is to be found; the rest is part of the message.
  private static void assertRefused(String textWithCaret, String... messageParts) {
    int caret = textWithCaret.indexOf('^');
    ExpressionException failure = failure(textWithCaret.replace("^", ""));
    assertEquals(caret, failure.position(), failure.getMessage());
    for (String part : messageParts) {
      assertTrue(String.valueOf(failure.getMessage()).contains(part), failure.getMessage());
    }
  }

  @Test
  void everyFunctionHasATypeThatFollowsFromItsArguments() {
    String[][] typesOfTexts = {
      {"length(tags)", "long"},
      {"length(country)", "long"},
      {"level + 1", "long"},
      {"seconds / 60", "double"},
      {"seconds * 1.5", "decimal(21,1)"},
      {"amount + rate", "decimal(21,4)"},
      {"amount * rate", "decimal(24,6)"},
      {"amount * score", "double"},
      {"amount / 2", "double"},
      {"-level", "long"},
      {"-amount", "decimal(18,2)"},
      {"trunc(score)", "long"},
      {"round(score, 2)", "double"},
      {"round(amount)", "decimal(17,0)"},
      {"round(amount, 1)", "decimal(18,1)"},
      {"floor(seconds / 60)", "long"},
      {"ceil(level)", "long"},
      {"abs(amount)", "decimal(18,2)"},
      {"mod(seconds, 60)", "long"},
      {"seconds % 7", "long"},
      {"least(level, seconds, 3)", "long"},
      {"greatest(amount, 0)", "decimal(21,2)"},
      {"greatest(day, '2024-01-01')", "date"},
      {"lower(country)", "string"},
      {"substring(country, 1, 2)", "string"},
      {"concat(country, ':', level)", "string"},
      {"coalesce(score, level)", "double"},
      {"split(country, '-')", "string[]"},
      {"split(country, '-', 2)", "string"},
      {"regex_extract(country, '([a-z]+)', 1)", "string"},
      {"json(payload, '/a/b')", "string"},
      {"json(payload, '/a/b', 'long')", "long"},
      {"json(payload, '/a/*/b')", "string[]"},
      {"json(payload, '/a/*/b', 'decimal(10,2)[]')", "decimal(10,2)[]"},
      {"seconds_between(ts, ts_ms)", "double"},
      {"seconds_between(day, ts)", "double"},
      {"date_part('hour', ts, 'Europe/Berlin')", "long"},
      {"hour(ts, 'Europe/Berlin')", "long"},
      {"year(day)", "long"},
      {"case when country = 'DE' then 1 when won then 2.5 end", "decimal(20,1)"},
      {"case country when 'DE' then 'home' else 'abroad' end", "string"},
      {"case when level is null then null else score end", "double"},
      {"country in ('DE', 'AT') and not won", "bool"},
      {"level not between 1 and 9 or day < '2024-02-29'", "bool"},
      {"id = '00000000-0000-0000-0000-000000000001'", "bool"},
      {"address = '10.0.0.1'", "bool"},
      {"ts >= '2024-01-01T00:00:00Z'", "bool"},
      {"ts >= '2024-01-01'", "bool"},
      {"\"end\" = 'x'", "bool"},
      {"`end` is not null", "bool"},
      {"1e3 * level", "double"},
    };
    assertAll(
        java.util.Arrays.stream(typesOfTexts)
            .map(pair -> () -> assertEquals(pair[1], typeOf(pair[0]), pair[0])));
  }

  @Test
  void operatorsBindAsInSql() {
    assertEquals(
        ExpressionParser.parse("(won or (won and (not (level > (1 + (2 * 3))))))", COLUMNS),
        ExpressionParser.parse("won or won and not level > 1 + 2 * 3", COLUMNS));
    assertEquals(
        ExpressionParser.parse("(seconds - 1) - 2", COLUMNS),
        ExpressionParser.parse("seconds - 1 - 2", COLUMNS));
    assertEquals(
        ExpressionParser.parse("CASE WHEN won THEN 1 END", COLUMNS),
        ExpressionParser.parse("case when won then 1 end", COLUMNS));
  }

  @Test
  void errorsSayWhereAndWhatWasExpected() {
    assertRefused("length(^tagz)", "no column 'tagz'", "did you mean 'tags'");
    assertRefused("^lenght(tags)", "no function 'lenght'", "did you mean 'length'");
    assertRefused("length(^level)", "length takes a string or a list, found int");
    assertRefused("level +^", "found the end, expected a value");
    assertRefused("level ^level", "found 'level', expected an operator or the end");
    assertRefused("country ^+ 'x'", "found a string", "concat(a, b)");
    assertRefused("country ^= level", "string and int");
    assertRefused("case when ^level then 1 end", "found a int, expected a condition");
    assertRefused("^case when won then 1 else 'x' end", "long and string");
    assertRefused("day ^> '2024-02-30'", "'2024-02-30'", "date");
    assertRefused("hour(ts, ^'Europe/Berlim')", "did you mean 'Europe/Berlin'");
    assertRefused("date_part(^'our', ts)", "did you mean 'hour'");
    assertRefused("json(payload, ^'a/b')", "begins with '/'");
    assertRefused("json(payload, ^'/a/*', 'long')", "write 'long[]'");
    assertRefused("concat(country, ^'x", "closing '");
    assertRefused("level ^& 1", "'&' means nothing");
    assertRefused("country = ^\"DE\"", "'single quotes'");
    assertRefused("^length(tags, tags)", "length takes 1 argument, found 2");
    assertRefused("^null", "always null");
    assertRefused("payload ^= payload", "json cannot be compared");
    assertRefused("level not ^like 'x'", "expected in or between");
    assertRefused("1 + ^end", "double quotes");
  }

  @Test
  void depthAndLengthAreBounded() {
    assertTrue(
        String.valueOf(failure("(".repeat(3_000) + "1").getMessage()).contains("at most 64 deep"));
    assertTrue(
        String.valueOf(failure("-".repeat(4_001)).getMessage())
            .contains("at most 4000 characters"));
    for (String chain : List.of("1" + "+1".repeat(1_900), "-".repeat(3_000) + "level")) {
      String message = String.valueOf(failure(chain).getMessage());
      assertTrue(message.contains("at most 400 arithmetic operators"), message);
    }
    assertEquals("bool", typeOf("level in (1" + ",1".repeat(1_900) + ")"));
    assertEquals("bool", typeOf("won" + " or won".repeat(500)));
  }

  @Test
  void aDeclaredTypeMayBeWiderButNotNarrower() {
    Expression length = ExpressionParser.parse("length(tags)", COLUMNS);
    assertEquals(ColumnType.DOUBLE, ExpressionParser.as(length, ColumnType.DOUBLE).type());
    assertThrows(ExpressionException.class, () -> ExpressionParser.as(length, ColumnType.INT));
    assertThrows(ExpressionException.class, () -> ExpressionParser.as(length, ColumnType.STRING));
  }
}
