package io.tyto.gateway.export;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.SerializedString;
import io.tyto.graphqlschema.bulk.BulkColumn;
import io.tyto.graphqlschema.bulk.BulkRows;
import java.io.IOException;
import java.util.List;

/// Writes rows as JSON objects. Not thread-safe.
final class RowObjects {
  private final List<CellWriter> cells;
  private final List<SerializableString> names;

  RowObjects(List<BulkColumn> columns) {
    cells = columns.stream().map(CellWriter::new).toList();
    names =
        columns.stream()
            .<SerializableString>map(column -> new SerializedString(column.name()))
            .toList();
  }

  void write(JsonGenerator json, BulkRows rows) throws IOException {
    for (int row = rows.from(); row < rows.to(); row++) {
      json.writeStartObject();
      for (int column = 0; column < names.size(); column++) {
        json.writeFieldName(names.get(column));
        cells.get(column).write(json, rows.columns().get(column), row);
      }
      json.writeEndObject();
    }
  }
}
