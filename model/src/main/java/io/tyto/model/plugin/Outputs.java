package io.tyto.model.plugin;

import org.jspecify.annotations.Nullable;

/// The values that an enricher gives an event, by position in {@link Enricher#adds}. What is not
/// set is null; what the collection does not declare may be set and is dropped.
///
/// Setters throw IllegalArgumentException for a value that the column's type cannot hold.
///
/// Not thread-safe; valid during the call it is handed to.
public interface Outputs {

  /// Whether the collection has this column: what is not wanted need not be computed.
  boolean isWanted(int field);

  /// For a string: at most 1 MiB in UTF-8. Null is allowed.
  void text(int field, @Nullable String value);

  /// For the types of {@link Inputs#number}.
  void number(int field, long value);

  /// For a double: finite.
  void real(int field, double value);

  /// For any type, in the form that {@link io.tyto.model.schema.Values} describes; a list as a
  /// List. Null is allowed.
  void value(int field, @Nullable Object value);
}
