package io.tyto.ingest.feed;

import static io.tyto.ingest.feed.FeedFixture.CONTEXT;
import static io.tyto.ingest.feed.FeedFixture.event;
import static io.tyto.ingest.feed.TestRegistry.framed;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.TextFormat;
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
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/// What protobuf's own encoder writes is what the columns hold.
class ProtobufEventsTest {
  static final String EVERYTHING =
      """
      syntax = "proto3";
      package game;
      import "google/protobuf/timestamp.proto";
      import "google/protobuf/duration.proto";
      import "google/protobuf/wrappers.proto";
      import "google/protobuf/struct.proto";
      enum Kind { NONE = 0; SWORD = 1; OWL = 2; }
      message Everything {
        message Item {
          string name = 1;
          optional double price = 2;
        }
        int32 small = 1;
        optional int64 large = 2;
        uint64 unsigned = 3;
        sint64 zigzag = 4;
        fixed64 fixed = 5;
        sfixed32 sfixed = 6;
        double real = 7;
        float single = 8;
        bool flag = 9;
        string text = 10;
        Kind kind = 11;
        string money = 12;
        google.protobuf.Timestamp at = 13;
        google.protobuf.Duration took = 14;
        bytes id = 15;
        bytes address = 16;
        repeated string tags = 17;
        repeated int32 numbers = 18;
        map<string, int64> attributes = 19;
        repeated Item items = 20;
        google.protobuf.StringValue wrapped = 21;
        google.protobuf.Struct extra = 22;
        oneof result {
          int64 points = 23;
          string reason = 24;
        }
        Everything next = 25;
        uint32 word = 26;
        Kind unset_kind = 27;
        repeated Kind kinds = 28;
      }
      message Login {
        string user = 1;
        int64 n = 2;
        message Left { string user = 1; }
      }
      """;

  static final String CONFIG =
      """
      collection: everything
      fields:
        small: int
        large: long
        unsigned: "decimal(20,0)"
        zigzag: long
        fixed: "decimal(20,0)"
        sfixed: int
        real: double
        single: double
        flag: bool
        text: string
        kind: string
        money: "decimal(30,4)"
        at: timestamp(ns)
        took: "decimal(18,9)"
        id: uuid
        address: ip
        tags: "string[]"
        numbers: "int[]"
        gold: long
        names: "string[]"
        second: double
        attributes: json
        whole: json
        wrapped: string
        extra: json
        level: long
        points: long
        reason: string
        word: long
        unset_kind: string
        kinds: "string[]"
      source:
        kafka: { topic: t, format: protobuf, schema: all.desc, message: game.Everything }
        map: { gold: /attributes/gold, names: "/items/*/name", second: /items/1/price, whole: /items, level: /extra/level }
      """;

  private static final List<Descriptor> MESSAGES = ProtoSource.messages(EVERYTHING);
  private static final Descriptor LOGIN = MESSAGES.get(1);

  static final String TEXT =
      """
      small: -7  large: -9223372036854775808  unsigned: 18446744073709551615  zigzag: -5
      fixed: 18446744073709551614  sfixed: -3  real: 1e300  single: 0.1  flag: true
      text: "caf\\303\\251"  kind: OWL  money: "-12345678901234567890123456.7891"
      at { seconds: -1 nanos: 999999999 }  took { seconds: -3 nanos: -500000000 }
      id: "\\000\\000\\000\\000\\000\\000\\000\\001\\000\\000\\000\\000\\000\\000\\000\\002"
      address: "\\012\\000\\000\\001"
      tags: "a"  tags: ""  numbers: 1  numbers: -1  numbers: 300
      attributes { key: "gold" value: 5 }
      items { name: "sword \\"x\\"" }  items { name: "owl" price: 0.25 }
      wrapped { value: "w" }
      extra {
        fields { key: "level" value { number_value: 12 } }
        fields { key: "list" value { list_value { values { null_value: NULL_VALUE } values { bool_value: true } } } }
      }
      reason: "why"  word: 4294967295  kinds: SWORD  kinds: OWL
      """;

  static byte[] everything() {
    return encoded(MESSAGES.getFirst(), TEXT);
  }

  private static byte[] encoded(Descriptor type, String text) {
    try {
      DynamicMessage.Builder builder = DynamicMessage.newBuilder(type);
      TextFormat.merge(text, builder);
      return builder.build().toByteArray();
    } catch (TextFormat.ParseException e) {
      throw new AssertionError(text, e);
    }
  }

  static TableSchema schema(int id, String config, byte[] file) {
    return FeedFixture.schema(
        1, id, Attachments.attach(new ConfigFile("a.yaml", config), _ -> file).text());
  }

  private static TableSchema everythingSchema() {
    return schema(1, CONFIG, ProtoSource.descriptorSet(EVERYTHING));
  }

  private static EventDecoders reader(TableSchema... schemas) {
    return new EventDecoders(List.of(schemas), 1, CONTEXT, FeedFixture.DECODERS);
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

  @Test
  void everyTypeIsExact() throws IOException {
    TableSchema schema = everythingSchema();
    Map<String, Object> values = values(schema, reader(schema), everything());
    assertEquals(-7L, values.get("small"));
    assertEquals(Long.MIN_VALUE, values.get("large"));
    assertEquals(new BigDecimal("18446744073709551615"), values.get("unsigned"));
    assertEquals(-5L, values.get("zigzag"));
    assertEquals(new BigDecimal("18446744073709551614"), values.get("fixed"));
    assertEquals(-3L, values.get("sfixed"));
    assertEquals(1e300, values.get("real"));
    assertEquals(0.1, values.get("single"));
    assertEquals(true, values.get("flag"));
    assertEquals("caf\u00e9", values.get("text"));
    assertEquals("OWL", values.get("kind"));
    assertEquals(new BigDecimal("-12345678901234567890123456.7891"), values.get("money"));
    assertEquals(Instant.parse("1969-12-31T23:59:59.999999999Z"), values.get("at"));
    assertEquals(new BigDecimal("-3.500000000"), values.get("took"));
    assertEquals(new UUID(1, 2), values.get("id"));
    assertEquals(InetAddress.getByName("10.0.0.1"), values.get("address"));
    assertEquals(List.of("a", ""), values.get("tags"));
    assertEquals(List.of(1L, -1L, 300L), values.get("numbers"));
    assertEquals(5L, values.get("gold"));
    assertEquals("{\"gold\":5}", values.get("attributes"));
    assertEquals(List.of("sword \"x\"", "owl"), values.get("names"));
    assertEquals(0.25, values.get("second"));
    assertEquals(
        "[{\"name\":\"sword \\\"x\\\"\"},{\"name\":\"owl\",\"price\":0.25}]", values.get("whole"));
    assertEquals("w", values.get("wrapped"));
    assertEquals("{\"level\":12,\"list\":[null,true]}", values.get("extra"));
    assertEquals(12L, values.get("level"));
    assertEquals("why", values.get("reason"));
    assertNull(values.get("points"));
    assertEquals(4_294_967_295L, values.get("word"));
    assertEquals("NONE", values.get("unset_kind"));
    assertEquals(List.of("SWORD", "OWL"), values.get("kinds"));
  }

  @Test
  void whatWasNotSentIsNullWhereTheLanguageCanTell() {
    TableSchema schema = everythingSchema();
    Map<String, Object> values = values(schema, reader(schema), new byte[0]);
    assertEquals(0L, values.get("small"));
    assertEquals("NONE", values.get("kind"));
    assertEquals(false, values.get("flag"));
    for (String name :
        List.of("large", "at", "text", "money", "wrapped", "tags", "points", "whole", "gold")) {
      assertNull(values.get(name), name);
    }
  }

  @Test
  void aWrapperThatIsThereHasAValue() {
    TableSchema schema = everythingSchema();
    byte[] empty = encoded(MESSAGES.getFirst(), "wrapped {} attributes { key: \"gold\" }");
    Map<String, Object> values = values(schema, reader(schema), empty);
    assertEquals("", values.get("wrapped"));
    assertEquals(0L, values.get("gold"));
  }

  @Test
  void fieldsInPartsUnpackedUnknownOrOfAnotherKindAreReadAsTheLanguageSays() throws IOException {
    TableSchema schema = everythingSchema();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.writeByteArray(13, new byte[] {8, 5}); // seconds
    out.writeInt32(18, 7); // not packed
    out.writeByteArray(18, new byte[] {8, 9});
    out.writeInt32(999, 1); // nobody's
    out.writeString(1, "of another type");
    out.writeInt64(23, 3); // of the oneof, whose last counts
    out.writeString(24, "last");
    out.writeByteArray(13, new byte[] {16, 9}); // nanos
    out.writeEnum(11, 77); // a name that is not known yet
    out.flush();
    Map<String, Object> values = values(schema, reader(schema), bytes.toByteArray());
    assertEquals(Instant.ofEpochSecond(5, 9), values.get("at"));
    assertEquals(List.of(7L, 8L, 9L), values.get("numbers"));
    assertEquals(0L, values.get("small"));
    assertEquals("last", values.get("reason"));
    assertNull(values.get("points"));
    assertEquals("77", values.get("kind"));
  }

  @Test
  void whatIsNoEventOfTheMessageIsRefusedWithTheField() throws IOException {
    EventDecoders reader = reader(everythingSchema());
    byte[] data = everything();
    Rejection cut = refused(reader, Arrays.copyOf(data, data.length - 1));
    assertEquals(Rejection.Code.UNDECODABLE, cut.code());
    assertTrue(cut.message().contains("field game.Everything.kinds"), cut.message());
    assertEquals(
        Rejection.Code.UNDECODABLE, refused(reader, new byte[] {(byte) 0xFF, 0, 0}).code());
    assertEquals(
        Rejection.Code.INVALID_UTF8, refused(reader, new byte[] {82, 1, (byte) 0xFF}).code());
    Rejection time = refused(reader, encoded(MESSAGES.getFirst(), "at { seconds: 1 nanos: -1 }"));
    assertEquals(Rejection.Code.UNDECODABLE, time.code());
    Rejection wide = refused(reader, encoded(MESSAGES.getFirst(), "money: \"1.23456\""));
    assertEquals("money", wide.field());
    byte[] nested = {};
    for (int i = 0; i < 40; i++) {
      ByteArrayOutputStream outer = new ByteArrayOutputStream();
      CodedOutputStream out = CodedOutputStream.newInstance(outer);
      out.writeByteArray(25, nested);
      out.flush();
      nested = outer.toByteArray();
    }
    assertEquals(Rejection.Code.TOO_DEEP, refused(reader, nested).code());
  }

  @Test
  void anEventThatWouldBecomeFarLargerThanItIsIsRefused() {
    StringBuilder proto =
        new StringBuilder("syntax = \"proto3\"; message Wide { repeated Wide all = 1;");
    for (int i = 2; i < 200; i++) {
      proto.append("optional int32 f").append(i).append(" = ").append(i).append("; ");
    }
    TableSchema schema =
        schema(
            1,
            """
            collection: wide
            fields: { f2: int }
            source: { kafka: { topic: t, format: protobuf, schema: w.desc } }
            """,
            ProtoSource.descriptorSet(proto.append('}').toString()));
    byte[] many = new byte[400_000];
    for (int i = 0; i < many.length; i += 4) {
      many[i] = 10; // all: a message of two bytes
      many[i + 1] = 2;
      many[i + 2] = 16; // f2
      many[i + 3] = 1;
    }
    assertEquals(Rejection.Code.TOO_LARGE, refused(reader(schema), many).code());
    values(schema, reader(schema), Arrays.copyOf(many, 4_000));
  }

  @Test
  void aConfigThatDoesNotDoIsRefusedWithWhatWasExpected() {
    byte[] file = ProtoSource.descriptorSet(EVERYTHING);
    assertConfigRefused("schema: a.desc", file, "has 2 messages; name one by `message`");
    assertConfigRefused(
        "schema: a.desc, message: game.Nobody",
        file,
        "there is no message 'game.Nobody'; expected one of game.Everything, game.Everything.Item");
    assertConfigRefused(
        "schema: a.desc", EVERYTHING.getBytes(StandardCharsets.UTF_8), "protoc --include_imports");
    assertConfigRefused(
        "schema: a.desc",
        ProtoSource.descriptorSet(
            "syntax = \"proto3\"; import \"other.proto\"; message M { Other o = 1; }"),
        "the import other.proto is missing");
    assertConfigRefused("partitioner: murmur2", file, "need `schema: FILE`");
  }

  private static void assertConfigRefused(String keys, byte[] file, String expected) {
    TableSchema schema =
        schema(
            1,
            """
            collection: c
            fields: { user: string }
            source: { kafka: { topic: t, format: protobuf, %s } }
            """
                .formatted(keys),
            file);
    TytoException e = assertThrows(TytoException.class, () -> reader(schema));
    assertEquals(ErrorCode.CONFIG_INVALID, e.code());
    assertTrue(e.getMessage().contains(expected), e.getMessage());
  }

  private static TableSchema registered(int id, String name, String url, String more) {
    return FeedFixture.schema(
        1,
        id,
        """
        collection: %s
        entity: { name: user, key: user }
        fields: { user: string, n: long }
        source: { kafka: { topic: t, format: protobuf, registry: "%s"%s } }
        """
            .formatted(name, url, more));
  }

  /// Where the registry says a schema by its id.
  private static void register(TestRegistry registry, int id, String text, String more) {
    registry.replies.put(
        "/schemas/ids/" + id + "?format=serialized",
        "{\"schemaType\": \"PROTOBUF\", \"schema\": \"%s\"%s}".formatted(serialized(text), more));
  }

  private static String serialized(String text) {
    return Base64.getEncoder().encodeToString(ProtoSource.file("default", text).toByteArray());
  }

  /// With the indexes of a message in front.
  private static byte[] indexed(byte[] message, int... indexes) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    try {
      for (int index : indexes) {
        out.writeSInt32NoTag(index);
      }
      out.write(message, 0, message.length);
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  @Test
  void aWriterSchemaIsFetchedOnceAndTheIndexesSayWhichMessageItIs() throws IOException {
    try (TestRegistry registry = new TestRegistry()) {
      register(registry, 1, EVERYTHING, "");
      TableSchema login =
          registered(1, "login", registry.url(), ", envelope: { type: schema, is: game.Login }");
      TableSchema left =
          registered(
              2, "left", registry.url(), ", envelope: { type: schema, is: game.Login.Left }");
      EventDecoders reader = reader(login, left);
      byte[] message = encoded(LOGIN, "user: \"u\" n: 5");
      for (int i = 0; i < 3; i++) {
        assertEquals(
            Map.of("user", "u", "n", 5L), values(login, reader, framed(1, indexed(message, 1, 1))));
        assertEquals(
            Map.of("user", "u"), values(left, reader, framed(1, indexed(message, 2, 1, 0))));
      }
      assertEquals(1, registry.requests.get());
      assertEquals(
          Rejection.Code.UNKNOWN_TYPE, refused(reader, framed(1, indexed(new byte[0], 0))).code());
      assertEquals(
          Rejection.Code.UNKNOWN_SCHEMA, refused(reader, framed(1, indexed(message, 1, 9))).code());
      assertEquals(Rejection.Code.UNDECODABLE, refused(reader, framed(1, new byte[] {127})).code());
      assertEquals(Rejection.Code.UNDECODABLE, refused(reader, framed(1, new byte[0])).code());
      assertEquals(Rejection.Code.UNKNOWN_SCHEMA, refused(reader, framed(9, message)).code());
    }
  }

  @Test
  void anotherMessageThanTheConfigNamesIsRefused() throws IOException {
    try (TestRegistry registry = new TestRegistry()) {
      register(registry, 1, EVERYTHING, "");
      TableSchema schema = registered(1, "login", registry.url(), ", message: game.Login");
      EventDecoders reader = reader(schema);
      values(schema, reader, framed(1, indexed(encoded(LOGIN, "user: \"u\""), 1, 1)));
      Rejection other = refused(reader, framed(1, indexed(new byte[0], 0)));
      assertEquals(Rejection.Code.UNKNOWN_SCHEMA, other.code());
      assertEquals("found the message game.Everything, expected game.Login", other.message());
    }
  }

  @Test
  void referencesAreImportedByTheirNames() throws IOException {
    try (TestRegistry registry = new TestRegistry()) {
      register(
          registry,
          1,
          "syntax = \"proto3\"; import \"game/login.proto\"; message Outer { game.Login in = 1; }",
          ", \"references\": [{\"name\": \"game/login.proto\", \"subject\": \"l\", \"version\": 2}]");
      registry.replies.put(
          "/subjects/l/versions/2?format=serialized",
          "{\"schemaType\": \"PROTOBUF\", \"schema\": \"%s\"}".formatted(serialized(EVERYTHING)));
      TableSchema schema = registered(1, "login", registry.url(), ", envelope: { content: /in }");
      byte[] login = encoded(LOGIN, "user: \"u\" n: 5");
      byte[] outer = new byte[login.length + 3];
      outer[1] = 10; // behind the index
      outer[2] = (byte) login.length;
      System.arraycopy(login, 0, outer, 3, login.length);
      assertEquals(Map.of("user", "u", "n", 5L), values(schema, reader(schema), framed(1, outer)));
    }
  }

  @Test
  void aRegistryThatKnowsNoDescriptorsIsHelpedByAFile() throws IOException {
    try (TestRegistry registry = new TestRegistry()) {
      registry.replies.put(
          "/schemas/ids/1?format=serialized",
          "{\"schemaType\": \"PROTOBUF\", \"schema\": \"syntax = 'proto3';\"}");
      byte[] data = framed(1, indexed(encoded(LOGIN, "user: \"u\" n: 5"), 1, 1));
      Rejection rejection = refused(reader(registered(1, "login", registry.url(), "")), data);
      assertEquals(Rejection.Code.UNKNOWN_SCHEMA, rejection.code());
      assertTrue(rejection.message().contains("by `schema` beside `registry`"), rejection::message);
      TableSchema schema =
          schema(
              1,
              """
              collection: login
              fields: { user: string, n: long }
              source: { kafka: { topic: t, format: protobuf, registry: "%s", schema: l.desc } }
              """
                  .formatted(registry.url()),
              ProtoSource.descriptorSet(EVERYTHING));
      assertEquals(Map.of("user", "u", "n", 5L), values(schema, reader(schema), data));
      assertEquals(1, registry.requests.get());
    }
  }

  @Test
  void keysThatNoColumnReadsAreCollectedAndAliasesCountWhereTheFieldItselfGivesNothing() {
    TableSchema schema =
        schema(
            1,
            """
            collection: login
            fields:
              who: { type: string, aliases: [user] }
              extra: { type: json, discover: { after: 1 } }
            source: { kafka: { topic: t, format: protobuf, schema: l.desc } }
            """,
            ProtoSource.descriptorSet(
                """
                syntax = "proto3";
                import "google/protobuf/timestamp.proto";
                message Login {
                  optional string user = 1;
                  optional string who = 2;
                  optional int64 n = 3;
                  google.protobuf.Timestamp at = 4;
                }
                """));
    EventDecoders reader = reader(schema);
    assertEquals(
        Map.of("who", "u", "extra", "{\"n\":5,\"at\":\"1970-01-01T00:00:01Z\"}"),
        values(schema, reader, new byte[] {10, 1, 'u', 24, 5, 34, 2, 8, 1}));
    assertEquals(Map.of("who", "w"), values(schema, reader, new byte[] {10, 1, 'u', 18, 1, 'w'}));
  }
}
