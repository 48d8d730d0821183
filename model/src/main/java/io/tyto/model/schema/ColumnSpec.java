package io.tyto.model.schema;

import io.tyto.model.expression.Expression;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One column of a collection.
///
/// @param id numeric id from the catalog, never reused; 0 while a config has not been applied
/// @param name name in the config
/// @param apiName name in the GraphQL schema
/// @param derive the expression of a derived column; computed on reading for rows older than it
/// @param annotations free words of the config, handed to clients and never interpreted
public record ColumnSpec(
    int id,
    String name,
    String apiName,
    ColumnType type,
    Role role,
    @Nullable String description,
    @Nullable String deprecated,
    @Nullable String unit,
    @Nullable Expression derive,
    Map<String, String> annotations) {

  /// What a column is for, where its type alone does not say.
  public enum Role {
    /// Decided by the type: numbers are measures and dimensions.
    AUTO,
    DIMENSION,
    /// Shown as `ID`, without range filters or arithmetic.
    ID
  }

  static ColumnSpec system(int id, String name, ColumnType type) {
    return new ColumnSpec(id, name, name, type, Role.AUTO, null, null, null, null, Map.of());
  }

  public ColumnSpec withId(int newId) {
    return new ColumnSpec(
        newId, name, apiName, type, role, description, deprecated, unit, derive, annotations);
  }
}
