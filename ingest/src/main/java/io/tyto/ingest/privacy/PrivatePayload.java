package io.tyto.ingest.privacy;

import io.tyto.ingest.decode.PayloadForm;
import io.tyto.ingest.decode.Rejection;
import io.tyto.ingest.decode.ValueRanges;
import io.tyto.ingest.decode.ValueRanges.Found;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.Privacy;
import io.tyto.model.schema.TableSchema;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Takes private values out of records that were refused, before they are kept as dead letters, and
/// puts them back for whoever tries such a record once more.
///
/// A private value stands there as a token of how it was written, whatever its policy, because a
/// record that is replayed must find its partition and repeat its event id as it would have at
/// first; a dropped one is null. A record that cannot be read is not kept at all. Doing it twice is
/// as doing it once.
///
/// Thread-safe.
public final class PrivatePayload {
  /// What a message without a field tells of without showing values.
  private static final Set<String> SAFE =
      Set.of(
          Rejection.Code.TOO_LARGE.name(),
          Rejection.Code.TOO_DEEP.name(),
          Rejection.Code.TOO_MANY_CELLS.name());

  private static final String NOT_SHOWN =
      "found a value that is not shown, because the field is private, expected ";
  private static final int HASH_BYTES = 8;

  /// Begins what is in the token of a record's value, so that it is not taken for a value.
  private static final byte MARK = 0;

  private final TableSchema schema;
  private final KeyFile keys;
  private final ValueRanges ranges;

  public PrivatePayload(TableSchema schema, KeyFile keys) {
    this.schema = schema.withDormantPrivate();
    this.keys = keys;
    this.ranges = new ValueRanges(this.schema, column -> column.privacy() != null);
  }

  /// Whether the collection has private fields at all.
  public boolean isNeeded() {
    return schema.hasPrivate();
  }

  /// The record as it may be kept, or null where it cannot be read and so not be kept.
  public byte @Nullable [] of(byte[] record, PayloadForm form) {
    if (!isNeeded()) {
      return record;
    }
    List<Found> found = ranges.find(record, form);
    return found == null ? null : replaced(record, form, found, this::hidden);
  }

  /// A record of {@link #of} as it was, but for values that were dropped.
  public byte[] restored(byte[] kept, PayloadForm form) {
    List<Found> found = isNeeded() ? ranges.find(kept, form) : null;
    return found == null ? kept : replaced(kept, form, found, this::shown);
  }

  /// A value of a record as a whole, such as its key in a topic: always a token.
  public byte[] ofKey(byte[] key) {
    return !isNeeded() || unmarked(key) != null ? key : marked(key);
  }

  /// What {@link #ofKey} was given.
  public byte[] restoredKey(byte[] kept) {
    byte[] key = isNeeded() ? unmarked(kept) : null;
    return key == null ? kept : key;
  }

  /// The reason as it may be kept and answered.
  public Rejection of(Rejection rejection) {
    String message = message(rejection.code().name(), rejection.field(), rejection.message());
    return new Rejection(rejection.code(), rejection.field(), message);
  }

  /// What may be said of a record that was refused.
  ///
  /// @param code a name of {@link Rejection.Code}, or another
  /// @param field null where it is the record as a whole
  public String message(String code, @Nullable String field, String message) {
    if (!isNeeded()) {
      return message;
    }
    ColumnSpec column = field == null ? null : schema.column(field);
    if (field != null) {
      return column != null && column.privacy() != null ? NOT_SHOWN + column.type() : message;
    }
    return SAFE.contains(code)
        ? message
        : "the record could not be read (%s); what was found is not shown, because the collection has private fields"
            .formatted(code);
  }

  /// Stands for the bytes of a record that is not kept: enough to find it where it came from.
  public static String fingerprint(byte[] record) {
    return "%d bytes, of which the SHA-256 begins with %s"
        .formatted(record.length, HexFormat.of().formatHex(sha256(record), 0, HASH_BYTES));
  }

  @FunctionalInterface
  private interface Replacement {
    /// What stands in the place of a value; null: the value stays.
    byte @Nullable [] of(ColumnSpec column, byte[] value, PayloadForm form);
  }

  private static byte[] replaced(
      byte[] record, PayloadForm form, List<Found> found, Replacement replacement) {
    ByteArrayOutputStream kept = new ByteArrayOutputStream(record.length + 64 * found.size());
    int at = 0;
    for (Found value : found) {
      byte[] bytes = Arrays.copyOfRange(record, value.from(), value.to());
      byte[] instead = replacement.of(value.column(), bytes, form);
      kept.write(record, at, value.from() - at);
      kept.writeBytes(instead == null ? bytes : instead);
      at = value.to();
    }
    kept.write(record, at, record.length - at);
    return kept.toByteArray();
  }

  private byte @Nullable [] hidden(ColumnSpec column, byte[] value, PayloadForm form) {
    boolean isJson = form instanceof PayloadForm.Json;
    Privacy privacy = column.privacy();
    if (privacy != null && privacy.policy() == Privacy.Policy.DROP) {
      return ascii(isJson ? "null" : "");
    }
    if (shown(column, value, form) != null) {
      return null;
    }
    byte[] token = marked(value);
    return isJson ? quoted(token) : token;
  }

  private byte @Nullable [] shown(ColumnSpec column, byte[] kept, PayloadForm form) {
    boolean isQuoted = kept.length > 1 && kept[0] == '"' && form instanceof PayloadForm.Json;
    return unmarked(isQuoted ? Arrays.copyOfRange(kept, 1, kept.length - 1) : kept);
  }

  private byte[] marked(byte[] value) {
    byte[] marked = new byte[value.length + 1];
    marked[0] = MARK;
    System.arraycopy(value, 0, marked, 1, value.length);
    return keys.values().token(marked);
  }

  private byte @Nullable [] unmarked(byte[] token) {
    byte[] value = keys.values().valueOf(token);
    return value == null || value.length == 0 || value[0] != MARK
        ? null
        : Arrays.copyOfRange(value, 1, value.length);
  }

  private static byte[] quoted(byte[] token) {
    return ascii('"' + new String(token, StandardCharsets.US_ASCII) + '"');
  }

  private static byte[] sha256(byte[] data) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(data);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
