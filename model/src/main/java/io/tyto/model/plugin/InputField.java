package io.tyto.model.plugin;

import io.tyto.model.schema.ColumnType;
import java.util.List;

/// A column that an enricher reads.
///
/// @param name of the column, usually from the enricher's settings
/// @param types of which the column may be
/// @param isRequired whether the enricher is of no use to collections without such a column; inputs
///   that are not there read as null
public record InputField(String name, List<ColumnType> types, boolean isRequired) {
  public InputField {
    types = List.copyOf(types);
  }

  /// A column that must be there.
  public static InputField of(String name, ColumnType... types) {
    return new InputField(name, List.of(types), true);
  }

  /// A column that helps where it is there.
  public static InputField optional(String name, ColumnType... types) {
    return new InputField(name, List.of(types), false);
  }
}
