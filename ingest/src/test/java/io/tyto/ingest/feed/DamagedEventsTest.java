package io.tyto.ingest.feed;

import static io.tyto.ingest.feed.FeedFixture.CONTEXT;
import static io.tyto.ingest.feed.FeedFixture.event;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.engine.row.Row;
import io.tyto.ingest.config.Attachments;
import io.tyto.ingest.decode.Rejection;
import io.tyto.ingest.log.RawEvent;
import io.tyto.model.port.AdminService.ConfigFile;
import io.tyto.model.schema.TableSchema;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Whatever bytes come: a row or a rejection, never an exception.
class DamagedEventsTest {
  private static final long SEED = Long.getLong("test.seed", 20_261_121L);

  private int rows;
  private int refused;

  private void damage(TableSchema schema, byte[] whole, int times) {
    Random random = new Random(SEED);
    EventDecoders reader = new EventDecoders(List.of(schema), 1, CONTEXT, FeedFixture.DECODERS);
    Row row = new Row(schema.columns().size());
    for (int i = 0; i < times; i++) {
      byte[] payload = Arrays.copyOf(whole, whole.length - (i % 5 == 0 ? random.nextInt(9) : 0));
      for (int flips = random.nextInt(4); flips >= 0 && payload.length > 0; flips--) {
        // Bytes of small and of extreme value make lengths, counts and branches go wrong.
        payload[random.nextInt(payload.length)] =
            random.nextBoolean()
                ? (byte) random.nextInt(256)
                : (byte) (random.nextBoolean() ? 0xFF : random.nextInt(4));
      }
      RawEvent event = event(i, payload);
      Rejection rejection;
      try {
        reader.route(event);
        rejection = reader.decode(event, row);
      } catch (RuntimeException | Error e) {
        throw new AssertionError("seed %d, event %d".formatted(SEED, i), e);
      }
      rows += rejection == null ? 1 : 0;
      refused += rejection == null ? 0 : 1;
    }
  }

  @Test
  void damagedAvroIsARowOrARejection() {
    ConfigFile config =
        Attachments.attach(
            new ConfigFile("a.yaml", AvroEventsTest.CONFIG),
            _ -> AvroEventsTest.EVERYTHING.getBytes(StandardCharsets.UTF_8));
    damage(
        FeedFixture.schema(1, 1, config.text()),
        AvroEventsTest.encoded(AvroEventsTest.everything()),
        50_000);
    assertTrue(rows > 1_000 && refused > 1_000, rows + " rows, " + refused + " refused");
  }

  @Test
  void damagedProtobufIsARowOrARejection() {
    TableSchema schema =
        ProtobufEventsTest.schema(
            1, ProtobufEventsTest.CONFIG, ProtoSource.descriptorSet(ProtobufEventsTest.EVERYTHING));
    damage(schema, ProtobufEventsTest.everything(), 50_000);
    assertTrue(rows > 1_000 && refused > 1_000, rows + " rows, " + refused + " refused");
  }

  @Test
  void aDamagedEnvelopeIsARowOrARejection() {
    TableSchema schema =
        FeedFixture.schema(
            1,
            1,
            """
            collection: x
            fields: { n: long, s: string, tags: "string[]" }
            source:
              kafka: { topic: t, envelope: { type: /a/type, is: [x, y], content: /data } }
            """);
    byte[] whole =
        "{\"data\":{\"n\":12,\"s\":\"t\\u00e9xt\",\"tags\":[\"a\",null]},\"a\":{\"b\":[{}],\"type\":\"y\"}}"
            .getBytes(StandardCharsets.UTF_8);
    damage(schema, whole, 50_000);
    assertTrue(rows > 100 && refused > 1_000, rows + " rows, " + refused + " refused");
  }
}
