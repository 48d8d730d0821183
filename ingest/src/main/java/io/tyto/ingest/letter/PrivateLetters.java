package io.tyto.ingest.letter;

import io.tyto.ingest.decode.PayloadForm;
import io.tyto.ingest.partition.DeadLetter;
import io.tyto.ingest.partition.DeadLetter.Payload;
import io.tyto.ingest.partition.DeadLetter.RecordFormat;
import io.tyto.ingest.privacy.PrivatePayload;
import io.tyto.model.schema.Feed;
import io.tyto.model.schema.TableSchema;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Takes private values out of the dead letters of one collection: out of the record, its key and
/// the message. Applied to a letter it has treated it changes nothing. Thread-safe.
public final class PrivateLetters implements LetterTreatment {
  private static final String JSON = "json";
  private static final String NOT_KEPT =
      "; the record is not kept, because private values in it cannot be told apart: ";

  private final TableSchema schema;
  private final PrivatePayload payloads;

  public PrivateLetters(TableSchema schema, PrivatePayload payloads) {
    this.schema = schema;
    this.payloads = payloads;
  }

  @Override
  public DeadLetter treat(DeadLetter letter) {
    if (!payloads.isNeeded()) {
      return letter;
    }
    byte[] before = letter.payload().bytes();
    Payload payload = letter.payload();
    String message = message(letter);
    if (before != null) {
      byte[] after = payloads.of(before, form(letter.origin().format()));
      if (after == null) {
        message += NOT_KEPT + PrivatePayload.fingerprint(before) + whereItIs(letter);
        payload = Payload.withheld(payload.sizeBytes());
      } else if (!Arrays.equals(before, after)) {
        payload = new Payload(after, payload.sizeBytes(), false);
      }
    }
    Payload key = key(letter.key());
    boolean isChanged = !payload.equals(letter.payload()) || !Objects.equals(key, letter.key());
    return new DeadLetter(
        letter.code(),
        letter.field(),
        message,
        letter.origin(),
        payload,
        key,
        letter.headers(),
        letter.configVersion(),
        letter.isTreated() || isChanged);
  }

  /// The letter as it was before {@link #treat}, for a replay, but for what was dropped or
  /// withheld.
  public DeadLetter restored(DeadLetter letter) {
    byte[] kept = letter.payload().bytes();
    Payload key = letter.key();
    byte[] keptKey = key == null ? null : key.bytes();
    return new DeadLetter(
        letter.code(),
        letter.field(),
        letter.message(),
        letter.origin(),
        kept == null
            ? letter.payload()
            : whole(payloads.restored(kept, form(letter.origin().format())), letter.payload()),
        key == null || keptKey == null ? key : whole(payloads.restoredKey(keptKey), key),
        letter.headers(),
        letter.configVersion(),
        letter.isTreated());
  }

  private static Payload whole(byte[] bytes, Payload kept) {
    return new Payload(bytes, kept.sizeBytes(), false);
  }

  private String message(DeadLetter letter) {
    String message = letter.message();
    int tail = message.indexOf(NOT_KEPT);
    String head = tail < 0 ? message : message.substring(0, tail);
    String shown = payloads.message(letter.code(), letter.field(), head);
    return tail < 0 ? shown : shown + message.substring(tail);
  }

  private static String whereItIs(DeadLetter letter) {
    DeadLetter.Origin origin = letter.origin();
    return origin.topic() == null
        ? "; it was record %d of %s".formatted(origin.position(), origin.source())
        : "; it is at offset %d of partition %d of the topic %s"
            .formatted(origin.position(), origin.topicPartition(), origin.topic());
  }

  private @Nullable Payload key(@Nullable Payload key) {
    byte[] bytes = key == null ? null : key.bytes();
    if (key == null || bytes == null) {
      return key;
    }
    byte[] hidden = payloads.ofKey(bytes);
    return Arrays.equals(hidden, bytes) ? key : new Payload(hidden, key.sizeBytes(), false);
  }

  private PayloadForm form(RecordFormat format) {
    return switch (format.kind()) {
      case JSON -> PayloadForm.JSON;
      case CSV ->
          new PayloadForm.Table(
              format.columns(), format.delimiter(), schema.config().source().file().quote());
      case TOPIC -> {
        Feed feed = schema.config().source().feed();
        boolean isJson = feed == null || feed.format().equalsIgnoreCase(JSON);
        yield isJson ? PayloadForm.JSON : PayloadForm.OPAQUE;
      }
      case NONE -> PayloadForm.OPAQUE;
    };
  }
}
