package io.tyto.ingest.feed;

import static io.tyto.ingest.feed.FeedFixture.CONTEXT;
import static io.tyto.ingest.feed.FeedFixture.event;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.tyto.engine.row.Row;
import io.tyto.ingest.decode.JsonDecoder;
import io.tyto.ingest.decode.Rejection;
import io.tyto.ingest.log.RawEvent;
import io.tyto.model.schema.Feed;
import io.tyto.model.schema.TableSchema;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
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
    return new EventDecoders(List.of(sharing), group, CONTEXT, FeedFixture.DECODERS);
  }

  private static Rejection.Code refused(EventDecoders reader, RawEvent event) {
    Row row = new Row(Objects.requireNonNull(reader.route(event)).columns().size());
    return Objects.requireNonNull(reader.decode(event, row)).code();
  }

  @Test
  void topicsOfOneNameInTwoPlacesAreTwo() {
    String fields = "fields: { n: long }\n";
    TableSchema kafka =
        FeedFixture.schema(1, 1, "collection: a\n" + fields + "source: { kafka: { topic: t } }");
    TableSchema nats =
        FeedFixture.schema(2, 2, "collection: b\n" + fields + "source: { nats: { stream: t } }");
    assertEquals(List.of(kafka), EventDecoders.sharing(List.of(kafka, nats), Feed.Kind.KAFKA, "t"));
    assertEquals(List.of(nats), EventDecoders.sharing(List.of(kafka, nats), Feed.Kind.NATS, "t"));
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

  private static TableSchema typed(int group, int id, String envelope) {
    return FeedFixture.schema(
        group,
        id,
        """
        collection: c%d
        fields: { seq: long, at: timestamp, n: long, deep: string }
        source:
          kafka: { topic: t, envelope: %s }
          map: { seq: "envelope:sequence", at: "envelope:/meta/at", deep: /x/y }
        """
            .formatted(id, envelope));
  }

  private static final String ENVELOPE =
      "{ type: /event, is: %s, sequence: /seq, content: /data/0 }";

  private static final TableSchema ONE = typed(1, 1, ENVELOPE.formatted("[one, uno]"));
  private static final TableSchema TWO = typed(1, 2, ENVELOPE.formatted("two"));
  private static final TableSchema OTHER = typed(2, 3, ENVELOPE.formatted("[two, three, 4, true]"));
  private static final TableSchema[] TYPED = {OTHER, TWO, ONE};

  private static RawEvent typed(String type) {
    return event(
        0,
        """
        {"seq": 9, "data": [{"n": 5, "x": {"y": "z"}}], "event": %s,
         "meta": {"at": "2026-01-01T00:00:00Z"}}
        """
            .formatted(type));
  }

  @Test
  void typesAreRoutedToTheirCollectionsAndGroups() {
    EventDecoders first = reader(1, TYPED);
    EventDecoders second = reader(2, TYPED);
    assertEquals(ONE, first.route(typed("\"one\"")));
    assertEquals(ONE, first.route(typed("\"u\\u006eo\"")));
    assertEquals(TWO, first.route(typed("\"two\"")));
    assertEquals(OTHER, second.route(typed("\"two\"")));
    assertEquals(OTHER, second.route(typed("4")));
    assertEquals(OTHER, second.route(typed("true")));
    assertNull(first.route(typed("\"three\"")));
    assertNull(second.route(typed("\"one\"")));
  }

  @Test
  void whatNobodyTakesIsALetterOfTheFirstCollectionOnly() {
    for (RawEvent event :
        List.of(typed("\"five\""), typed("null"), typed("[]"), event(0, "{}"), event(0, "[]"))) {
      assertEquals(Rejection.Code.UNKNOWN_TYPE, refused(reader(1, TYPED), event));
      assertEquals(ONE, reader(1, TYPED).route(event));
      assertNull(reader(2, TYPED).route(event));
    }
    assertEquals(Rejection.Code.MALFORMED_JSON, refused(reader(1, TYPED), event(0, "{\"a\" 1}")));
    assertEquals(Rejection.Code.TOMBSTONE, refused(reader(1, TYPED), event(0, (byte[]) null)));
    EventDecoders reader = reader(1, TYPED);
    reader.route(typed("\"five\""));
    assertEquals(
        new Rejection(
            Rejection.Code.UNKNOWN_TYPE,
            null,
            "found an event of the type \"five\", which no collection of the topic takes; expected"
                + " one of 4, one, three, true, two, uno"),
        reader.decode(typed("\"five\""), new Row(4)));
  }

  @Test
  void aCollectionWithoutTypeTakesTheRest() {
    TableSchema rest = typed(1, 8, "{ content: /data/0 }".replace("}", ", sequence: /seq }"));
    assertEquals(ONE, reader(1, ONE, rest).route(typed("\"one\"")));
    assertEquals(rest, reader(1, ONE, rest).route(typed("\"five\"")));
    assertEquals(rest, reader(1, ONE, rest).route(event(0, "broken")));
    assertNull(reader(2, ONE, rest, OTHER).route(typed("\"five\"")));
  }

  @Test
  void columnsComeFromTheContentAndFromAroundIt() {
    EventDecoders reader = reader(1, TYPED);
    TableSchema schema = Objects.requireNonNull(reader.route(typed("\"one\"")));
    Row row = new Row(4);
    assertNull(reader.decode(typed("\"one\""), row));
    assertEquals(
        Map.of("seq", 9L, "at", Instant.parse("2026-01-01T00:00:00Z"), "n", 5L, "deep", "z"),
        FeedFixture.values(schema, row));
  }

  @Test
  void anEventWithoutContentIsRefused() {
    for (String data : List.of("[]", "[null]", "[7]", "{}", "null", "[[{}]]")) {
      RawEvent event = event(0, "{\"event\": \"one\", \"data\": %s}".formatted(data));
      assertEquals(Rejection.Code.NOT_AN_OBJECT, refused(reader(1, TYPED), event), data);
    }
    EventDecoders reader = reader(1, TYPED);
    RawEvent empty = event(0, "{\"event\": \"one\", \"data\": [{}]}");
    reader.route(empty);
    assertNull(reader.decode(empty, new Row(4)));
  }

  @Test
  void aTypeMayStandInAHeader() {
    TableSchema byHeader = typed(1, 5, "{ type: \"header:ce_type\", is: a.b, sequence: /seq }");
    EventDecoders reader = reader(1, byHeader, TWO);
    byte[] type = "a.b".getBytes(StandardCharsets.UTF_8);
    List<RawEvent.Header> headers = List.of(new RawEvent.Header("ce_type", type));
    byte[] payload = "{\"n\": 1}".getBytes(StandardCharsets.UTF_8);
    assertEquals(byHeader, reader.route(new RawEvent(0, 0, null, payload, headers)));
    assertEquals(byHeader, reader.route(new RawEvent(0, 0, null, null, headers)));
    assertEquals(TWO, reader.route(typed("\"two\"")));
    assertEquals(
        Rejection.Code.UNKNOWN_TYPE,
        refused(reader(1, byHeader), new RawEvent(0, 0, null, payload, List.of())));
  }

  @Test
  void jsonThatComesAnotherWayHasTheEnvelopeToo() {
    JsonDecoder decoder = new JsonDecoder(ONE, CONTEXT);
    assertNull(code(decoder, typed("\"one\"")));
    assertEquals(Rejection.Code.UNKNOWN_TYPE, code(decoder, typed("\"two\"")));
    assertEquals(Rejection.Code.UNKNOWN_TYPE, code(decoder, event(0, "{}")));
    assertEquals(Rejection.Code.MALFORMED_JSON, code(decoder, event(0, "{")));
    assertEquals(Rejection.Code.NOT_AN_OBJECT, code(decoder, event(0, "{\"event\": \"one\"}")));
  }

  private static Rejection.@Nullable Code code(JsonDecoder decoder, RawEvent event) {
    byte[] payload = Objects.requireNonNull(event.payload());
    Rejection rejection = decoder.decode(payload, 0, payload.length, new Row(4));
    return rejection == null ? null : rejection.code();
  }
}
