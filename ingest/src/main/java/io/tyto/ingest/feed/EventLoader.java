package io.tyto.ingest.feed;

import io.tyto.engine.entity.KeyHash;
import io.tyto.engine.load.RowsBuilder;
import io.tyto.engine.row.Row;
import io.tyto.ingest.decode.DecodeContext;
import io.tyto.ingest.decode.LineBlock;
import io.tyto.ingest.decode.LineParser;
import io.tyto.ingest.decode.Lines;
import io.tyto.ingest.decode.Rejection;
import io.tyto.ingest.decode.RowCodec;
import io.tyto.ingest.log.RawEvent;
import io.tyto.ingest.partition.RecordLimits;
import io.tyto.ingest.privacy.PrivacyChange;
import io.tyto.model.schema.TableSchema;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Turns many events of one collection into rows: JSON of the usual shape straight from bytes to
/// columns, everything else by {@link EventDecoders}. The result is the same either way.
///
/// Thread-safety: none; what it learned of one batch serves the next.
public final class EventLoader {
  /// The parser leaves longer records to the decoder, so they need not be copied for it.
  private static final int MAX_PARSED_BYTES = 1 << 15;

  /// The payload is not in the text, but left to the decoder.
  private static final int LEFT = -1;

  private final TableSchema schema;
  private final EventDecoders decoders;
  private final RowsBuilder rows;
  private final @Nullable LineParser parser;
  private final PrivacyChange privacy;
  private final Row row;
  private final RowCodec codec;
  private final int eventIdColumn;
  private byte[] text = {};

  /// Where the payload of each event begins in the text, or {@link #LEFT}.
  private int[] starts = {};

  /// Takes events that do not fit their collection.
  public interface Refused {
    void add(RawEvent event, Rejection rejection);
  }

  /// @param decoders of the topic, used by the same thread
  /// @param rows of the same schema; whoever calls cuts them by partition
  /// @param privacy what rows go through once their key has placed them
  public EventLoader(
      TableSchema schema,
      EventDecoders decoders,
      RowsBuilder rows,
      PrivacyChange privacy,
      DecodeContext context) {
    this.privacy = privacy;
    this.schema = schema;
    this.decoders = decoders;
    this.rows = rows;
    parser =
        DecoderRegistry.isJson(schema.config().source().feed())
            ? LineParser.ofJson(schema, rows, context)
            : null;
    row = new Row(schema.columns().size());
    codec = new RowCodec(schema);
    eventIdColumn = Spread.eventIdColumn(schema);
  }

  /// Begins a block of rows and fills it with those of the events, all of which {@link
  /// EventDecoders#route} gave to this collection; ascending by offset. The rows are to be cut
  /// before the next call.
  ///
  /// @param placement of rows among all partitions
  public void load(List<RawEvent> events, RowsBuilder.Placement placement, Refused refused) {
    int end = parser == null ? 0 : gather(events);
    rows.begin(text);
    if (parser != null) {
      parser.begin(text, end);
    }
    for (int i = 0; i < events.size(); i++) {
      RawEvent event = events.get(i);
      if (parser != null && starts[i] != LEFT && parser.parse(starts[i]) != LineParser.UNUSUAL) {
        rows.add(event.offset());
      } else {
        decode(event, placement, refused);
      }
    }
  }

  private void decode(RawEvent event, RowsBuilder.Placement placement, Refused refused) {
    TableSchema routed = decoders.route(event);
    if (routed == null || routed.collectionId() != schema.collectionId()) {
      throw new IllegalArgumentException(
          "the event at offset %d is not for %s".formatted(event.offset(), schema.name()));
    }
    Rejection rejection = decoders.decode(event, row);
    int place = RowsBuilder.BY_CELLS;
    if (rejection == null) {
      // By the key as it came: where it goes must not depend on how it is kept.
      place = privacy.isNone() ? place : placement.of(row, schema);
      privacy.apply(row);
      rejection = oversize();
    }
    if (rejection == null) {
      rows.add(row, event.offset(), place);
    } else {
      refused.add(event, rejection);
    }
  }

  /// The same limit as for events that come one by one.
  private @Nullable Rejection oversize() {
    codec.encode(row);
    byte[] eventId = eventIdColumn < 0 ? null : KeyHash.keyOf(row, eventIdColumn);
    return RecordLimits.check(schema, eventId, codec.length());
  }

  /// Lays the payloads below each other as lines; returns where they end.
  private int gather(List<RawEvent> events) {
    if (starts.length < events.size()) {
      starts = new int[events.size()];
    }
    int length = 0;
    for (int i = 0; i < events.size(); i++) {
      byte[] payload = events.get(i).payload();
      starts[i] = LEFT;
      if (payload != null && isLine(payload)) {
        starts[i] = length;
        length += payload.length + 1;
      }
    }
    if (text.length < length + LineBlock.SLACK) {
      text = new byte[Math.max(2 * text.length, length + LineBlock.SLACK)];
    }
    for (int i = 0; i < events.size(); i++) {
      byte[] payload = events.get(i).payload();
      if (payload != null && starts[i] != LEFT) {
        System.arraycopy(payload, 0, text, starts[i], payload.length);
        text[starts[i] + payload.length] = '\n';
      }
    }
    Arrays.fill(text, length, length + LineBlock.SLACK, (byte) '\n');
    return length;
  }

  /// Several lines are for the decoder: the parser would take the first of them as the event.
  private static boolean isLine(byte[] payload) {
    return payload.length > 0
        && payload.length <= MAX_PARSED_BYTES
        && Lines.end(payload, 0, payload.length) == payload.length;
  }
}
