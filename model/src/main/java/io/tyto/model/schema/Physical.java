package io.tyto.model.schema;

/// The three forms in which values live in columns and vectors; {@link Values} converts.
public enum Physical {
  /// bool (0, 1), int, long, timestamp, date, decimal to 18 digits (unscaled).
  LONG,
  /// double; never NaN or infinite.
  DOUBLE,
  /// string and json (UTF-8), uuid and ip (16 bytes), decimal over 18 digits (16 sortable bytes).
  /// Values compare as unsigned bytes.
  BYTES
}
