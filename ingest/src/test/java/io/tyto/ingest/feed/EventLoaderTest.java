package io.tyto.ingest.feed;

import static io.tyto.ingest.feed.FeedFixture.CONTEXT;
import static io.tyto.ingest.feed.FeedFixture.event;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.engine.entity.KeyPlacement;
import io.tyto.engine.load.LoadedRows;
import io.tyto.engine.load.RowsBuilder;
import io.tyto.engine.row.Row;
import io.tyto.engine.source.ColumnReader;
import io.tyto.engine.vector.ColumnVector;
import io.tyto.ingest.decode.Rejection;
import io.tyto.ingest.log.RawEvent;
import io.tyto.ingest.privacy.KeyFile;
import io.tyto.ingest.privacy.PrivacyChange;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.TableSchema;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Loading many events gives what decoding one after another gives.
class EventLoaderTest {
  private static final long SEED = Long.getLong("test.seed", 20_261_121L);

  private static final TableSchema FLAT =
      FeedFixture.schema(
          1,
          1,
          """
          collection: flat
          time: ts
          timeBounds: { future: PT2H }
          fields: { ts: timestamp(ms), s: string, n: int, d: double, m: "decimal(9,2)", j: json }
          source: { formats: { ts: epoch_ms } }
          """);

  private static final TableSchema DEEP =
      FeedFixture.schema(
          1,
          1,
          """
          collection: deep
          fields: { s: string, n: int, tags: "string[]", twice: { derive: "n + n" } }
          source: { map: { n: /in/n } }
          """);

  private static final String[] EVENTS = {
    "{\"ts\":1767225602882,\"s\":\"x\",\"n\":1,\"d\":0.5,\"m\":1.25,\"j\":{\"a\":[1]}}",
    "{\"s\":\"x\",\"n\":2}",
    "{ }",
    "{\"n\":3}\n",
    "{\"n\":3}\n{\"n\":4}",
    "{\n  \"n\": 3,\n  \"s\": \"lines\"\n}",
    "{\"n\":3,\"s\":\"a\nb\"}",
    "{\"n\":3} {\"n\":4}",
    " {\"n\":3} ",
    "{\"n\":3}\r",
    "\n",
    "",
    "{\"n\":\"five\"}",
    "{\"ts\":99999999999999}",
    "{\"m\":1.255}",
    "{\"n\":1,\"n\":2}",
    "[]",
    "{\"s\":null,\"in\":{\"n\":7},\"tags\":[\"a\",null]}",
    "{\"s\":\"half",
    "{\"s\":\"caf\u00e9 \\u00e9\"}",
    "{\"j\":[1,2",
  };

  @Test
  void loadingIsDecoding() {
    Random random = new Random(SEED);
    int rows = 0;
    int refused = 0;
    for (TableSchema schema : List.of(FLAT, DEEP)) {
      Both both = new Both(schema);
      for (int batch = 0; batch < 200; batch++) {
        List<RawEvent> events = new ArrayList<>();
        long offset = random.nextInt(1000);
        for (int i = random.nextInt(40); i >= 0; i--) {
          offset += 1 + random.nextInt(3);
          events.add(random(random, offset));
        }
        List<String> expected = both.decoded(events);
        assertEquals(expected, both.loaded(events), () -> "seed " + SEED + " " + events);
        rows += (int) expected.stream().filter(text -> text.startsWith("row")).count();
        refused += (int) expected.stream().filter(text -> text.startsWith("no")).count();
      }
    }
    assertTrue(rows > 1000 && refused > 1000, rows + " rows, " + refused + " refused");
  }

  private static RawEvent random(Random random, long offset) {
    if (random.nextInt(30) == 0) {
      return event(offset, (byte[]) null);
    }
    if (random.nextInt(100) == 0) {
      return event(offset, "{\"s\":\"" + "x".repeat(40_000) + "\"}");
    }
    byte[] payload = EVENTS[random.nextInt(EVENTS.length)].getBytes(StandardCharsets.UTF_8).clone();
    if (payload.length > 0 && random.nextInt(10) == 0) {
      payload[random.nextInt(payload.length)] = (byte) random.nextInt(256);
    }
    return event(offset, payload);
  }

  /// One way beside the other.
  private static final class Both {
    private static final RowsBuilder.Placement PLACEMENT =
        new RowsBuilder.Placement(KeyPlacement.XXH64, -1, -1, new int[] {0}, 12);
    private final TableSchema schema;
    private final EventDecoders decoders;
    private final RowsBuilder rows;
    private final RowsBuilder plainRows;
    private final EventLoader loader;

    Both(TableSchema schema) {
      this.schema = schema;
      decoders = new EventDecoders(List.of(schema), 1, CONTEXT, FeedFixture.DECODERS);
      rows = new RowsBuilder(schema, "log");
      plainRows = new RowsBuilder(schema, "log");
      PrivacyChange nothing = PrivacyChange.ofNewRows(schema, new KeyFile(Path.of("no.key")));
      loader = new EventLoader(schema, decoders, rows, nothing, CONTEXT);
    }

    List<String> loaded(List<RawEvent> events) {
      List<String> refused = new ArrayList<>();
      loader.load(
          events,
          PLACEMENT,
          (event, rejection) -> refused.add("no " + event.offset() + " " + rejection));
      return texts(rows, refused);
    }

    List<String> decoded(List<RawEvent> events) {
      List<String> refused = new ArrayList<>();
      plainRows.begin(new byte[0]);
      Row row = new Row(schema.columns().size());
      for (RawEvent event : events) {
        assertEquals(schema, decoders.route(event));
        Rejection rejection = decoders.decode(event, row);
        if (rejection == null) {
          plainRows.add(row, event.offset());
        } else {
          refused.add("no " + event.offset() + " " + rejection);
        }
      }
      return texts(plainRows, refused);
    }

    private List<String> texts(RowsBuilder built, List<String> refused) {
      LoadedRows loaded = built.cut(PLACEMENT, 0)[0];
      List<String> texts = new ArrayList<>(refused);
      for (int row = 0; loaded != null && row < loaded.rowCount(); row++) {
        StringBuilder text = new StringBuilder("row " + loaded.logOffset(row));
        for (ColumnSpec column : schema.columns()) {
          ColumnReader reader = Objects.requireNonNull(loaded.column(column.id()));
          text.append(' ').append(cell(reader.read(row, 1), 0));
        }
        texts.add(text.toString());
      }
      return texts;
    }

    private static @Nullable Object cell(ColumnVector vector, int at) {
      if (vector.isNull(at)) {
        return null;
      }
      return switch (vector) {
        case ColumnVector.Longs longs -> longs.values()[at];
        case ColumnVector.Doubles doubles -> doubles.values()[at];
        case ColumnVector.Ordinals ordinals ->
            new String(
                ordinals.dictionary().value(ordinals.values()[at]), StandardCharsets.ISO_8859_1);
        case ColumnVector.Bytes bytes ->
            new String(
                bytes.data(),
                bytes.offsets()[at],
                bytes.offsets()[at + 1] - bytes.offsets()[at],
                StandardCharsets.ISO_8859_1);
        case ColumnVector.Lists lists -> {
          List<@Nullable Object> elements = new ArrayList<>();
          for (int i = lists.offsets()[at]; i < lists.offsets()[at + 1]; i++) {
            elements.add(cell(lists.elements(), i));
          }
          yield elements;
        }
        case ColumnVector.AllNull _ -> throw new AssertionError("unreachable");
      };
    }
  }
}
