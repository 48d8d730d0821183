package io.tyto.ingest.decode;

/// The limits of one record. They protect the process; what they cut off becomes a dead letter.
public final class DecodeLimits {
  /// Bytes of a record, whatever its format.
  public static final int MAX_RECORD_BYTES = 4 << 20;

  /// Objects and arrays inside each other, the record itself being the first.
  public static final int MAX_DEPTH = 32;

  private DecodeLimits() {}
}
