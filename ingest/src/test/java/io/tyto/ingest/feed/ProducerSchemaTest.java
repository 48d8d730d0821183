package io.tyto.ingest.feed;

import static io.tyto.ingest.feed.FeedFixture.CONTEXT;
import static io.tyto.ingest.feed.FeedFixture.event;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.ListValue;
import com.google.protobuf.NullValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Timestamp;
import com.google.protobuf.Value;
import io.tyto.engine.row.Row;
import io.tyto.ingest.config.Attachments;
import io.tyto.ingest.log.RawEvent;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.AdminService.ConfigFile;
import io.tyto.model.producer.ProducerSchema;
import io.tyto.model.producer.ProducerSchema.Format;
import io.tyto.model.producer.ProducerSchema.Reference;
import io.tyto.model.schema.TableSchema;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.SchemaParser;
import org.apache.avro.generic.GenericData;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// What is written by the schemas that are served decodes to the same row as its twin in JSON.
class ProducerSchemaTest {
  private static final long SEED = Long.getLong("test.seed", 20_261_121L);

  private static final String CONFIG =
      """
      collection: all_types
      description: Every "type"
      fields:
        s: { type: string, description: 'with "quotes"' }
        flag: bool
        i: int
        l: long
        d: double
        money: "decimal(18,2)"
        wide: "decimal(38,10)"
        ms: timestamp(ms)
        us: timestamp
        ns: timestamp(ns)
        day: date
        id: uuid
        address: ip
        any: json
        tags: "string[]"
        prices: "decimal(9,3)[]"
        names: "string[]"
        deep: string
        seq: long
        twice: { derive: "i + i" }
      source:
        kafka: { topic: t, format: %s%s, envelope: { type: /event, content: /data, sequence: /meta/seq } }
        map: { names: "/items/*/name", deep: /user/home/city, seq: envelope:sequence }
      """;

  private static final TableSchema JSON = FeedFixture.schema(1, 7, CONFIG.formatted("json", ""));

  private static EventDecoders reader(TableSchema schema) {
    return new EventDecoders(List.of(schema), 1, CONTEXT, FeedFixture.DECODERS);
  }

  private static Map<String, Object> values(EventDecoders reader, byte[] payload) {
    RawEvent event = event(0, payload);
    TableSchema schema = reader.route(event);
    assertTrue(schema != null, () -> new String(payload, StandardCharsets.UTF_8));
    Row row = new Row(schema.columns().size());
    assertNull(reader.decode(event, row), () -> new String(payload, StandardCharsets.UTF_8));
    return FeedFixture.values(schema, row);
  }

  @Test
  void whatAvroWritesByItsSchemaIsItsTwinInJson() {
    String text = ProducerSchema.of(JSON, Format.AVRO).text();
    Schema schema = SchemaParser.parseSingle(text);
    assertEquals("tyto.AllTypes", schema.getFullName());
    ConfigFile config =
        Attachments.attach(
            new ConfigFile("a.yaml", CONFIG.formatted("avro", ", schema: s.avsc")),
            _ -> text.getBytes(StandardCharsets.UTF_8));
    EventDecoders avro = reader(FeedFixture.schema(1, 7, config.text()));
    EventDecoders json = reader(JSON);
    Random random = new Random(SEED);
    int filled = 0;
    for (int i = 0; i < 2_000; i++) {
      StringBuilder twin = new StringBuilder();
      GenericData.Record record =
          (GenericData.Record) new AvroTwins(random).value(schema, "", twin);
      byte[] payload = twin.toString().getBytes(StandardCharsets.UTF_8);
      Map<String, Object> values = values(json, payload);
      assertEquals(
          values, values(avro, AvroEventsTest.encoded(record)), () -> "seed " + SEED + twin);
      filled += values.size();
    }
    assertTrue(filled > 20_000, "columns with a value: " + filled);
  }

  @Test
  void whatProtobufWritesByItsSchemaIsItsTwinInJson() {
    String text = ProducerSchema.of(JSON, Format.PROTOBUF).text();
    Descriptor type = ProtoSource.messages(text).getFirst();
    assertEquals("tyto.AllTypes", type.getFullName());
    TableSchema schema =
        ProtobufEventsTest.schema(
            7, CONFIG.formatted("protobuf", ", schema: s.desc"), ProtoSource.descriptorSet(text));
    EventDecoders protobuf = reader(schema);
    EventDecoders json = reader(JSON);
    Random random = new Random(SEED);
    int filled = 0;
    for (int i = 0; i < 2_000; i++) {
      StringBuilder twin = new StringBuilder();
      byte[] message = new ProtobufTwins(random).message(type, twin).toByteArray();
      Map<String, Object> values = values(json, twin.toString().getBytes(StandardCharsets.UTF_8));
      assertEquals(values, values(protobuf, message), () -> "seed " + SEED + twin);
      filled += values.size();
    }
    assertTrue(filled > 20_000, "columns with a value: " + filled);
  }

  /// Random messages, each with what JSON writes for it. What is not set is not there in JSON.
  private record ProtobufTwins(Random random) {

    DynamicMessage message(Descriptor type, StringBuilder json) {
      DynamicMessage.Builder builder = DynamicMessage.newBuilder(type);
      json.append('{');
      String before = "";
      for (FieldDescriptor field : type.getFields()) {
        boolean isNeeded = field.getName().equals("data") || field.getName().equals("event");
        if (!isNeeded && random.nextInt(4) == 0) {
          continue;
        }
        json.append(before).append('"').append(field.getName()).append("\":");
        before = ",";
        if (!field.isRepeated()) {
          builder.setField(field, value(field, json));
          continue;
        }
        json.append('[');
        for (int i = 0, count = 1 + random.nextInt(3); i < count; i++) {
          json.append(i == 0 ? "" : ",");
          builder.addRepeatedField(field, value(field, json));
        }
        json.append(']');
      }
      json.append('}');
      return builder.build();
    }

    private Object value(FieldDescriptor field, StringBuilder json) {
      return switch (field.getJavaType()) {
        case BOOLEAN -> AvroTwins.plain(random.nextBoolean(), json);
        case INT -> AvroTwins.plain(random.nextInt(), json);
        case LONG -> AvroTwins.plain(random.nextLong(), json);
        case DOUBLE ->
            AvroTwins.plain((random.nextDouble() - 0.5) * Math.pow(10, random.nextInt(300)), json);
        case STRING -> text(field.getName(), json);
        case MESSAGE ->
            switch (field.getMessageType().getFullName()) {
              case "google.protobuf.Timestamp" -> time(field.getName(), json);
              case "google.protobuf.Value" -> anything(json);
              default -> message(field.getMessageType(), json);
            };
        case FLOAT, ENUM, BYTE_STRING -> throw new AssertionError(field);
      };
    }

    private Object time(String name, StringBuilder json) {
      int perSecond = name.equals("ms") ? 1_000 : name.equals("us") ? 1_000_000 : 1_000_000_000;
      int nanos = random.nextInt(perSecond) * (1_000_000_000 / perSecond);
      long seconds = random.nextLong(8_000_000_000L) - 4_000_000_000L;
      json.append('"').append(Instant.ofEpochSecond(seconds, nanos)).append('"');
      return Timestamp.newBuilder().setSeconds(seconds).setNanos(nanos).build();
    }

    private Object anything(StringBuilder json) {
      return switch (random.nextInt(5)) {
        case 0 -> {
          json.append("{\"a\":[1,null,true]}");
          ListValue list =
              ListValue.newBuilder()
                  .addValues(Value.newBuilder().setNumberValue(1))
                  .addValues(Value.newBuilder().setNullValue(NullValue.NULL_VALUE))
                  .addValues(Value.newBuilder().setBoolValue(true))
                  .build();
          yield Value.newBuilder()
              .setStructValue(
                  Struct.newBuilder().putFields("a", Value.newBuilder().setListValue(list).build()))
              .build();
        }
        case 1 -> {
          json.append("1.5");
          yield Value.newBuilder().setNumberValue(1.5).build();
        }
        case 2 -> {
          json.append("[]");
          yield Value.newBuilder().setListValue(ListValue.getDefaultInstance()).build();
        }
        case 3 -> {
          json.append("{}");
          yield Value.newBuilder().setStructValue(Struct.getDefaultInstance()).build();
        }
        default -> {
          json.append("\"x\"");
          yield Value.newBuilder().setStringValue("x").build();
        }
      };
    }

    private Object text(String name, StringBuilder json) {
      BigInteger digits = new BigInteger(50, random);
      String text =
          switch (name) {
            case "money" -> new BigDecimal(digits, 2).toPlainString();
            case "wide" -> new BigDecimal(digits.multiply(digits), 10).toPlainString();
            case "prices" -> new BigDecimal(new BigInteger(29, random), 3).toPlainString();
            case "day" -> LocalDate.ofEpochDay(random.nextInt(100_000) - 50_000).toString();
            default -> AvroTwins.textOf(name, random);
          };
      json.append('"').append(text).append('"');
      return text;
    }
  }

  /// Random values of an Avro schema, each with what JSON writes for it.
  private record AvroTwins(Random random) {

    @Nullable Object value(Schema schema, String name, StringBuilder json) {
      return switch (schema.getType()) {
        case UNION -> {
          // The content must be there, and the type is what is routed by.
          boolean isNeeded = name.equals("data") || name.equals("event");
          if (!isNeeded && random.nextInt(4) == 0) {
            json.append("null");
            yield null;
          }
          yield value(schema.getTypes().get(1), name, json);
        }
        case RECORD -> {
          GenericData.Record record = new GenericData.Record(schema);
          String before = "{";
          for (Schema.Field field : schema.getFields()) {
            json.append(before).append('"').append(field.name()).append("\":");
            record.put(field.pos(), value(field.schema(), field.name(), json));
            before = ",";
          }
          json.append('}');
          yield record;
        }
        case ARRAY -> {
          List<@Nullable Object> list = new ArrayList<>();
          json.append('[');
          for (int i = random.nextInt(4); i > 0; i--) {
            json.append(list.isEmpty() ? "" : ",");
            list.add(value(schema.getElementType(), name, json));
          }
          json.append(']');
          yield list;
        }
        case BOOLEAN -> plain(random.nextBoolean(), json);
        case INT -> {
          int value = random.nextInt();
          if (schema.getLogicalType() instanceof LogicalTypes.Date) {
            value = random.nextInt(100_000) - 50_000;
            json.append('"').append(LocalDate.ofEpochDay(value)).append('"');
            yield value;
          }
          yield plain(value, json);
        }
        case LONG -> number(schema, json);
        case DOUBLE -> plain((random.nextDouble() - 0.5) * Math.pow(10, random.nextInt(300)), json);
        case BYTES -> {
          LogicalTypes.Decimal type = (LogicalTypes.Decimal) schema.getLogicalType();
          BigDecimal value =
              new BigDecimal(
                  new BigInteger(1 + random.nextInt(type.getPrecision() * 3), random),
                  type.getScale());
          json.append(value.toPlainString());
          yield ByteBuffer.wrap(value.unscaledValue().toByteArray());
        }
        case STRING -> text(schema, name, json);
        default -> throw new AssertionError(schema);
      };
    }

    private Object number(Schema schema, StringBuilder json) {
      long value = random.nextLong();
      long perSecond =
          switch (schema.getLogicalType()) {
            case LogicalTypes.TimestampMillis _ -> 1_000L;
            case LogicalTypes.TimestampMicros _ -> 1_000_000L;
            case LogicalTypes.TimestampNanos _ -> 1_000_000_000L;
            case null, default -> 0L;
          };
      if (perSecond == 0) {
        return plain(value, json);
      }
      value %= 4_000_000_000L * perSecond;
      long nanos = Math.floorMod(value, perSecond) * (1_000_000_000L / perSecond);
      json.append('"')
          .append(Instant.ofEpochSecond(Math.floorDiv(value, perSecond), nanos))
          .append('"');
      return value;
    }

    private Object text(Schema schema, String name, StringBuilder json) {
      if ("json".equals(schema.getProp("logicalType"))) {
        String[] texts = {"1", "1.50", "\"x\"", "{\"a\": [1, null]}", "[]", "true", " {} "};
        String text = texts[random.nextInt(texts.length)];
        json.append(text.strip());
        return text.strip();
      }
      String text = textOf(name, random);
      json.append('"').append(text).append('"');
      return text;
    }

    static String textOf(String name, Random random) {
      return switch (name) {
        case "event" -> "all_types";
        case "id" -> new UUID(random.nextLong(), random.nextLong()).toString();
        case "address" -> random.nextBoolean() ? "10.0.0." + random.nextInt(256) : "2001:db8::1";
        default ->
            random
                .ints(random.nextInt(9), ' ', 0x3000)
                .filter(c -> c != '"' && c != '\\')
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
      };
    }

    static Object plain(Object value, StringBuilder json) {
      json.append(value);
      return value;
    }
  }

  @Test
  void jsonSchemaIsJsonAndNamesEveryMember() throws IOException {
    String text = ProducerSchema.of(JSON, Format.JSON).text();
    List<String> names = new ArrayList<>();
    try (JsonParser parser =
        JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build()
            .createParser(text)) {
      while (parser.nextToken() != null) {
        if (parser.currentName() != null) {
          names.add(parser.currentName());
        }
      }
    }
    for (String name : List.of("data", "event", "meta", "seq", "items", "name", "city", "wide")) {
      assertTrue(names.contains(name), name + " in " + text);
    }
    assertTrue(!names.contains("twice"), text);
  }

  @Test
  void protobufHasNumbersThatStayWhileColumnsAreAdded() {
    TableSchema small =
        FeedFixture.schema(
            1,
            1,
            """
            collection: p
            fields: { a: string, b: "long[]", c: timestamp, d: json, e: "string[]" }
            source: { map: { b: /in/b, e: "/in/list/*/e" } }
            """);
    String expected =
        """
        syntax = "proto3";
        package tyto;
        import "google/protobuf/struct.proto";
        import "google/protobuf/timestamp.proto";

        message P {
          optional string a = 16;
          message InMessage {
            repeated int64 b = 17;
            message ListMessage {
              optional string e = 20;
            }
            repeated ListMessage list = 20;
          }
          InMessage in = 17;
          google.protobuf.Timestamp c = 18;
          google.protobuf.Value d = 19;
        }
        """;
    assertEquals(expected, ProducerSchema.of(small, Format.PROTOBUF).text());
  }

  @Test
  void whatCannotBeSaidIsRefusedWithTheReason() {
    TableSchema odd =
        FeedFixture.schema(
            1,
            1,
            """
            collection: odd
            fields: { a: string }
            source: { map: { a: "/US Gross" } }
            """);
    assertTrue(ProducerSchema.of(odd, Format.JSON).text().contains("US Gross"));
    for (Format format : List.of(Format.AVRO, Format.PROTOBUF)) {
      TytoException e = assertThrows(TytoException.class, () -> ProducerSchema.of(odd, format));
      assertTrue(e.getMessage().contains("'US Gross' is no name there"), e.getMessage());
    }
  }

  @Test
  void idsSayWhatTheyStandFor() {
    for (Format format : Format.values()) {
      int id = ProducerSchema.of(JSON, format).id();
      assertEquals(new Reference(7, 1, format), Reference.of(id));
    }
    assertEquals(7 << 15 | 1 << 2 | 1, ProducerSchema.of(JSON, Format.AVRO).id());
    assertNull(Reference.of(0));
    assertNull(Reference.of(-1));
    assertNotEquals(null, Reference.of(5));
  }
}
