package io.tyto.ingest.decode;

import static io.tyto.ingest.decode.DecodeFixture.CLOCK;
import static io.tyto.ingest.decode.DecodeFixture.fields;
import static io.tyto.ingest.decode.DecodeFixture.schema;
import static io.tyto.ingest.decode.DecodeFixture.utf8;
import static io.tyto.ingest.decode.DecodeFixture.value;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.engine.row.Row;
import io.tyto.ingest.decode.Rejection.Code;
import io.tyto.model.schema.TableSchema;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class JsonDecoderTest {
  private static final long SEED = Long.getLong("test.seed", 20261121L);
  private static final int SCALE = Integer.getInteger("test.scale", 1);

  @Test
  void everyTypeTakesItsWaysOfWriting() throws UnknownHostException {
    assertTaken("string", "\"\"", "");
    assertTaken("string", "\"a\\u00e4\\n\"", "a\u00e4\n");
    assertTaken("string", "1.50", "1.50");
    assertTaken("string", "true", "true");
    assertTaken("bool", "true", true);
    assertTaken("bool", "\"False\"", false);
    assertTaken("bool", "1", true);
    assertTaken("int", "-2147483648", -2147483648L);
    assertTaken("int", "7.0", 7L);
    assertTaken("long", "9223372036854775807", Long.MAX_VALUE);
    assertTaken("long", "\"-9223372036854775808\"", Long.MIN_VALUE);
    assertTaken("long", "1e3", 1000L);
    assertTaken("double", "0.1", 0.1);
    assertTaken("double", "-0.0", 0.0);
    assertTaken("double", "\"2.5\"", 2.5);
    assertTaken("decimal(5,2)", "123.45", new BigDecimal("123.45"));
    assertTaken("decimal(5,2)", "\"1.500\"", new BigDecimal("1.50"));
    assertTaken(
        "decimal(38,2)",
        "-999999999999999999999999999999999999.99",
        new BigDecimal("-999999999999999999999999999999999999.99"));
    assertTaken(
        "timestamp", "\"2026-11-21T13:00:00.5+01:00\"", Instant.parse("2026-11-21T12:00:00.5Z"));
    assertTaken("date", "\"2024-02-29\"", LocalDate.of(2024, 2, 29));
    assertTaken(
        "uuid",
        "\"123e4567-e89b-12d3-a456-426614174000\"",
        UUID.fromString("123e4567-e89b-12d3-a456-426614174000"));
    assertTaken("ip", "\"10.0.0.7\"", InetAddress.ofLiteral("10.0.0.7"));
    assertTaken("json", " {\"a\" : [1, null]} ", "{\"a\" : [1, null]}");
    assertTaken("json", "\"x\"", "\"x\"");
  }

  @Test
  void whatDoesNotFitSaysWhy() {
    assertRejected("string", "{}", Code.TYPE_MISMATCH, "found an object, expected string");
    assertRejected("string", "[1]", Code.TYPE_MISMATCH, "found an array, expected string");
    assertRejected(
        "bool", "\"yes\"", Code.BAD_FORMAT, "found \"yes\", expected true, false, 1 or 0");
    assertRejected("bool", "2", Code.BAD_FORMAT, null);
    assertRejected("int", "2147483648", Code.OUT_OF_RANGE, null);
    assertRejected("int", "1.5", Code.TOO_PRECISE, null);
    assertRejected("int", "true", Code.TYPE_MISMATCH, "found true, expected int");
    assertRejected("long", "9223372036854775808", Code.OUT_OF_RANGE, null);
    assertRejected("long", "\"12 apples\"", Code.BAD_FORMAT, "found \"12 apples\", expected long");
    assertRejected("long", "1e1000000000", Code.OUT_OF_RANGE, null);
    assertRejected("double", "1e309", Code.OUT_OF_RANGE, null);
    assertRejected("double", "\"NaN\"", Code.BAD_FORMAT, "found \"NaN\", expected a finite number");
    assertRejected(
        "decimal(5,2)",
        "1.234",
        Code.TOO_PRECISE,
        "found 1.234 with more fraction digits than the column keeps, expected decimal(5,2)");
    assertRejected("decimal(5,2)", "1000.00", Code.OUT_OF_RANGE, null);
    assertRejected("decimal(38,2)", "1e37", Code.OUT_OF_RANGE, null);
    assertRejected(
        "timestamp",
        "1700000000",
        Code.TYPE_MISMATCH,
        "found the number 1700000000 and no unit for it (source.formats: epoch_ms, for example),"
            + " expected timestamp");
    assertRejected(
        "timestamp",
        "\"soon\"",
        Code.BAD_FORMAT,
        "found \"soon\", expected a timestamp in ISO-8601");
    assertRejected("date", "\"2023-02-29\"", Code.BAD_FORMAT, null);
    assertRejected("uuid", "1", Code.TYPE_MISMATCH, null);
    assertRejected(
        "ip",
        "\"localhost\"",
        Code.BAD_FORMAT,
        "found \"localhost\", expected an IPv4 or IPv6 address");
    assertRejected("string", "\"\\ud800\"", Code.INVALID_UTF8, null);
    assertRejected(
        "long[]", "[1,[2]]", Code.TYPE_MISMATCH, "found an array in the list, expected long[]");
    assertRejected("long[]", "[1,\"x\"]", Code.BAD_FORMAT, null);
    assertRejected("string", '"' + "x".repeat((1 << 20) + 1) + '"', Code.TOO_LARGE, null);
    assertRejected("json", '"' + "x".repeat(1 << 20) + '"', Code.TOO_LARGE, null);
  }

  @Test
  void messagesAreShortAndPrintable() {
    Rejection rejection = decode("long", "\"\\u202e" + "\u00e4".repeat(500) + "\\n\"").rejection;
    assertNotNull(rejection);
    assertTrue(rejection.message().length() < 200, rejection.message());
    assertTrue(
        rejection.message().chars().noneMatch(c -> c == 0x202e || c < ' '), rejection.message());
  }

  @Test
  void nullAndAbsentAreNullAndListsKeepWhatTheyHold() {
    assertTaken("string", "null", null);
    assertTaken("json", "null", null);
    assertTaken("long[]", "null", null);
    assertTaken("long[]", "[]", List.of());
    assertTaken("long[]", "[3,null,3]", Arrays.asList(3L, null, 3L));
    assertTaken("long[]", "5", List.of(5L));
    assertTaken("string[]", "\"a,b\"", List.of("a,b"));
    TableSchema schema = fields("x: { type: \"long[]\" }", "y: { type: string }");
    Row row = decode(schema, "{}");
    assertNull(value(schema, row, "x"));
    assertNull(value(schema, row, "y"));
  }

  @Test
  void pointersLeadAnywhere() {
    TableSchema schema =
        schema(
            """
            collection: test
            fields:
              key: { type: string }
              second: { type: long }
              names: { type: "string[]" }
              deep: { type: "long[]" }
              whole: { type: json }
              part: { type: json }
              slash: { type: string }
            source:
              map:
                key: /a/key
                second: /list/1
                names: /items/*/name
                deep: /items/*/counts/*/n
                whole: ""
                part: /a
                slash: /x~1y~0z
            """);
    String text =
        """
        {"list":[10,20,30], "a":{"key":"k"}, "x/y~z":"s", "ignored":{"a":[{}]},
         "items":[{"name":"one","counts":[{"n":1},{"n":2}]},{"name":null},{"counts":[]},{"name":"two"}]}\
        """;
    Row row = decode(schema, text);
    assertEquals("k", value(schema, row, "key"));
    assertEquals(20L, value(schema, row, "second"));
    assertEquals(Arrays.asList("one", null, "two"), value(schema, row, "names"));
    assertEquals(List.of(1L, 2L), value(schema, row, "deep"));
    assertEquals(text.strip(), value(schema, row, "whole"));
    assertEquals("{\"key\":\"k\"}", value(schema, row, "part"));
    assertEquals("s", value(schema, row, "slash"));

    Row other = decode(schema, "{\"a\":\"text\",\"list\":7,\"items\":{\"name\":\"alone\"}}");
    assertNull(value(schema, other, "key"), "what lies behind another shape is absent");
    assertNull(value(schema, other, "second"));
    assertEquals(
        List.of("alone"), value(schema, other, "names"), "a single value is a list of one");
    assertEquals("\"text\"", value(schema, other, "part"));
  }

  @Test
  void agreesWithAPlainWalkOverTheSameValues() {
    Random random = new Random(SEED);
    for (int i = 0; i < 250 * SCALE; i++) {
      List<String> pointers = new ArrayList<>();
      StringBuilder config = new StringBuilder("collection: test\nfields:\n");
      for (int c = 0; c < 4; c++) {
        config.append("  c%d: { type: \"string[]\" }%n".formatted(c));
        pointers.add(randomPointer(random));
      }
      config.append("source:\n  map:\n");
      for (int c = 0; c < 4; c++) {
        config.append("    c%d: %s%n".formatted(c, pointers.get(c)));
      }
      TableSchema schema = schema(config.toString());
      JsonDecoder decoder = new JsonDecoder(schema, CLOCK);
      Row row = new Row(4);
      for (int r = 0; r < 60; r++) {
        checkAgainstWalk(random, schema, decoder, pointers, row);
      }
    }
  }

  private void checkAgainstWalk(
      Random random, TableSchema schema, JsonDecoder decoder, List<String> pointers, Row row) {
    RandomJson json = new RandomJson(random);
    Object document = json.object(0);
    StringBuilder text = new StringBuilder();
    json.write(document, text);
    byte[] data = utf8(text.toString());
    Rejection rejection = decoder.decode(data, 0, data.length, row);
    String message = "%s %s, seed %d".formatted(pointers, text, SEED);
    boolean isMisfit = false;
    List<@Nullable List<@Nullable String>> expected = new ArrayList<>();
    for (String pointer : pointers) {
      PathWalk walk = new PathWalk(pointer);
      walk.visit(document, 0, false);
      isMisfit |= walk.isMisfit();
      expected.add(walk.found());
    }
    assertEquals(isMisfit, rejection != null, () -> message + " " + rejection);
    for (int c = 0; rejection == null && c < expected.size(); c++) {
      assertEquals(expected.get(c), value(schema, row, "c" + c), message);
    }
  }

  private static String randomPointer(Random random) {
    StringBuilder pointer = new StringBuilder("/" + "abc".charAt(random.nextInt(3)));
    for (int n = random.nextInt(3); n > 0; n--) {
      pointer.append('/').append("abc*01".charAt(random.nextInt(6)));
    }
    return pointer.toString();
  }

  @Test
  void aRecordIsOneObject() {
    TableSchema schema = fields("x: { type: long }");
    for (String text : List.of("1", "\"x\"", "null", "[{\"x\":1}]")) {
      assertEquals(Code.NOT_AN_OBJECT, reject(schema, utf8(text)).code(), text);
    }
    for (String text : List.of("", "{", "{\"x\":1}}", "{\"y\":falseUNPARSABLE}", "{\"x\":1} {}")) {
      assertEquals(Code.MALFORMED_JSON, reject(schema, utf8(text)).code(), text);
    }
    assertEquals(Code.DUPLICATE_KEY, reject(schema, utf8("{\"x\":1,\"y\":0,\"x\":1}")).code());
    assertEquals(Code.DUPLICATE_KEY, reject(schema, utf8("{\"y\":1,\"x\":0,\"y\":1}")).code());
    assertEquals(
        Code.INVALID_UTF8,
        reject(schema, new byte[] {'{', '"', (byte) 0xC3, '"', ':', '1', '}'}).code());
    byte[] large = new byte[DecodeLimits.MAX_RECORD_BYTES + 1];
    Arrays.fill(large, (byte) ' ');
    assertEquals(Code.TOO_LARGE, reject(schema, large).code());
  }

  @Test
  void aRejectionLeavesNothingForTheNextRecord() {
    TableSchema schema = fields("x: { type: \"long[]\" }", "y: { type: long }");
    JsonDecoder decoder = new JsonDecoder(schema, CLOCK);
    Row row = new Row(2);
    byte[] bad = utf8("{\"x\":[1,2],\"z\":1,\"y\":\"?\"}");
    assertNotNull(decoder.decode(bad, 0, bad.length, row));
    byte[] good = utf8("{\"z\":1}");
    assertNull(decoder.decode(good, 0, good.length, row));
    assertTrue(row.isNull(0) && row.isNull(1));
  }

  @Test
  void eventTimesHaveBounds() {
    String config =
        """
        collection: test
        time: ts
        fields:
          ts: { type: timestamp }
        """;
    TableSchema schema = schema(config);
    assertNotNull(decode(schema, "{\"ts\":\"2026-11-22T11:59:59Z\"}"));
    assertNotNull(decode(schema, "{\"ts\":\"0001-01-01T00:00:00Z\"}"));
    assertNotNull(decode(schema, "{}"));
    for (String late : List.of("2026-11-22T12:00:00.001Z", "0000-12-31T23:59:59Z", "9999-01-01")) {
      Rejection rejection = reject(schema, utf8("{\"ts\":\"%s\"}".formatted(late)));
      assertEquals(Code.TIME_OUT_OF_BOUNDS, rejection.code(), late);
      assertEquals("ts", rejection.field());
    }
    TableSchema recent = schema(config + "timeBounds: { past: P7D, future: PT1H }\n");
    assertNotNull(decode(recent, "{\"ts\":\"2026-11-14T12:00:00Z\"}"));
    assertEquals(
        "found the event time 2026-11-14T11:59:59Z, expected one from 2026-11-14T12:00:00Z to"
            + " 2026-11-21T13:00:00Z",
        reject(recent, utf8("{\"ts\":\"2026-11-14T11:59:59Z\"}")).message());
    TableSchema days = schema(config.replace("type: timestamp", "type: date"));
    assertNotNull(decode(days, "{\"ts\":\"2026-11-22\"}"));
    assertEquals(Code.TIME_OUT_OF_BOUNDS, reject(days, utf8("{\"ts\":\"2026-11-23\"}")).code());
    TableSchema nanos = schema(config.replace("type: timestamp", "type: timestamp(ns)"));
    assertNotNull(decode(nanos, "{\"ts\":\"1700-01-01T00:00:00Z\"}"));
  }

  @Test
  void derivedFieldsAreFilled() {
    TableSchema schema =
        fields("tags: { type: \"string[]\" }", "n: { type: long, derive: \"length(tags)\" }");
    assertEquals(2L, value(schema, decode(schema, "{\"tags\":[\"a\",\"b\"]}"), "n"));
    assertEquals(
        1L,
        value(schema, decode(schema, "{\"tags\":[\"a\"],\"n\":99}"), "n"),
        "what is derived is not read");
  }

  @Test
  void noBytesMakeItThrow() {
    TableSchema schema =
        fields(
            "a: { type: string }",
            "b: { type: \"decimal(30,5)\" }",
            "c: { type: \"timestamp[]\" }",
            "d: { type: json }",
            "e: { type: double }",
            "f: { type: \"ip[]\" }");
    JsonDecoder decoder = new JsonDecoder(schema, CLOCK);
    Row row = new Row(6);
    Random random = new Random(SEED);
    byte[] valid =
        utf8(
            "{\"a\":\"\\u00e4\u00e4\",\"b\":-1.5e3,\"c\":[\"2026-01-01\",null],\"d\":{\"x\":[]},"
                + "\"e\":1e-7,\"f\":\"::1\",\"g\":{\"h\":[true,false]}}");
    for (int i = 0; i < 100_000 * SCALE; i++) {
      byte[] data = valid.clone();
      for (int n = random.nextInt(4); n >= 0; n--) {
        data[random.nextInt(data.length)] = (byte) random.nextInt();
      }
      int to = random.nextInt(4) == 0 ? random.nextInt(data.length) : data.length;
      decoder.decode(data, 0, to, row);
    }
  }

  private record Result(@Nullable Object value, @Nullable Rejection rejection) {}

  private static void assertTaken(String type, String json, @Nullable Object expected) {
    Result result = decode(type, json);
    assertNull(result.rejection, () -> type + " " + json + ": " + result.rejection);
    assertEquals(expected, result.value, type + " " + json);
  }

  private static void assertRejected(
      String type, String json, Code code, @Nullable String message) {
    Rejection rejection = decode(type, json).rejection;
    assertNotNull(rejection, type + " " + json);
    assertEquals(code, rejection.code(), rejection.message());
    if (code != Code.INVALID_UTF8) {
      assertEquals("x", rejection.field());
    }
    if (message != null) {
      assertEquals(message, rejection.message());
    }
  }

  private static Result decode(String type, String json) {
    TableSchema schema = fields("x: { type: \"%s\" }".formatted(type));
    Row row = new Row(1);
    byte[] data = utf8("{\"x\":" + json + "}");
    Rejection rejection = new JsonDecoder(schema, CLOCK).decode(data, 0, data.length, row);
    return new Result(rejection == null ? value(schema, row, "x") : null, rejection);
  }

  private static Row decode(TableSchema schema, String text) {
    Row row = new Row(schema.columns().size());
    byte[] data = utf8(text);
    assertNull(new JsonDecoder(schema, CLOCK).decode(data, 0, data.length, row));
    return row;
  }

  private static Rejection reject(TableSchema schema, byte[] data) {
    Rejection rejection =
        new JsonDecoder(schema, CLOCK)
            .decode(data, 0, data.length, new Row(schema.columns().size()));
    assertNotNull(rejection);
    return rejection;
  }
}
