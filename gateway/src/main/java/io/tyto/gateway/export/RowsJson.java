package io.tyto.gateway.export;

import com.fasterxml.jackson.core.JsonGenerator;
import io.tyto.gateway.http.JsonText;
import io.tyto.graphqlschema.bulk.BulkColumn;
import io.tyto.graphqlschema.bulk.BulkRows;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;

/// One JSON object: `columns`, `rows`, each an object, and `meta` last.
final class RowsJson implements RowsWriter {
  private final List<BulkColumn> columns;
  private final RowObjects objects;
  private final JsonGenerator json;

  RowsJson(List<BulkColumn> columns, OutputStream out) throws IOException {
    this.columns = columns;
    this.objects = new RowObjects(columns);
    this.json = Json.generator(out);
  }

  @Override
  public void begin() throws IOException {
    json.writeStartObject();
    Json.columns(json, columns);
    json.writeArrayFieldStart("rows");
  }

  @Override
  public void rows(BulkRows rows) throws IOException {
    objects.write(json, rows);
    json.flush();
  }

  @Override
  public void end(Map<String, Object> meta) throws IOException {
    json.writeEndArray();
    json.writeFieldName("meta");
    JsonText.write(json, meta);
    json.writeEndObject();
    json.flush();
  }
}
