package io.tyto.ingest.letter;

import io.tyto.engine.row.Row;
import io.tyto.ingest.decode.CsvDecoder;
import io.tyto.ingest.decode.DecodeContext;
import io.tyto.ingest.decode.JsonDecoder;
import io.tyto.ingest.decode.RecordDecoder;
import io.tyto.ingest.decode.Rejection;
import io.tyto.ingest.feed.DecoderRegistry;
import io.tyto.ingest.feed.EventDecoders;
import io.tyto.ingest.log.RawEvent;
import io.tyto.ingest.partition.DeadLetter;
import io.tyto.ingest.partition.DeadLetter.RecordFormat;
import io.tyto.ingest.partition.StoredLetter;
import io.tyto.model.error.TytoException;
import io.tyto.model.schema.Feed;
import io.tyto.model.schema.TableSchema;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Reads the records of dead letters of one collection again, as its config says now. Not
/// thread-safe; the same letter gives the same row at each call.
public final class LetterDecoder {
  private static final Refusal UNREADABLE =
      new Refusal(
          Refusal.UNREADABLE, null, "the record could not be cut out of where it came from");

  private final TableSchema schema;
  private final List<TableSchema> all;
  private final DecodeContext context;
  private final DecoderRegistry decoders;
  private final PayloadSource payloads;
  private final PrivateLetters treatment;
  private final RecordDecoder json;
  private final Map<RecordFormat, RecordDecoder> tables = new HashMap<>();
  private final Map<String, EventDecoders> topics = new HashMap<>();

  /// @param all collections of the catalog: those that share a topic decide whose an event is
  /// @param context its clock stands still
  public LetterDecoder(
      TableSchema schema,
      List<TableSchema> all,
      DecodeContext context,
      DecoderRegistry decoders,
      PayloadSource payloads,
      PrivateLetters treatment) {
    this.treatment = treatment;
    this.schema = schema;
    this.all = all;
    this.context = context;
    this.decoders = decoders;
    this.payloads = payloads;
    this.json = new JsonDecoder(schema, context);
  }

  /// Fills the row; null where the record fits now. LOG_UNAVAILABLE and other failures that pass:
  /// nothing is told of the letter by them.
  public @Nullable Refusal decode(StoredLetter kept, Row row) {
    StoredLetter stored = kept.with(treatment.restored(kept.letter()));
    DeadLetter letter = stored.letter();
    if (letter.origin().format().kind() == RecordFormat.Kind.TOPIC) {
      return decodeEvent(stored, row);
    }
    Refusal missing = missing(stored);
    byte[] bytes = letter.payload().bytes();
    if (missing != null || bytes == null) {
      return missing;
    }
    try {
      return switch (letter.origin().format().kind()) {
        case JSON -> refusal(json.decode(bytes, 0, bytes.length, row));
        case CSV -> refusal(table(letter.origin().format()).decode(bytes, 0, bytes.length, row));
        case TOPIC, NONE -> UNREADABLE;
      };
    } catch (TytoException e) {
      requireLasting(e);
      // No column of the file is a field any more, or the like: it is said of each letter.
      return new Refusal(e.code().name(), null, String.valueOf(e.getMessage()));
    }
  }

  private @Nullable Refusal decodeEvent(StoredLetter stored, Row row) {
    RawEvent event = missing(stored) == null ? event(stored) : payloads.read(stored);
    if (event == null) {
      return missing(stored);
    }
    String topic = stored.letter().origin().topic();
    try {
      EventDecoders ofTopic = topics.computeIfAbsent(topic == null ? "" : topic, this::ofTopic);
      TableSchema taker = ofTopic.route(event);
      if (taker == null || taker.collectionId() != schema.collectionId()) {
        return new Refusal(
            Refusal.OTHER_COLLECTION,
            null,
            "the event is for %s now, not for %s"
                .formatted(taker == null ? "no collection" : taker.name(), schema.name()));
      }
      return refusal(ofTopic.decode(event, row));
    } catch (TytoException e) {
      requireLasting(e);
      return new Refusal(e.code().name(), null, String.valueOf(e.getMessage()));
    }
  }

  private static void requireLasting(TytoException e) {
    if (e.code().isRetryable()) {
      throw e;
    }
  }

  private EventDecoders ofTopic(String topic) {
    Feed feed = schema.config().source().feed();
    List<TableSchema> sharing =
        feed == null ? List.of() : EventDecoders.sharing(all, feed.kind(), topic);
    return new EventDecoders(sharing, schema.groupId(), context, decoders);
  }

  private static RawEvent event(StoredLetter stored) {
    DeadLetter letter = stored.letter();
    DeadLetter.Payload key = letter.key();
    return new RawEvent(
        stored.logOffset(),
        stored.receivedMicros(),
        key == null ? null : key.bytes(),
        letter.payload().bytes(),
        letter.headers());
  }

  private RecordDecoder table(RecordFormat format) {
    return tables.computeIfAbsent(
        format,
        csv ->
            new CsvDecoder(
                schema, csv.columns(), csv.delimiter(), schema.config().source().file(), context));
  }

  /// Why a replay would not even try to read the record; null where it does.
  public static @Nullable Refusal obstacle(StoredLetter stored) {
    return stored.letter().origin().format().kind() == RecordFormat.Kind.NONE
        ? UNREADABLE
        : missing(stored);
  }

  /// Why the record is not at hand; null where it is.
  private static @Nullable Refusal missing(StoredLetter stored) {
    DeadLetter.Payload payload = stored.letter().payload();
    if (payload.isWithheld()) {
      return new Refusal(
          Refusal.WITHHELD, null, "a privacy policy did not let the record be kept; send it again");
    }
    // Tokens are longer than what they stand for.
    boolean wasWhole =
        stored.letter().isTreated() && payload.sizeBytes() <= DeadLetter.Payload.MAX_BYTES;
    if (!stored.isWhole() && !wasWhole) {
      return new Refusal(
          Refusal.TRUNCATED,
          null,
          "%s bytes are kept of a record of %s; send it again"
              .formatted(
                  payload.bytes() == null ? 0 : payload.bytes().length,
                  payload.sizeBytes() < 0 ? "unknown length" : payload.sizeBytes() + " bytes"));
    }
    return null;
  }

  private static @Nullable Refusal refusal(@Nullable Rejection rejection) {
    return rejection == null
        ? null
        : new Refusal(rejection.code().name(), rejection.field(), rejection.message());
  }
}
