package io.tyto.ingest.feed;

import static io.tyto.ingest.feed.FeedFixture.CLOCK;
import static io.tyto.ingest.feed.FeedFixture.event;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.tyto.engine.row.Row;
import io.tyto.ingest.decode.Rejection;
import io.tyto.ingest.log.RawEvent;
import io.tyto.model.schema.TableSchema;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class EventDecodersTest {
  private static final TableSchema A =
      FeedFixture.schema(
          1,
          2,
          """
          collection: a
          fields: { n: long, s: string }
          """);
  private static final TableSchema B =
      FeedFixture.schema(
          7,
          9,
          """
          collection: b
          fields: { n: long }
          """);

  private static EventDecoders reader(int group, TableSchema... sharing) {
    return new EventDecoders(List.of(sharing), group, CLOCK, DecoderRegistry.builtIn());
  }

  private static Rejection.Code refused(EventDecoders reader, RawEvent event) {
    Row row = new Row(Objects.requireNonNull(reader.route(event)).columns().size());
    return Objects.requireNonNull(reader.decode(event, row)).code();
  }

  @Test
  void anEventIsForTheCollectionOfEachGroup() {
    RawEvent event = event(0, "{\"n\": 5, \"s\": \"x\"}");
    for (TableSchema schema : List.of(A, B)) {
      EventDecoders reader = reader(schema.groupId(), B, A);
      assertEquals(schema, reader.route(event));
      Row row = new Row(schema.columns().size());
      assertNull(reader.decode(event, row));
      Map<String, Object> values = FeedFixture.values(schema, row);
      assertEquals(5L, values.get("n"));
    }
  }

  @Test
  void whatDoesNotFitIsRefusedByTheCollectionItIsFor() {
    assertEquals(Rejection.Code.TYPE_MISMATCH, refused(reader(7, A, B), event(0, "{\"n\": []}")));
    assertEquals(Rejection.Code.MALFORMED_JSON, refused(reader(7, A, B), event(0, "")));
  }

  @Test
  void aTombstoneIsADeadLetterOfTheFirstCollectionAndOfNoOther() {
    RawEvent tombstone = event(0, (byte[]) null);
    assertEquals(Rejection.Code.TOMBSTONE, refused(reader(1, B, A), tombstone));
    assertEquals(A, reader(1, B, A).route(tombstone));
    assertNull(reader(7, B, A).route(tombstone));
    assertEquals(Rejection.Code.TOMBSTONE, refused(reader(7, B), tombstone));
  }

  @Test
  void aGroupThatIsNotThereGetsNothing() {
    assertNull(reader(3, A, B).route(event(0, "{}")));
  }
}
