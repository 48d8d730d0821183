package io.tyto.ingest.enrich.builtin;

import io.tyto.model.plugin.AddedField;
import io.tyto.model.schema.ColumnType;
import java.util.ArrayList;
import java.util.List;

/// The fields that an enricher adds, below one prefix.
final class FieldList {
  private final String prefix;
  private final List<AddedField> fields = new ArrayList<>();

  FieldList(String prefix) {
    this.prefix = prefix;
  }

  /// Returns the field's position.
  int add(String name, ColumnType type, String description) {
    fields.add(new AddedField(prefix + name, type, description));
    return fields.size() - 1;
  }

  List<AddedField> toList() {
    return List.copyOf(fields);
  }
}
