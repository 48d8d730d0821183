package io.tyto.ingest.feed;

import static io.tyto.ingest.feed.FeedFixture.CONTEXT;
import static io.tyto.ingest.feed.FeedFixture.event;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.engine.row.Row;
import io.tyto.ingest.config.Attachments;
import io.tyto.ingest.decode.Rejection;
import io.tyto.ingest.log.RawEvent;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.AdminService.ConfigFile;
import io.tyto.model.schema.TableSchema;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.apache.avro.Schema;
import org.apache.avro.SchemaParser;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.junit.jupiter.api.Test;

/// What Avro's own encoder writes is what the columns hold.
class AvroEventsTest {
  static final String EVERYTHING =
      """
      {"type": "record", "name": "Everything", "namespace": "game", "fields": [
        {"name": "small", "type": "int"},
        {"name": "large", "type": ["null", "long"]},
        {"name": "real", "type": "double"},
        {"name": "single", "type": "float"},
        {"name": "flag", "type": "boolean"},
        {"name": "text", "type": ["null", "string", "int"]},
        {"name": "kind", "type": {"type": "enum", "name": "Kind", "symbols": ["A", "B"]}},
        {"name": "money", "type": {"type": "bytes", "logicalType": "decimal", "precision": 30, "scale": 4}},
        {"name": "cents", "type": {"type": "fixed", "name": "Cents", "size": 8, "logicalType": "decimal", "precision": 18, "scale": 2}},
        {"name": "ms", "type": {"type": "long", "logicalType": "timestamp-millis"}},
        {"name": "us", "type": {"type": "long", "logicalType": "timestamp-micros"}},
        {"name": "ns", "type": {"type": "long", "logicalType": "timestamp-nanos"}},
        {"name": "day", "type": {"type": "int", "logicalType": "date"}},
        {"name": "id", "type": {"type": "string", "logicalType": "uuid"}},
        {"name": "raw_id", "type": {"type": "fixed", "name": "Id", "size": 16, "logicalType": "uuid"}},
        {"name": "blob", "type": "bytes"},
        {"name": "address", "type": "bytes"},
        {"name": "tags", "type": {"type": "array", "items": ["null", "string"]}},
        {"name": "attributes", "type": {"type": "map", "values": "long"}},
        {"name": "items", "type": {"type": "array", "items": {"type": "record", "name": "Item", "fields": [
          {"name": "name", "type": "string"}, {"name": "price", "type": ["null", "double"], "default": null}]}}},
        {"name": "next", "type": ["null", "Everything"], "default": null}
      ]}
      """;

  static final String CONFIG =
      """
      collection: everything
      fields:
        small: int
        large: long
        real: double
        single: double
        flag: bool
        text: string
        kind: string
        money: "decimal(30,4)"
        cents: "decimal(18,2)"
        ms: timestamp(ms)
        us: timestamp
        ns: timestamp(ns)
        day: date
        id: uuid
        raw_id: uuid
        blob: string
        address: ip
        tags: "string[]"
        gold: long
        names: "string[]"
        second: double
        attributes: json
        whole: json
      source:
        kafka: { topic: t, format: avro, schema: everything.avsc }
        map: { gold: /attributes/gold, names: "/items/*/name", second: /items/1/price, whole: /items }
      """;

  private static final Schema SCHEMA = SchemaParser.parseSingle(EVERYTHING);

  private static TableSchema schema(int group, int id, String config, String file) {
    ConfigFile attached =
        Attachments.attach(
            new ConfigFile("a.yaml", config), _ -> file.getBytes(StandardCharsets.UTF_8));
    return FeedFixture.schema(group, id, attached.text());
  }

  private static EventDecoders reader(int group, TableSchema... schemas) {
    return new EventDecoders(List.of(schemas), group, CONTEXT, FeedFixture.DECODERS);
  }

  private static Map<String, Object> values(TableSchema schema, EventDecoders reader, byte[] data) {
    Row row = new Row(schema.columns().size());
    RawEvent event = event(0, data);
    assertEquals(schema, reader.route(event));
    assertNull(reader.decode(event, row));
    return FeedFixture.values(schema, row);
  }

  private static Rejection refused(EventDecoders reader, byte[] data) {
    RawEvent event = event(0, data);
    TableSchema schema = Objects.requireNonNull(reader.route(event));
    return Objects.requireNonNull(reader.decode(event, new Row(schema.columns().size())));
  }

  static byte[] encoded(GenericData.Record record) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
    try {
      new GenericDatumWriter<GenericData.Record>(record.getSchema()).write(record, encoder);
      encoder.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  static GenericData.Record everything() {
    Schema item = SCHEMA.getField("items").schema().getElementType();
    GenericData.Record sword = new GenericData.Record(item);
    sword.put("name", "sword \"x\"\n");
    GenericData.Record owl = new GenericData.Record(item);
    owl.put("name", "owl");
    owl.put("price", 0.25);
    GenericData.Record record = new GenericData.Record(SCHEMA);
    record.put("small", -7);
    record.put("large", Long.MIN_VALUE);
    record.put("real", 1e300);
    record.put("single", 0.1f);
    record.put("flag", true);
    record.put("text", "caf\u00e9");
    record.put("kind", new GenericData.EnumSymbol(SCHEMA.getField("kind").schema(), "B"));
    record.put(
        "money",
        ByteBuffer.wrap(
            new BigDecimal("-12345678901234567890123456.7891").unscaledValue().toByteArray()));
    record.put(
        "cents",
        new GenericData.Fixed(
            SCHEMA.getField("cents").schema(), ByteBuffer.allocate(8).putLong(-499).array()));
    record.put("ms", -1L);
    record.put("us", 1_767_225_602_882_001L);
    record.put("ns", -1L);
    record.put("day", -1);
    record.put("id", "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0");
    record.put(
        "raw_id",
        new GenericData.Fixed(
            SCHEMA.getField("raw_id").schema(),
            ByteBuffer.allocate(16).putLong(1).putLong(2).array()));
    record.put("blob", ByteBuffer.wrap(new byte[] {0, (byte) 255}));
    record.put("address", ByteBuffer.wrap(new byte[] {10, 0, 0, 1}));
    record.put("tags", Arrays.asList("a", null, ""));
    record.put("attributes", Map.of("gold", 5L));
    record.put("items", List.of(sword, owl));
    return record;
  }

  @Test
  void everyTypeIsExact() throws IOException {
    TableSchema schema = schema(1, 1, CONFIG, EVERYTHING);
    EventDecoders reader = reader(1, schema);
    Map<String, Object> values = values(schema, reader, encoded(everything()));
    assertEquals(-7L, values.get("small"));
    assertEquals(Long.MIN_VALUE, values.get("large"));
    assertEquals(1e300, values.get("real"));
    assertEquals(0.1, values.get("single"));
    assertEquals(true, values.get("flag"));
    assertEquals("caf\u00e9", values.get("text"));
    assertEquals("B", values.get("kind"));
    assertEquals(new BigDecimal("-12345678901234567890123456.7891"), values.get("money"));
    assertEquals(new BigDecimal("-4.99"), values.get("cents"));
    assertEquals(Instant.parse("1969-12-31T23:59:59.999Z"), values.get("ms"));
    assertEquals(Instant.parse("2026-01-01T00:00:02.882001Z"), values.get("us"));
    assertEquals(Instant.parse("1969-12-31T23:59:59.999999999Z"), values.get("ns"));
    assertEquals(LocalDate.parse("1969-12-31"), values.get("day"));
    assertEquals(UUID.fromString("0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"), values.get("id"));
    assertEquals(new UUID(1, 2), values.get("raw_id"));
    assertEquals("AP8=", values.get("blob"));
    assertEquals(InetAddress.getByName("10.0.0.1"), values.get("address"));
    assertEquals(Arrays.asList("a", null, ""), values.get("tags"));
    assertEquals(5L, values.get("gold"));
    assertEquals(List.of("sword \"x\"\n", "owl"), values.get("names"));
    assertEquals(0.25, values.get("second"));
    assertEquals("{\"gold\":5}", values.get("attributes"));
    assertEquals(
        "[{\"name\":\"sword \\\"x\\\"\\u000a\",\"price\":null},{\"name\":\"owl\",\"price\":0.25}]",
        values.get("whole"));
  }

  @Test
  void nullsAreNulls() {
    TableSchema schema = schema(1, 1, CONFIG, EVERYTHING);
    GenericData.Record record = everything();
    record.put("large", null);
    record.put("text", null);
    record.put("items", List.of());
    Map<String, Object> values = values(schema, reader(1, schema), encoded(record));
    assertNull(values.get("large"));
    assertNull(values.get("text"));
    assertNull(values.get("second"));
    assertEquals(List.of(), values.get("names"));
  }

  @Test
  void whatIsNoEventOfTheSchemaIsRefused() {
    TableSchema schema = schema(1, 1, CONFIG, EVERYTHING);
    EventDecoders reader = reader(1, schema);
    byte[] data = encoded(everything());
    assertEquals(Rejection.Code.UNDECODABLE, refused(reader, new byte[0]).code());
    assertEquals(
        Rejection.Code.UNDECODABLE, refused(reader, Arrays.copyOf(data, data.length - 1)).code());
    assertEquals(
        Rejection.Code.UNDECODABLE, refused(reader, Arrays.copyOf(data, data.length + 1)).code());
    GenericData.Record wide = everything();
    wide.put(
        "money", ByteBuffer.wrap(new byte[] {1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}));
    assertEquals(Rejection.Code.OUT_OF_RANGE, refused(reader, encoded(wide)).code());
    wide.put("money", ByteBuffer.wrap(new byte[0]));
    assertEquals(Rejection.Code.UNDECODABLE, refused(reader, encoded(wide)).code());
    wide.put("money", ByteBuffer.wrap(new byte[1 << 20]));
    values(schema, reader, encoded(wide)); // zero, however long
    wide = everything();
    wide.put("real", Double.NaN);
    assertEquals(Rejection.Code.OUT_OF_RANGE, refused(reader, encoded(wide)).code());
    GenericData.Record nested = everything();
    for (int i = 0; i < 40; i++) {
      GenericData.Record outer = everything();
      outer.put("next", nested);
      nested = outer;
    }
    assertEquals(Rejection.Code.TOO_DEEP, refused(reader, encoded(nested)).code());
  }

  @Test
  void aSchemaThatIsNoneIsRefusedWithTheConfig() {
    TytoException e =
        assertThrows(
            TytoException.class, () -> reader(1, schema(1, 1, CONFIG, "{\"type\": \"recrd\"}")));
    assertEquals(ErrorCode.CONFIG_INVALID, e.code());
    assertTrue(e.getMessage().contains("everything.avsc is no Avro schema"), e.getMessage());
  }

  private static final String LOGIN =
      """
      {"type": "record", "name": "game.Login", "fields": [
        {"name": "user", "type": "string"}, {"name": "n", "type": "int"}]}
      """;
  private static final String LATER =
      """
      {"type": "record", "name": "game.Login", "fields": [
        {"name": "n", "type": "long"}, {"name": "user", "type": ["null", "string"]}, {"name": "extra", "type": "string"}]}
      """;
  private static final String OTHER =
      """
      {"type": "record", "name": "game.Logout", "fields": [{"name": "user", "type": "string"}]}
      """;

  private static GenericData.Record record(String schema, Object... fields) {
    GenericData.Record record = new GenericData.Record(SchemaParser.parseSingle(schema));
    for (int i = 0; i < fields.length; i++) {
      record.put(i, fields[i]);
    }
    return record;
  }

  private static TableSchema registered(int id, String name, String url, String envelope) {
    return FeedFixture.schema(
        1,
        id,
        """
        collection: %s
        entity: { name: user, key: user }
        fields: { user: string, n: long }
        source: { kafka: { topic: t, format: avro, registry: "%s"%s } }
        """
            .formatted(name, url, envelope));
  }

  @Test
  void aWriterSchemaIsFetchedOnceAndMappedByNames() throws IOException {
    try (TestRegistry registry = new TestRegistry()) {
      registry.register(1, LOGIN, "");
      registry.register(70_000, LATER, "");
      registry.failures.set(2);
      TableSchema schema = registered(1, "login", registry.url(), "");
      EventDecoders reader = reader(1, schema);
      for (int i = 0; i < 3; i++) {
        assertEquals(
            Map.of("user", "u", "n", 5L),
            values(schema, reader, TestRegistry.framed(1, encoded(record(LOGIN, "u", 5)))));
        assertEquals(
            Map.of("user", "u", "n", 6L),
            values(
                schema, reader, TestRegistry.framed(70_000, encoded(record(LATER, 6L, "u", "x")))));
      }
      assertEquals(4, registry.requests.get());
    }
  }

  @Test
  void anUnknownIdIsRefusedAndNotAskedForAgainAtOnce() throws IOException {
    try (TestRegistry registry = new TestRegistry()) {
      EventDecoders reader = reader(1, registered(1, "login", registry.url(), ""));
      Rejection rejection = refused(reader, TestRegistry.framed(9, new byte[3]));
      assertEquals(
          new Rejection(
              Rejection.Code.UNKNOWN_SCHEMA, null, "the schema registry knows no schema 9"),
          rejection);
      assertEquals(rejection, refused(reader, TestRegistry.framed(9, new byte[4])));
      assertEquals(1, registry.requests.get());
      assertEquals(Rejection.Code.UNDECODABLE, refused(reader, new byte[] {0, 1}).code());
      assertEquals(
          Rejection.Code.UNDECODABLE, refused(reader, new byte[] {1, 2, 3, 4, 5, 6}).code());
      registry.register(10, "{\"type\": \"nonsense\"}", "");
      assertEquals(
          Rejection.Code.UNKNOWN_SCHEMA,
          refused(reader, TestRegistry.framed(10, new byte[3])).code());
      registry.register(11, "syntax = \"proto3\";", ", \"schemaType\": \"PROTOBUF\"");
      assertEquals(
          Rejection.Code.UNKNOWN_SCHEMA,
          refused(reader, TestRegistry.framed(11, new byte[3])).code());
    }
  }

  @Test
  void aRegistryThatDoesNotAnswerIsAnOutageAndNoFaultOfTheEvent() throws IOException {
    try (TestRegistry registry = new TestRegistry()) {
      registry.register(1, LOGIN, "");
      registry.failures.set(1_000);
      TableSchema schema = registered(1, "login", registry.url(), "");
      EventDecoders reader = reader(1, schema);
      RawEvent event = event(0, TestRegistry.framed(1, encoded(record(LOGIN, "u", 5))));
      reader.route(event);
      TytoException e = assertThrows(TytoException.class, () -> reader.decode(event, new Row(2)));
      assertEquals(ErrorCode.LOG_UNAVAILABLE, e.code());
      assertTrue(e.getMessage().contains(registry.url()), e.getMessage());
      registry.failures.set(0);
      reader.route(event);
      assertNull(reader.decode(event, new Row(2)));
      // A page of whatever stands before the registry knows nothing of its schemas.
      registry.notFound = "<html>no such page</html>";
      RawEvent other = event(1, TestRegistry.framed(2, encoded(record(LOGIN, "u", 5))));
      reader.route(other);
      assertThrows(TytoException.class, () -> reader.decode(other, new Row(2)));
    }
  }

  @Test
  void referencesAreResolved() throws IOException {
    try (TestRegistry registry = new TestRegistry()) {
      registry.register(
          1,
          """
          {"type": "record", "name": "game.Event", "fields": [{"name": "in", "type": "game.Login"}]}
          """,
          ", \"references\": [{\"name\": \"game.Login\", \"subject\": \"a b/c\", \"version\": 2}]");
      registry.replies.put(
          "/subjects/a%20b%2Fc/versions/2", "{\"schema\": " + TestRegistry.quoted(LOGIN) + "}");
      TableSchema schema = registered(1, "login", registry.url(), ", envelope: { content: /in }");
      assertEquals(
          Map.of("user", "u", "n", 5L),
          values(
              schema, reader(1, schema), TestRegistry.framed(1, encoded(record(LOGIN, "u", 5)))));
    }
  }

  @Test
  void typesAreRoutedByTheNameOfTheirSchemaOrByAField() throws IOException {
    try (TestRegistry registry = new TestRegistry()) {
      registry.register(1, LOGIN, "");
      registry.register(2, OTHER, "");
      TableSchema login =
          registered(1, "login", registry.url(), ", envelope: { type: schema, is: game.Login }");
      TableSchema logout =
          registered(2, "logout", registry.url(), ", envelope: { type: schema, is: game.Logout }");
      EventDecoders reader = reader(1, login, logout);
      values(login, reader, TestRegistry.framed(1, encoded(record(LOGIN, "u", 5))));
      assertEquals(
          Map.of("user", "v"),
          values(logout, reader, TestRegistry.framed(2, encoded(record(OTHER, "v")))));
      registry.register(3, OTHER.replace("Logout", "Left"), "");
      byte[] left = TestRegistry.framed(3, encoded(record(OTHER, "v")));
      assertEquals(Rejection.Code.UNKNOWN_TYPE, refused(reader, left).code());
      assertEquals(
          Rejection.Code.UNKNOWN_SCHEMA,
          refused(reader, TestRegistry.framed(9, new byte[3])).code());
      TableSchema byField =
          registered(3, "five", registry.url(), ", envelope: { type: /n, is: \"5\" }");
      EventDecoders byFields = reader(1, byField);
      values(byField, byFields, TestRegistry.framed(1, encoded(record(LOGIN, "u", 5))));
      assertEquals(
          Rejection.Code.UNKNOWN_TYPE,
          refused(byFields, TestRegistry.framed(1, encoded(record(LOGIN, "u", 6)))).code());
    }
  }

  @Test
  void aSchemaFileBesideARegistryIsWhatEventsAreReadAs() throws IOException {
    try (TestRegistry registry = new TestRegistry()) {
      registry.register(1, LOGIN, "");
      TableSchema schema =
          schema(
              1,
              1,
              """
              collection: login
              fields: { who: string, n: long, zone: string }
              source: { kafka: { topic: t, format: avro, registry: "%s", schema: l.avsc } }
              """
                  .formatted(registry.url()),
              """
              {"type": "record", "name": "game.Login", "fields": [
                {"name": "who", "type": "string", "aliases": ["user"]},
                {"name": "n", "type": "long"},
                {"name": "zone", "type": "string", "default": "eu"}]}
              """);
      assertEquals(
          Map.of("who", "u", "n", 5L, "zone", "eu"),
          values(
              schema, reader(1, schema), TestRegistry.framed(1, encoded(record(LOGIN, "u", 5)))));
    }
  }
}
