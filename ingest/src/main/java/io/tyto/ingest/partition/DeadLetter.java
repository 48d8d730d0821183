package io.tyto.ingest.partition;

import io.tyto.ingest.decode.Utf8;
import io.tyto.ingest.log.RawEvent;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A record that did not fit its collection: what it was, where it came from, and why it was
/// refused.
///
/// @param code why: a name of {@link io.tyto.ingest.decode.Rejection.Code}
/// @param field column the reason is about, null where it is the record as a whole
/// @param message what was found and what was expected
/// @param key of the record in its topic; null without one
/// @param headers of the record in its topic
/// @param configVersion of the collection that refused it; 0 where that is not known
/// @param isTreated a privacy policy changed what is kept here
public record DeadLetter(
    String code,
    @Nullable String field,
    String message,
    Origin origin,
    Payload payload,
    @Nullable Payload key,
    List<RawEvent.Header> headers,
    int configVersion,
    boolean isTreated) {

  public DeadLetter {
    headers = List.copyOf(headers);
  }

  /// Where a record came from.
  ///
  /// @param source `http`, the name of a file or the name of a topic
  /// @param topic null where it came from none
  /// @param topicPartition of the topic; -1 without one
  /// @param position number of the record in the request or file, or its offset in the topic
  public record Origin(
      String source,
      @Nullable String topic,
      int topicPartition,
      long position,
      RecordFormat format) {}

  /// How a payload is to be read.
  ///
  /// @param columns names of the cells by position, and `delimiter` what stands between them: of
  ///   CSV and TSV only
  public record RecordFormat(Kind kind, List<String> columns, char delimiter) {
    public static final RecordFormat JSON = new RecordFormat(Kind.JSON, List.of(), (char) 0);
    public static final RecordFormat TOPIC = new RecordFormat(Kind.TOPIC, List.of(), (char) 0);
    public static final RecordFormat NONE = new RecordFormat(Kind.NONE, List.of(), (char) 0);

    public RecordFormat {
      columns = List.copyOf(columns);
    }

    /// Names are stored: never renamed.
    public enum Kind {
      /// One JSON object.
      JSON,
      /// One record of a CSV or TSV file.
      CSV,
      /// As the collection's feed says.
      TOPIC,
      /// The bytes cannot be read again as a record: it could not even be cut out of its file.
      NONE
    }
  }

  /// Bytes as far as they are kept.
  ///
  /// @param bytes the first {@link #MAX_BYTES}; null where the record had none, or they are
  ///   withheld
  /// @param sizeBytes of the whole
  /// @param isWithheld a privacy policy does not let them be kept
  @SuppressWarnings("ArrayRecordComponent") // carried, never compared
  public record Payload(byte @Nullable [] bytes, long sizeBytes, boolean isWithheld) {
    /// Bytes of a refused record that are kept.
    public static final int MAX_BYTES = 64 << 10;

    private static final int MAX_SEQUENCE_BYTES = 4;

    /// Copies what is kept of `data[from, to)`; text is not cut within a character.
    public static Payload of(byte[] data, int from, int to) {
      int end = Math.min(to, from + MAX_BYTES);
      if (end < to) {
        int invalid = Utf8.invalidAt(data, from, end);
        end = invalid >= 0 && end - invalid < MAX_SEQUENCE_BYTES ? invalid : end;
      }
      return new Payload(Arrays.copyOfRange(data, from, end), to - from, false);
    }

    /// Of a record of a topic, which may have none.
    public static Payload of(byte @Nullable [] data) {
      return data == null ? new Payload(null, 0, false) : of(data, 0, data.length);
    }

    /// Nothing of it.
    public static Payload withheld(long sizeBytes) {
      return new Payload(null, sizeBytes, true);
    }

    /// Whether every byte is kept.
    public boolean isWhole() {
      return !isWithheld && (bytes == null ? 0 : bytes.length) == sizeBytes;
    }
  }
}
