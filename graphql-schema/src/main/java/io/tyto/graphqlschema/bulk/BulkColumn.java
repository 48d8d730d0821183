package io.tyto.graphqlschema.bulk;

import io.tyto.graphqlschema.schema.ApiColumn;
import io.tyto.graphqlschema.schema.ApiType;
import io.tyto.graphqlschema.value.Formats;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.TimestampUnit;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// A column of a result as every format shows it.
///
/// @param role `DIMENSION`, `TIME`, `MEASURE`, `PREVIOUS`, or `FIELD` of a record
/// @param type of its values, of its elements if it is a list
/// @param scale fraction digits of a decimal; null where every value has its own, or is none
/// @param unit of times: none of them is finer
/// @param zone that times are shown in; null: UTC
/// @param pick takes the value for this column out of what the engine's column holds
public record BulkColumn(
    String name,
    String role,
    ApiType type,
    boolean isList,
    boolean isNullable,
    @Nullable Integer scale,
    TimestampUnit unit,
    @Nullable ZoneId zone,
    UnaryOperator<@Nullable Object> pick) {

  /// A column whose values are those of a column of the collection.
  public static BulkColumn of(ApiColumn column, String role, boolean isNullable) {
    return new BulkColumn(
        column.field(),
        role,
        column.type(),
        column.isList(),
        isNullable,
        scale(column),
        unit(column),
        null,
        value -> value);
  }

  /// A column of values that no collection keeps.
  public static BulkColumn made(
      String name,
      String role,
      ApiType type,
      boolean isNullable,
      @Nullable ApiColumn from,
      @Nullable ZoneId zone,
      UnaryOperator<@Nullable Object> pick) {
    return new BulkColumn(
        name,
        role,
        type,
        false,
        isNullable,
        from == null || type != ApiType.DECIMAL ? null : scale(from),
        // Buckets begin at whole seconds, also where the column is finer.
        from == null || zone != null ? TimestampUnit.MICROS : unit(from),
        zone,
        pick);
  }

  private static @Nullable Integer scale(ApiColumn column) {
    return switch (column.spec().type().element()) {
      case ColumnType.DecimalType decimal -> decimal.scale();
      case ColumnType.IntType _, ColumnType.LongType _ -> 0;
      default -> null;
    };
  }

  private static TimestampUnit unit(ApiColumn column) {
    return column.spec().type().element() instanceof ColumnType.TimestampType timestamp
        ? timestamp.unit()
        : TimestampUnit.MICROS;
  }

  /// The value for typed formats: String, Boolean, Long, Double, BigDecimal, Instant,
  /// OffsetDateTime, LocalDate, or null; of a list a List of them.
  public @Nullable Object plain(@Nullable Object value) {
    Object picked = pick.apply(value);
    if (isList && picked instanceof List<?> elements) {
      List<@Nullable Object> plain = new ArrayList<>(elements.size());
      elements.forEach(element -> plain.add(element == null ? null : single(element)));
      return plain;
    }
    return picked == null ? null : single(picked);
  }

  private Object single(Object value) {
    return switch (type) {
      case TEXT, ID, UUID, IP -> Formats.text(value);
      case LONG -> ((Number) value).longValue();
      case FLOAT -> ((Number) value).doubleValue();
      case BOOL, DECIMAL, TIME, DATE, JSON -> value;
    };
  }

  /// The value as GraphQL has it; see {@link ApiType#json}.
  public @Nullable Object json(@Nullable Object value) {
    Object picked = pick.apply(value);
    if (isList && picked instanceof List<?> elements) {
      List<@Nullable Object> list = new ArrayList<>(elements.size());
      elements.forEach(element -> list.add(element == null ? null : type.json(element)));
      return list;
    }
    return picked == null ? null : type.json(picked);
  }
}
