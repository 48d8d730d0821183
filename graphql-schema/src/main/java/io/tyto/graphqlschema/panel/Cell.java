package io.tyto.graphqlschema.panel;

import org.jspecify.annotations.Nullable;

/// Reads the finished value of one selected field from a row of an answer.
///
/// @param <S> what holds the rows
@FunctionalInterface
interface Cell<S> {
  @Nullable Object read(S source, int row);

  /// A field of something that has no rows.
  static <S> Cell<S> of(Property<S> property) {
    return (source, row) -> property.of(source);
  }

  /// @param <S> what has it
  @FunctionalInterface
  interface Property<S> {
    @Nullable Object of(S source);
  }
}
