package io.tyto.ingest.decode;

import io.tyto.model.schema.ColumnType;

/// How text or numbers become a timestamp or a date: `iso` (the default), `epoch_s`, `epoch_ms`,
/// `epoch_us`, `epoch_ns`, `epoch_days` (dates only), or a pattern of
/// java.time.format.DateTimeFormatter with English names, such as `MMM dd yyyy`. Times without a
/// zone are UTC.
public final class TimeFormat {

  private TimeFormat() {}

  /// Parses what `source.formats` says of a column; IllegalArgumentException tells what was
  /// expected.
  public static TimeFormat parse(ColumnType.Scalar type, String text) {
    throw new UnsupportedOperationException();
  }
}
