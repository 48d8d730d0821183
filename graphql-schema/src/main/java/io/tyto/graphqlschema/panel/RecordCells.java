package io.tyto.graphqlschema.panel;

import graphql.normalized.ExecutableNormalizedField;
import io.tyto.graphqlschema.schema.ApiCollection;
import io.tyto.graphqlschema.schema.ApiColumn;
import io.tyto.graphqlschema.schema.ApiType;
import io.tyto.graphqlschema.schema.KeyedEntity;
import io.tyto.model.result.RecordRows;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Compiles the selection of a record, and notes which columns it needs.
final class RecordCells {
  private final ApiCollection collection;
  private final List<String> columns = new ArrayList<>();
  private final List<AskedEntity> asked = new ArrayList<>();

  /// What is selected of the entity whose event each record is.
  ///
  /// @param key position of its key among the columns
  record AskedEntity(ExecutableNormalizedField field, int key) {}

  RecordCells(ApiCollection collection) {
    this.collection = collection;
  }

  /// What was compiled so far asks for these.
  List<String> columns() {
    return List.copyOf(columns);
  }

  /// In the order in which {@link EntityRows} has them.
  List<AskedEntity> asked() {
    return List.copyOf(asked);
  }

  ObjectShape<RecordRows> compile(ExecutableNormalizedField record) {
    return ObjectShape.of(record, this::cell);
  }

  private Cell<RecordRows> cell(ExecutableNormalizedField member) {
    String name = member.getName();
    if (name.equals("_id")) {
      return (rows, row) -> rows.ids().get(row);
    }
    return name.equals(collection.entityField())
        ? entity(member)
        : column(collection.byField(name));
  }

  private Cell<RecordRows> entity(ExecutableNormalizedField member) {
    int number = asked.size();
    int key = position(KeyedEntity.key(collection));
    asked.add(new AskedEntity(member, key));
    return (rows, row) -> {
      Object value = rows.columns().get(key).value(row);
      return value != null && rows instanceof EntityRows found
          ? found.entities().get(number).get(value)
          : null;
    };
  }

  private int position(ApiColumn column) {
    int known = columns.indexOf(column.name());
    if (known < 0) {
      columns.add(column.name());
    }
    return known < 0 ? columns.size() - 1 : known;
  }

  private Cell<RecordRows> column(ApiColumn column) {
    int position = position(column);
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
