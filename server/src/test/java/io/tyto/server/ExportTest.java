package io.tyto.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import io.tyto.model.port.AdminService.ConfigFile;
import io.tyto.server.settings.Setting;
import io.tyto.server.settings.Settings;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import org.apache.arrow.c.ArrowArrayStream;
import org.apache.arrow.c.Data;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.dictionary.DictionaryEncoder;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// Results in bulk hold what GraphQL answers, in every format, of every type of column.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ExportTest {
  private static final long SEED = Long.getLong("test.seed", 20261122L);
  private static final int ROWS = 700;
  private static final String CONFIG =
      """
      collection: thing
      time: ts
      eventId: id
      fields:
        ts:      { type: timestamp }
        id:      { type: string, role: id }
        word:    { type: string }
        prose:   { type: string }
        flag:    { type: bool }
        small:   { type: int }
        big:     { type: long }
        real:    { type: double }
        money:   { type: "decimal(12,2)" }
        wide:    { type: "decimal(38,10)" }
        at:      { type: "timestamp(ms)" }
        fine:    { type: "timestamp(ns)" }
        day:     { type: date }
        uid:     { type: uuid }
        addr:    { type: ip }
        doc:     { type: json }
        tags:    { type: "string[]" }
        numbers: { type: "long[]" }
        prices:  { type: "decimal(9,3)[]" }
        days:    { type: "date[]" }
      """;
  private static final List<String> FIELDS =
      List.of(
          "_id",
          "ts",
          "id",
          "word",
          "prose",
          "flag",
          "small",
          "big",
          "real",
          "money",
          "wide",
          "at",
          "fine",
          "day",
          "uid",
          "addr",
          "doc",
          "tags",
          "numbers",
          "prices",
          "days",
          "_received");
  private static final String RECORDS =
      "{\"range\":{\"preset\":\"ALL_TIME\"},\"orderBy\":[{\"ts\":\"ASC\"}],\"columns\":%s}"
          .formatted(new JsonArray(FIELDS));
  private static final String GROUPS =
      """
      {"input": {"range": {"between": {"from": "2026-03-01T00:00:00Z", "to": "2026-04-01T00:00:00Z"}},
        "timezone": "Europe/Paris",
        "groupBy": [{"time": {"column": "TS", "granularity": "DAY"}}, {"dimension": "WORD"}, {"dimension": "FLAG"},
          {"dimension": "DAY"}, {"bin": {"column": "REAL", "width": 0.5}}],
        "orderBy": [{"key": {"ts": "ASC"}}, {"key": {"word": "ASC"}}, {"key": {"flag": "ASC"}}, {"key": {"day": "ASC"}}]},
       "measures": [{"count": true}, {"big": {"fn": "MAX"}}, {"real": {"fn": "AVG"}}, {"money": {"fn": "SUM_EXACT"}},
         {"wide": {"fn": "MIN"}}, {"at": {"fn": "MAX"}}, {"prose": {"fn": "FIRST"}},
         {"real": {"fn": "QUANTILE", "q": 0.5, "name": "median"}}, {"addr": {"fn": "COUNT_DISTINCT"}}]}
      """;

  private final HttpClient http = HttpClient.newHttpClient();
  private final Random random = new Random(SEED);

  private Path folder;
  private TytoServer server;

  @BeforeAll
  void start(@TempDir Path temporary) throws Exception {
    folder = temporary;
    Settings settings =
        Settings.resolve(
            null,
            Map.of(),
            Map.of(
                Setting.DATA, folder.resolve("data").toString(),
                Setting.LISTEN, "127.0.0.1:0",
                Setting.ACCESS, "open"));
    server =
        TytoServer.start(
            settings, List.of(new ConfigFile("thing.yaml", CONFIG)), Clock.systemUTC());
    send(0, ROWS / 2);
    server.node().flush();
    send(ROWS / 2, ROWS);
  }

  @AfterAll
  void stop() {
    server.close();
  }

  private void send(int from, int to) throws Exception {
    StringBuilder events = new StringBuilder();
    for (int i = from; i < to; i++) {
      events.append(event(i).encode()).append('\n');
    }
    HttpResponse<byte[]> reply = post("events", "application/json", events.toString());
    assertEquals(
        to - from,
        new JsonObject(new String(reply.body(), StandardCharsets.UTF_8)).getInteger("accepted"),
        new String(reply.body(), StandardCharsets.UTF_8));
  }

  /// A fifth of all values is not there.
  private JsonObject event(int i) {
    JsonObject event =
        new JsonObject()
            .put("ts", Instant.parse("2026-03-02T00:00:00Z").plusMillis(i * 3_333_333L).toString())
            .put("id", "e" + i);
    maybe(event, "word", List.of("red", "green", "blue", "", "Größe").get(random.nextInt(5)));
    maybe(event, "prose", prose());
    maybe(event, "flag", random.nextBoolean());
    maybe(event, "small", random.nextInt());
    maybe(event, "big", random.nextBoolean() ? random.nextLong() : random.nextInt(1000));
    maybe(event, "real", random.nextInt(4_000) / 1_000.0 - 2);
    maybe(event, "money", BigDecimal.valueOf(random.nextInt(2_000_000) - 1_000_000, 2).toString());
    maybe(event, "wide", new BigDecimal(new BigInteger(120, random), 10).negate().toString());
    maybe(event, "at", Instant.ofEpochMilli(random.nextInt() * 1000L + 17).toString());
    maybe(event, "fine", Instant.ofEpochSecond(random.nextInt(), 123_456_789).toString());
    maybe(event, "day", LocalDate.of(2026, 1, 1).plusDays(random.nextInt(5)).toString());
    maybe(event, "uid", new UUID(random.nextLong(), random.nextLong()).toString());
    maybe(event, "addr", random.nextBoolean() ? "10.1.2." + random.nextInt(4) : "2001:db8::" + i);
    maybe(event, "doc", new JsonObject().put("a", i).put("b", new JsonArray().add("ü").add(null)));
    maybe(event, "tags", list(() -> random.nextBoolean() ? prose() : null));
    maybe(event, "numbers", list(random::nextLong));
    maybe(event, "prices", list(() -> BigDecimal.valueOf(random.nextInt(999_999), 3).toString()));
    maybe(event, "days", list(() -> "2026-05-0" + (1 + random.nextInt(9))));
    return event;
  }

  private String prose() {
    List<String> texts =
        List.of(
            "=1+1",
            "+x",
            "-5",
            "@a",
            "a,b",
            "say \"yes\"",
            "two\nlines",
            "😀 and é",
            " ",
            "\tt",
            "'",
            "");
    return texts.get(random.nextInt(texts.size()));
  }

  private interface Source {
    @Nullable Object next();
  }

  private JsonArray list(Source source) {
    JsonArray list = new JsonArray();
    for (int n = random.nextInt(4); n > 0; n--) {
      list.add(source.next());
    }
    return list;
  }

  private void maybe(JsonObject event, String name, Object value) {
    if (random.nextInt(5) > 0) {
      event.put(name, value);
    }
  }

  private HttpResponse<byte[]> post(String path, String accept, String body, String... headers)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(server.address() + "/v1/collections/thing/" + path))
            .timeout(Duration.ofSeconds(60))
            .header("Content-Type", "application/json")
            .header("Accept", accept)
            .POST(BodyPublishers.ofString(body));
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return http.send(request.build(), BodyHandlers.ofByteArray());
  }

  private byte[] export(String path, String accept, String body) throws Exception {
    HttpResponse<byte[]> reply = post(path, accept, body);
    assertEquals(200, reply.statusCode(), new String(reply.body(), StandardCharsets.UTF_8));
    return reply.body();
  }

  private JsonObject graphQl(String query, JsonObject variables) throws Exception {
    JsonObject body = new JsonObject().put("query", query).put("variables", variables);
    HttpResponse<String> reply =
        http.send(
            HttpRequest.newBuilder(URI.create(server.address() + "/graphql"))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body.encode()))
                .build(),
            BodyHandlers.ofString());
    JsonObject answer = new JsonObject(reply.body());
    assertEquals(null, answer.getJsonArray("errors"), reply.body());
    return answer.getJsonObject("data").getJsonObject("thing");
  }

  /// Rows as GraphQL answers them.
  private List<JsonObject> nodes() throws Exception {
    JsonArray nodes =
        graphQl(
                "{ thing { records(range: {preset: ALL_TIME}, orderBy: [{ts: ASC}], first: 10000)"
                    + " { nodes { %s } } } }".formatted(String.join(" ", FIELDS)),
                new JsonObject())
            .getJsonObject("records")
            .getJsonArray("nodes");
    assertEquals(ROWS, nodes.size());
    return nodes.stream().map(JsonObject.class::cast).toList();
  }

  /// The table as GraphQL answers it, row by row.
  private List<JsonObject> groups() throws Exception {
    JsonObject table =
        graphQl(
                "query($input: ThingAggregateInput!, $measures: [ThingMeasure!]!) { thing {"
                    + " table(input: $input, measures: $measures) { rowCount columns { name role"
                    + " type nullable dictionary values } } } }",
                new JsonObject(GROUPS))
            .getJsonObject("table");
    return rows(table);
  }

  private static List<JsonObject> rows(JsonObject table) {
    List<JsonObject> rows = new ArrayList<>();
    for (int row = 0; row < table.getInteger("rowCount"); row++) {
      JsonObject cells = new JsonObject();
      for (Object each : table.getJsonArray("columns")) {
        JsonObject column = (JsonObject) each;
        Object value = column.getJsonArray("values").getValue(row);
        JsonArray dictionary = column.getJsonArray("dictionary");
        boolean isCode = dictionary != null && value != null;
        cells.put(column.getString("name"), isCode ? dictionary.getValue((Integer) value) : value);
      }
      rows.add(cells);
    }
    assertTrue(rows.size() > 100, "only " + rows.size() + " rows");
    return rows;
  }

  private static void assertRows(List<JsonObject> expected, List<JsonObject> actual) {
    assertEquals(expected.size(), actual.size());
    for (int i = 0; i < expected.size(); i++) {
      assertEquals(expected.get(i), actual.get(i), "row " + i + ", -Dtest.seed=" + SEED);
    }
  }

  @Test
  void linesOfJson() throws Exception {
    assertRows(nodes(), lines(export("records", "application/x-ndjson", RECORDS)));
    assertRows(groups(), lines(export("aggregate", "application/x-ndjson", GROUPS)));
    assertRows(groups(), lines(export("table", "application/x-ndjson", GROUPS)));
  }

  private static List<JsonObject> lines(byte[] body) {
    List<JsonObject> lines =
        new ArrayList<>(
            new String(body, StandardCharsets.UTF_8).lines().map(JsonObject::new).toList());
    JsonObject meta = lines.removeLast().getJsonObject("_meta");
    assertEquals(true, meta.getBoolean("complete"));
    assertEquals(lines.size(), meta.getInteger("rows"));
    assertEquals(false, meta.getBoolean("truncated"));
    return lines;
  }

  @Test
  void json() throws Exception {
    JsonObject records = new JsonObject(text(export("records", "application/json", RECORDS)));
    assertRows(nodes(), records.getJsonArray("rows").stream().map(JsonObject.class::cast).toList());
    assertEquals(true, records.getJsonObject("meta").getBoolean("complete"));
    JsonObject groups = new JsonObject(text(export("aggregate", "*/*", GROUPS)));
    assertRows(groups(), groups.getJsonArray("rows").stream().map(JsonObject.class::cast).toList());
    assertRows(groups(), rows(new JsonObject(text(export("table", "application/json", GROUPS)))));
  }

  private static String text(byte[] body) {
    return new String(body, StandardCharsets.UTF_8);
  }

  @Test
  void csv() throws Exception {
    assertCsv(nodes(), export("records", "text/csv", RECORDS), true);
    assertCsv(nodes(), export("records?formulas=keep", "text/csv", RECORDS), false);
    assertCsv(groups(), export("table", "text/csv", GROUPS), true);
  }

  private static void assertCsv(List<JsonObject> expected, byte[] body, boolean isEscaped) {
    List<NamedCsvRecord> records =
        CsvReader.builder().ofNamedCsvRecord(text(body)).stream().toList();
    assertEquals(expected.size(), records.size());
    for (int i = 0; i < expected.size(); i++) {
      for (Map.Entry<String, Object> cell : expected.get(i)) {
        String found = records.get(i).getField(cell.getKey());
        Object value = cell.getValue();
        switch (value) {
          case null -> assertEquals("", found);
          case JsonArray list -> assertEquals(list, new JsonArray(found));
          case JsonObject object -> assertEquals(object, new JsonObject(found));
          default -> {
            String shown = value.toString();
            boolean isText = List.of("word", "prose", "prose_first").contains(cell.getKey());
            boolean isFormula = isText && isEscaped && shown.matches("(?s)[=+\\-@\\t\\r].*");
            assertEquals(isFormula ? "'" + shown : shown, found, cell.getKey());
          }
        }
      }
    }
  }

  @Test
  void arrow() throws Exception {
    assertRows(nodes(), arrow(export("records", "application/vnd.apache.arrow.stream", RECORDS)));
    assertRows(groups(), arrow(export("aggregate", "application/vnd.apache.arrow.stream", GROUPS)));
  }

  /// Read by Arrow's own library, and turned into what JSON has.
  private static List<JsonObject> arrow(byte[] body) throws Exception {
    List<JsonObject> rows = new ArrayList<>();
    try (BufferAllocator allocator = new RootAllocator();
        ArrowStreamReader reader =
            new ArrowStreamReader(new ByteArrayInputStream(body), allocator)) {
      var root = reader.getVectorSchemaRoot();
      while (reader.loadNextBatch()) {
        List<Map<String, Object>> batch = new ArrayList<>();
        for (int row = 0; row < root.getRowCount(); row++) {
          batch.add(new LinkedHashMap<>());
        }
        for (FieldVector vector : root.getFieldVectors()) {
          Field field = vector.getField();
          var dictionary = field.getDictionary();
          if (dictionary == null) {
            values(vector, vector.getField(), batch);
          } else {
            try (var texts = DictionaryEncoder.decode(vector, reader.lookup(dictionary.getId()))) {
              values((FieldVector) texts, vector.getField(), batch);
            }
          }
        }
        batch.forEach(row -> rows.add(new JsonObject(row)));
      }
    }
    return rows;
  }

  private static void values(FieldVector vector, Field field, List<Map<String, Object>> batch) {
    for (int row = 0; row < batch.size(); row++) {
      Object value = vector.isNull(row) ? null : json(vector.getObject(row), vector.getField());
      if ("json".equals(field.getMetadata().get("tyto:type")) && value != null) {
        assertEquals("arrow.json", field.getMetadata().get("ARROW:extension:name"));
        value = new JsonObject((String) value);
      }
      batch.get(row).put(field.getName(), value);
    }
  }

  private static @Nullable Object json(@Nullable Object value, Field field) {
    return switch (value) {
      case null -> null;
      case List<?> list -> {
        JsonArray array = new JsonArray();
        list.forEach(element -> array.add(json(element, field.getChildren().getFirst())));
        yield array;
      }
      case Long number when field.getType() instanceof ArrowType.Timestamp type ->
          time(number, type);
      case Long number ->
          Math.abs(number) < 1L << 53
              ? number == number.intValue() ? (Object) number.intValue() : number
              : Long.toString(number);
      case Integer days when field.getType() instanceof ArrowType.Date ->
          LocalDate.ofEpochDay(days).toString();
      case BigDecimal decimal -> decimal.toPlainString();
      case Boolean bool -> bool;
      case Double number -> number;
      default -> value.toString();
    };
  }

  private static String time(long number, ArrowType.Timestamp type) {
    Instant time =
        switch (type.getUnit()) {
          case MILLISECOND -> Instant.ofEpochMilli(number);
          case MICROSECOND -> Instant.EPOCH.plus(number, ChronoUnit.MICROS);
          case NANOSECOND -> Instant.EPOCH.plusNanos(number);
          case SECOND -> Instant.ofEpochSecond(number);
        };
    if (type.getTimezone().equals("UTC")) {
      return time.toString();
    }
    OffsetDateTime local = time.atZone(java.time.ZoneId.of(type.getTimezone())).toOffsetDateTime();
    return java.time.format.DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(local);
  }

  @Test
  void duckDbReadsArrow() throws Exception {
    byte[] body = export("records", "application/vnd.apache.arrow.stream", RECORDS);
    List<JsonObject> nodes = nodes();
    try (BufferAllocator allocator = new RootAllocator();
        ArrowStreamReader reader =
            new ArrowStreamReader(new ByteArrayInputStream(body), allocator);
        ArrowArrayStream stream = ArrowArrayStream.allocateNew(allocator);
        Connection connection = DriverManager.getConnection("jdbc:duckdb:")) {
      Data.exportArrayStream(allocator, reader, stream);
      connection.unwrap(DuckDBConnection.class).registerArrowStream("things", stream);
      try (ResultSet row =
          connection
              .createStatement()
              .executeQuery(
                  "select count(*), count(word), sum(money), sum(len(numbers)), max(\"at\") from things")) {
        assertTrue(row.next());
        assertEquals(ROWS, row.getInt(1));
        assertEquals(present(nodes, "word").size(), row.getInt(2));
        assertEquals(
            present(nodes, "money").stream()
                .map(value -> new BigDecimal((String) value))
                .reduce(BigDecimal.ZERO, BigDecimal::add),
            row.getBigDecimal(3));
        assertEquals(
            present(nodes, "numbers").stream().mapToInt(list -> ((JsonArray) list).size()).sum(),
            row.getInt(4));
        assertEquals(
            present(nodes, "at").stream()
                .map(value -> Instant.parse((String) value))
                .max(Instant::compareTo)
                .orElseThrow(),
            row.getObject(5, OffsetDateTime.class).toInstant());
      }
    }
  }

  /// Read by DuckDB, and turned into what JSON has.
  @Test
  void parquet() throws Exception {
    assertParquet(nodes(), export("records", "application/vnd.apache.parquet", RECORDS));
    assertParquet(groups(), export("aggregate", "application/vnd.apache.parquet", GROUPS));
  }

  private void assertParquet(List<JsonObject> expected, byte[] body) throws Exception {
    Path file = Files.createTempFile(folder, "rows", ".parquet");
    Files.write(file, body);
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        var statement = connection.createStatement()) {
      statement.execute("set timezone = 'UTC'");
      try (ResultSet row =
          statement.executeQuery("select * from read_parquet('%s')".formatted(file))) {
        int columns = row.getMetaData().getColumnCount();
        for (int i = 0; i < expected.size(); i++) {
          assertTrue(row.next(), "only " + i + " rows");
          for (int column = 1; column <= columns; column++) {
            String name = row.getMetaData().getColumnLabel(column);
            Object wanted = expected.get(i).getValue(name);
            assertEquals(
                comparable(wanted), comparable(row.getObject(column)), name + " of row " + i);
          }
        }
        assertEquals(columns, expected.getFirst().size());
        assertTrue(!row.next());
      }
      try (ResultSet told =
          statement.executeQuery(
              "select decode(value) from parquet_kv_metadata('%s') where decode(key) = 'tyto:meta'"
                  .formatted(file))) {
        assertTrue(told.next());
        assertEquals(expected.size(), new JsonObject(told.getString(1)).getInteger("rows"));
      }
    }
  }

  /// Text that is the same for a cell of JSON and for what DuckDB makes of it.
  private static @Nullable String comparable(@Nullable Object value) throws Exception {
    return switch (value) {
      case null -> null;
      case java.sql.Array array ->
          comparable(new JsonArray(java.util.Arrays.asList((Object[]) array.getArray())));
      case JsonArray list -> {
        StringBuilder text = new StringBuilder("[");
        for (Object element : list) {
          text.append(comparable(element)).append(", ");
        }
        yield text.append(']').toString();
      }
      case OffsetDateTime time -> time.toInstant().toString();
      case java.sql.Timestamp time -> time.toInstant().toString();
      case BigDecimal decimal -> decimal.toPlainString();
      case Number number -> new BigDecimal(number.toString()).stripTrailingZeros().toPlainString();
      default -> {
        String text = value.toString();
        if (text.matches("\\d{4}-\\d\\d-\\d\\d[ T].*")) {
          String time = text.replace(' ', 'T').replaceFirst("\\+00$", "Z");
          yield OffsetDateTime.parse(time).toInstant().toString();
        }
        yield text.startsWith("{") ? new JsonObject(text).encode() : text;
      }
    };
  }

  private static List<Object> present(List<JsonObject> rows, String name) {
    return rows.stream().map(row -> row.getValue(name)).filter(Objects::nonNull).toList();
  }

  @Test
  void resultsAreKeptToBeFetched() throws Exception {
    HttpResponse<byte[]> begun =
        post("records", "application/x-ndjson", RECORDS, "Prefer", "respond-async, wait=1");
    assertEquals(202, begun.statusCode());
    assertEquals("respond-async", begun.headers().firstValue("Preference-Applied").orElseThrow());
    String path = begun.headers().firstValue("Location").orElseThrow();
    JsonObject status = finished(path);
    assertEquals("DONE", status.getString("state"), status.encode());
    assertEquals(ROWS, status.getInteger("rows"));
    assertNotNull(status.getString("expires"));
    HttpResponse<byte[]> result = send("GET", status.getString("result"));
    assertEquals(200, result.statusCode());
    assertEquals(status.getInteger("bytes"), result.body().length);
    assertRows(nodes(), lines(result.body()));
    assertEquals(1, files().size());
    assertEquals(204, send("DELETE", path).statusCode());
    assertEquals(404, send("GET", path).statusCode());
    assertEquals(404, send("GET", status.getString("result")).statusCode());
    assertEquals(List.of(), files());
  }

  private List<Path> files() throws Exception {
    try (var files = Files.list(folder.resolve("data/exports"))) {
      return files.toList();
    }
  }

  private JsonObject finished(String path) throws Exception {
    while (true) {
      JsonObject status = new JsonObject(text(send("GET", path).body()));
      if (!List.of("WAITING", "RUNNING").contains(status.getString("state"))) {
        return status;
      }
      Thread.sleep(5);
    }
  }

  private HttpResponse<byte[]> send(String method, String path) throws Exception {
    return http.send(
        HttpRequest.newBuilder(URI.create(server.address() + path))
            .method(method, BodyPublishers.noBody())
            .build(),
        BodyHandlers.ofByteArray());
  }

  @Test
  void mistakesAreToldAsGraphQlTellsThem() throws Exception {
    assertRefused(400, "BAD_USER_INPUT", "records", "{\"range\":{\"last\":\"P1X\"}}", "Duration");
    assertRefused(400, "BAD_USER_INPUT", "records", "{}", "range");
    assertRefused(
        400, "BAD_USER_INPUT", "records", RECORDS.replace("range", "rang"), "range, where");
    assertRefused(
        400, "BAD_USER_INPUT", "records", RECORDS.replace("\"word\"", "\"nothing\""), "nothing");
    assertRefused(
        400,
        "BAD_USER_INPUT",
        "records",
        "{\"range\":{\"last\":\"P1D\",\"preset\":\"ALL_TIME\"}}",
        "TimeRange");
    assertRefused(
        400, "BAD_USER_INPUT", "table", GROUPS.replace("\"WORD\"", "\"NOTHING\""), "NOTHING");
    assertRefused(
        400,
        "ORDER_KEY_NOT_GROUPED",
        "table",
        GROUPS.replace("{\"dimension\": \"WORD\"},", ""),
        "word");
    assertRefused(400, "BAD_JSON", "table", "[1]", "object");
    assertEquals(404, post("../nothing/records", "*/*", RECORDS).statusCode());
    HttpResponse<byte[]> other = post("records", "image/png, text/html;q=0.5", RECORDS);
    assertEquals(406, other.statusCode());
    assertTrue(text(other.body()).contains("text/csv"), text(other.body()));
  }

  private void assertRefused(int status, String code, String path, String body, String says)
      throws Exception {
    HttpResponse<byte[]> reply = post(path, "text/csv", body);
    assertEquals(status, reply.statusCode(), text(reply.body()));
    JsonObject error = new JsonObject(text(reply.body())).getJsonArray("errors").getJsonObject(0);
    assertEquals(code, error.getJsonObject("extensions").getString("code"));
    assertTrue(error.getString("message").contains(says), error.getString("message"));
  }
}
