package io.tyto.graphqlschema.panel;

import graphql.normalized.ExecutableNormalizedField;
import io.tyto.graphqlschema.input.Grouping;
import io.tyto.graphqlschema.schema.ApiType;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.query.GroupKey;
import io.tyto.model.result.BinKey;
import io.tyto.model.result.Bucket;
import io.tyto.model.result.ResultColumn;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Compiles the selection of group keys. A key that does not exist is an error here, before any
/// scan: null could not be told from the group of null values.
final class KeyCells {
  private final String type;
  private final Grouping grouping;

  /// @param type name of the key object
  KeyCells(String type, Grouping grouping) {
    this.type = type;
    this.grouping = grouping;
  }

  /// The key object below `field`, of rows that have all keys.
  ObjectShape<List<ResultColumn>> compile(ExecutableNormalizedField field) {
    return compile(field, Set.of());
  }

  /// @param missing positions of keys that these rows are not grouped by
  ObjectShape<List<ResultColumn>> compile(ExecutableNormalizedField field, Set<Integer> missing) {
    return ObjectShape.of(field, member -> cell(member, missing));
  }

  private Cell<List<ResultColumn>> cell(ExecutableNormalizedField member, Set<Integer> missing) {
    for (int i = 0; i < grouping.keys().size(); i++) {
      Grouping.Key key = grouping.keys().get(i);
      boolean isEnd = key.isTimeBucket() && key.column().endField().equals(member.getName());
      if (missing.contains(i) || !(isEnd || key.field().equals(member.getName()))) {
        continue;
      }
      return switch (key.groupKey()) {
        case GroupKey.Dimension _ -> dimension(i, key.column().type());
        case GroupKey.TimeBucket _ -> bucket(i, key.column().type(), isEnd);
        case GroupKey.Bins _ -> bin(i, member);
      };
    }
    throw notGrouped(member.getName(), !missing.isEmpty());
  }

  private TytoException notGrouped(String member, boolean isOthers) {
    String coordinate = type + "." + member;
    String rows =
        isOthers
            ? "othersRows are not grouped by the keys of top"
            : "groupBy has " + grouping.fields();
    return new TytoException(
        ErrorCode.DIMENSION_NOT_GROUPED,
        "%s is selected, but these rows are not grouped by it: %s".formatted(coordinate, rows),
        coordinate,
        null);
  }

  private static Cell<List<ResultColumn>> dimension(int position, ApiType type) {
    return (columns, row) -> {
      Object value = columns.get(position).value(row);
      return value == null ? null : type.json(value);
    };
  }

  private static Cell<List<ResultColumn>> bucket(int position, ApiType type, boolean isEnd) {
    return (columns, row) -> shown(columns.get(position).value(row), type, isEnd);
  }

  /// {@link #boundary} as the API shows it.
  static @Nullable Object shown(@Nullable Object value, ApiType type, boolean isEnd) {
    Object boundary = boundary(value, type, isEnd);
    return boundary == null ? null : type.json(boundary);
  }

  /// The start or the end of a bucket, as a day where the column holds days.
  static @Nullable Object boundary(@Nullable Object value, ApiType type, boolean isEnd) {
    if (!(value instanceof Bucket bucket)) {
      return null;
    }
    OffsetDateTime time = isEnd ? bucket.end() : bucket.start();
    return type == ApiType.DATE ? time.toLocalDate() : time;
  }

  private static Cell<List<ResultColumn>> bin(int position, ExecutableNormalizedField member) {
    ObjectShape<BinKey> shape =
        ObjectShape.of(
            member,
            field ->
                Cell.of(
                    switch (field.getName()) {
                      case "from" -> BinKey::from;
                      case "to" -> BinKey::to;
                      default -> throw Shapes.unknown(field);
                    }));
    return (columns, row) ->
        columns.get(position).value(row) instanceof BinKey bin ? shape.read(bin) : null;
  }
}
