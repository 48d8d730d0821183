package io.tyto.gateway.export;

import com.fasterxml.jackson.core.JsonGenerator;
import io.tyto.gateway.http.JsonText;
import io.tyto.graphqlschema.bulk.BulkColumn;
import io.tyto.graphqlschema.bulk.BulkRows;
import io.tyto.graphqlschema.schema.ApiType;
import io.tyto.model.result.ResultColumn;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One JSON object with the columns of GraphQL's `Table`: `columns`, each with its `values`, texts
/// as numbers of a `dictionary`; `rowCount`; `meta` last. Columns one after the other need all rows
/// at hand, which the answer of an aggregate has.
final class TableJson implements RowsWriter {
  private final List<BulkColumn> columns;
  private final OutputStream out;
  private final List<BulkRows> parts = new ArrayList<>();

  TableJson(List<BulkColumn> columns, OutputStream out) {
    this.columns = columns;
    this.out = out;
  }

  @Override
  public void begin() {
    // Nothing can be said before the last row is known.
  }

  @Override
  public void rows(BulkRows rows) {
    parts.add(rows);
  }

  @Override
  public void end(Map<String, Object> meta) throws IOException {
    JsonGenerator json = Json.generator(out);
    json.writeStartObject();
    json.writeArrayFieldStart("columns");
    for (int i = 0; i < columns.size(); i++) {
      write(json, columns.get(i), i);
    }
    json.writeEndArray();
    json.writeNumberField("rowCount", parts.stream().mapToInt(BulkRows::count).sum());
    json.writeFieldName("meta");
    JsonText.write(json, meta);
    json.writeEndObject();
    json.flush();
  }

  private void write(JsonGenerator json, BulkColumn column, int position) throws IOException {
    json.writeStartObject();
    for (Map.Entry<String, Object> entry : Json.describe(column).entrySet()) {
      json.writeFieldName(entry.getKey());
      JsonText.write(json, entry.getValue());
    }
    // Texts of every kind have the type of the table that TEXT has.
    if (column.type().tableType().equals(ApiType.TEXT.tableType())) {
      coded(json, column, position);
    } else {
      json.writeNullField("dictionary");
      json.writeArrayFieldStart("values");
      CellWriter cells = new CellWriter(column);
      for (BulkRows part : parts) {
        for (int row = part.from(); row < part.to(); row++) {
          cells.write(json, part.columns().get(position), row);
        }
      }
      json.writeEndArray();
    }
    json.writeEndObject();
  }

  private void coded(JsonGenerator json, BulkColumn column, int position) throws IOException {
    Map<String, Integer> codes = new LinkedHashMap<>();
    json.writeArrayFieldStart("values");
    for (BulkRows part : parts) {
      ResultColumn values = part.columns().get(position);
      for (int row = part.from(); row < part.to(); row++) {
        @Nullable Object value = column.plain(values.value(row));
        if (value == null) {
          json.writeNull();
        } else {
          json.writeNumber(codes.computeIfAbsent((String) value, _ -> codes.size()));
        }
      }
    }
    json.writeEndArray();
    json.writeArrayFieldStart("dictionary");
    for (String text : codes.keySet()) {
      json.writeString(text);
    }
    json.writeEndArray();
  }
}
