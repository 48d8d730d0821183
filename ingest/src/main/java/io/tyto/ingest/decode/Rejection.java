package io.tyto.ingest.decode;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.IngestService.Rejected;
import org.jspecify.annotations.Nullable;

/// Why one record does not fit its collection; it becomes a dead letter.
///
/// @param field column the reason is about, null where it is the record as a whole
/// @param message for the sender of the record: what was found, what was expected
public record Rejection(Code code, @Nullable String field, String message) {

  /// As the sender of a body is told.
  public Rejected of(RawRecord raw) {
    return new Rejected(Math.toIntExact(raw.number()), field, code.name(), message);
  }

  /// As the sender of a body is told that cannot be read at all.
  public TytoException unreadable(RawRecord raw) {
    return new TytoException(
        ErrorCode.BAD_JSON,
        "the body is not valid JSON, event %d from byte %d on: %s. Nothing was taken; send an array of objects, or one object a line"
            .formatted(raw.number(), raw.byteOffset(), message));
  }

  /// The closed list of reasons; names are part of the API and never change their meaning.
  public enum Code {
    /// Not JSON by RFC 8259.
    MALFORMED_JSON,
    /// Quotes that do not pair up, or text after a closing quote.
    MALFORMED_CSV,
    /// JSON, but not an object.
    NOT_AN_OBJECT,
    /// More cells than the file has columns.
    TOO_MANY_CELLS,
    /// A record, string or JSON value longer than its limit.
    TOO_LARGE,
    /// Nested deeper than {@link DecodeLimits#MAX_DEPTH}.
    TOO_DEEP,
    /// An object has the same key twice.
    DUPLICATE_KEY,
    /// Bytes that are not UTF-8, or an escaped half of a surrogate pair.
    INVALID_UTF8,
    /// A value of another kind than the column's type takes.
    TYPE_MISMATCH,
    /// A number or time that the column's type cannot hold.
    OUT_OF_RANGE,
    /// More fraction digits than the column keeps; never rounded.
    TOO_PRECISE,
    /// Text that does not read as the column's type or format.
    BAD_FORMAT,
    /// Event time outside the collection's bounds.
    TIME_OUT_OF_BOUNDS,
    /// A record of a topic that has no value.
    TOMBSTONE,
    /// A type of event that no collection of the topic takes.
    UNKNOWN_TYPE,
    /// Bytes that are not of the feed's format, or not of their schema.
    UNDECODABLE,
    /// Bytes written by a schema that nobody knows.
    UNKNOWN_SCHEMA,
    /// A record of a topic that fits, but was read again after its partition had gone past it as
    /// one that does not. A replay makes it a row.
    FITS_LATER
  }
}
