package io.tyto.ingest.partition;

import io.tyto.ingest.partition.DeadLetter.Origin;
import io.tyto.ingest.partition.DeadLetter.Payload;
import io.tyto.ingest.partition.DeadLetter.RecordFormat;
import io.tyto.ingest.partition.DeadLetters.Column;
import io.tyto.ingest.partition.DeadLetters.Form;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The columns of one dead letter, wherever they are read from.
public interface LetterCells {
  /// What a decoder of text puts in the place of bytes that are not UTF-8.
  char REPLACEMENT = '\ufffd';

  long UNKNOWN_SIZE = -1;

  /// A text in UTF-8; null where there is none.
  byte @Nullable [] bytes(Column column);

  /// @param absent what stands for none
  long number(Column column, long absent);

  /// The letter.
  ///
  /// @param partition in whose chain it lies
  default StoredLetter letter(int partition, String logId, long logOffset, long receivedMicros) {
    String headers = text(Column.HEADERS);
    boolean areHeadersKept = !DeadLetters.HEADERS_LEFT_OUT.equals(headers);
    Payload payload = payload();
    Payload key = key();
    DeadLetter letter =
        new DeadLetter(
            orEmpty(text(Column.CODE)),
            text(Column.FIELD),
            orEmpty(text(Column.MESSAGE)),
            new Origin(
                orEmpty(text(Column.SOURCE)),
                text(Column.TOPIC),
                (int) number(Column.TOPIC_PARTITION, -1),
                number(Column.POSITION, 0),
                format(payload)),
            payload,
            key,
            areHeadersKept ? DeadLetters.headers(headers) : List.of(),
            (int) number(Column.CONFIG_VERSION, 0),
            number(Column.TREATED, 0) != 0);
    long home = number(Column.REPLAY_PARTITION, -1);
    return new StoredLetter(
        partition,
        logId,
        logOffset,
        receivedMicros,
        letter,
        payload.isWhole() && (key == null || key.isWhole()) && areHeadersKept,
        home < 0 ? null : new StoredLetter.Mark((int) home, number(Column.REPLAY_OFFSET, 0)));
  }

  private @Nullable String text(Column column) {
    byte[] bytes = bytes(column);
    return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
  }

  /// Letters of the first version have no form: their bytes were made text whatever they were, and
  /// nothing tells how many there had been.
  private Payload payload() {
    byte[] text = bytes(Column.RECORD);
    String form = text(Column.RECORD_FORM);
    if (form != null) {
      return payload(text, Form.valueOf(form), number(Column.SIZE, UNKNOWN_SIZE));
    }
    byte[] kept = text == null ? new byte[0] : text;
    boolean isCertain =
        kept.length < Payload.MAX_BYTES
            && new String(kept, StandardCharsets.UTF_8).indexOf(REPLACEMENT) < 0;
    return new Payload(kept, isCertain ? kept.length : UNKNOWN_SIZE, false);
  }

  private static Payload payload(byte @Nullable [] text, Form form, long size) {
    return new Payload(DeadLetters.bytes(text, form), size, form == Form.WITHHELD);
  }

  private @Nullable Payload key() {
    String form = text(Column.KEY_FORM);
    return form == null
        ? null
        : payload(bytes(Column.KEY), Form.valueOf(form), number(Column.KEY_SIZE, UNKNOWN_SIZE));
  }

  private RecordFormat format(Payload payload) {
    String kind = text(Column.FORMAT);
    if (kind != null) {
      return DeadLetters.format(RecordFormat.Kind.valueOf(kind), text(Column.LAYOUT));
    }
    byte[] bytes = payload.bytes();
    boolean isObject = bytes != null && bytes.length > 0 && bytes[0] == '{';
    return isObject ? RecordFormat.JSON : RecordFormat.NONE;
  }

  private static String orEmpty(@Nullable String text) {
    return text == null ? "" : text;
  }
}
