package io.tyto.model.plugin;

import org.jspecify.annotations.Nullable;

/// The values of an event that an enricher reads, by position in {@link Enricher#reads}. Each
/// getter is for the types it names and throws IllegalStateException for others and for null.
///
/// Not thread-safe; valid during the call it is handed to.
public interface Inputs {
  boolean isNull(int field);

  /// Of a string or json.
  String text(int field);

  /// Of an int or long; 0 or 1 of a bool; a timestamp's count of its unit, a date's days since
  /// 1970; a decimal of at most 18 digits without its point.
  long number(int field);

  /// Of a double.
  double real(int field);

  /// Of a string or json in UTF-8, or the 16 bytes of a uuid or ip (IPv4 as `::ffff:a.b.c.d`). The
  /// array itself, not a copy: it must not be changed or kept.
  byte[] bytes(int field);

  /// Of any type, in the form that {@link io.tyto.model.schema.Values} describes; a list as a List
  /// with nulls. Null where the value is null.
  @Nullable Object value(int field);
}
