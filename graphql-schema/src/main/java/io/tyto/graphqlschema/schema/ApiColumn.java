package io.tyto.graphqlschema.schema;

import io.tyto.model.schema.ApiNames;
import io.tyto.model.schema.ColumnSpec;
import org.jspecify.annotations.Nullable;

/// A column as the API shows it.
///
/// @param field its member in filters, keys, measures and records
/// @param constant its member in the enums of columns
/// @param type of its values, of its elements if it is a list
/// @param isRequired whether every event has it
/// @param personal what kind of personal data it holds, if it is private
public record ApiColumn(
    ColumnSpec spec,
    String field,
    String constant,
    ApiType type,
    boolean isRequired,
    String personal) {

  /// @param entity whose key it is, or null
  static ApiColumn of(ColumnSpec spec, @Nullable String entity, boolean isRequired) {
    return new ApiColumn(
        spec,
        spec.apiName(),
        ApiNames.constant(spec.apiName()),
        ApiType.of(spec, entity != null),
        isRequired,
        entity == null ? spec.name() : entity);
  }

  /// The name by which the engine knows it.
  public String name() {
    return spec.name();
  }

  public boolean isList() {
    return spec.type().isList();
  }

  /// Whether rows can be grouped by it, and measures taken of it.
  public boolean isDimension() {
    return type.family() != ApiType.Family.NONE;
  }

  /// Whether time buckets can be made of it.
  public boolean isTimeAxis() {
    return !isList() && (type == ApiType.TIME || type == ApiType.DATE);
  }

  /// Whether its numbers measure something; those of role `dimension` only name it.
  public boolean isMeasure() {
    return type.isNumber() && spec.role() != ColumnSpec.Role.DIMENSION;
  }

  /// Whether bins can be made of it.
  public boolean isBinnable() {
    return !isList() && isMeasure();
  }

  /// Whether records can be ordered by it.
  public boolean isSortable() {
    return !isList() && isDimension();
  }

  /// Member of the key that holds a time bucket's end.
  public String endField() {
    return field + "_end";
  }

  /// Member of the key that holds a bin.
  public String binField() {
    return field + "_bin";
  }

  /// The input type of its member in the collection's filter.
  public String filterType() {
    return isList() ? type.listFilter() : type.filter();
  }

  /// The output type of its member in a record.
  public String recordType() {
    String value = isList() ? "[" + type.scalar() + "]" : type.scalar();
    return isRequired ? value + "!" : value;
  }
}
