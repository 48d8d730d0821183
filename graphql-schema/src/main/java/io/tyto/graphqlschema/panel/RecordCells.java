package io.tyto.graphqlschema.panel;

import graphql.normalized.ExecutableNormalizedField;
import io.tyto.graphqlschema.schema.ApiCollection;
import io.tyto.graphqlschema.schema.ApiColumn;
import io.tyto.graphqlschema.schema.ApiType;
import io.tyto.model.result.RecordRows;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Compiles the selection of a record, and notes which columns it needs.
final class RecordCells {
  private final ApiCollection collection;
  private final List<String> columns = new ArrayList<>();

  RecordCells(ApiCollection collection) {
    this.collection = collection;
  }

  /// What was compiled so far asks for these.
  List<String> columns() {
    return List.copyOf(columns);
  }

  ObjectShape<RecordRows> compile(ExecutableNormalizedField record) {
    return ObjectShape.of(
        record,
        member ->
            member.getName().equals("_id")
                ? (rows, row) -> rows.ids().get(row)
                : column(collection.byField(member.getName())));
  }

  private Cell<RecordRows> column(ApiColumn column) {
    int known = columns.indexOf(column.name());
    int position = known < 0 ? columns.size() : known;
    if (known < 0) {
      columns.add(column.name());
    }
    ApiType type = column.type();
    if (column.isList()) {
      return (rows, row) -> list(rows.columns().get(position).value(row), type);
    }
    return (rows, row) -> {
      Object value = rows.columns().get(position).value(row);
      return value == null ? null : type.json(value);
    };
  }

  private static @Nullable Object list(@Nullable Object value, ApiType type) {
    if (!(value instanceof List<?> elements)) {
      return null;
    }
    List<@Nullable Object> list = new ArrayList<>(elements.size());
    for (Object element : elements) {
      list.add(element == null ? null : type.json(element));
    }
    return list;
  }
}
