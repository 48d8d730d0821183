package io.tyto.gateway.export;

import com.fasterxml.jackson.core.JsonGenerator;
import io.tyto.gateway.http.JsonText;
import io.tyto.graphqlschema.bulk.BulkColumn;
import io.tyto.graphqlschema.bulk.BulkRows;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;

/// One JSON object a line; the last line is `{"_meta": ...}`, or `{"_errors": ...}`.
final class Ndjson implements RowsWriter {
  private final OutputStream out;
  private final RowObjects objects;
  private final JsonGenerator json;

  Ndjson(List<BulkColumn> columns, OutputStream out) throws IOException {
    this.out = out;
    this.objects = new RowObjects(columns);
    this.json = Json.generator(out);
  }

  @Override
  public void begin() {
    // There is no head: columns are told by every row.
  }

  @Override
  public void rows(BulkRows rows) throws IOException {
    objects.write(json, rows);
    json.flush();
  }

  @Override
  public void end(Map<String, Object> meta) throws IOException {
    last(Map.of("_meta", meta));
  }

  @Override
  public void fail(Object errors) throws IOException {
    // Half a row is no place for it.
    if (json.getOutputContext().inRoot()) {
      last(Map.of("_errors", errors));
    }
  }

  private void last(Map<String, Object> line) throws IOException {
    JsonText.write(json, line);
    json.flush();
    out.write('\n');
  }
}
