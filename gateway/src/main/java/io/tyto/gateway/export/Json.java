package io.tyto.gateway.export;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import io.tyto.gateway.http.JsonText;
import io.tyto.graphqlschema.bulk.BulkColumn;
import java.io.IOException;
import java.io.OutputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What the JSON formats share.
final class Json {
  private static final JsonFactory LINES =
      new JsonFactoryBuilder()
          .rootValueSeparator("\n")
          .disable(StreamWriteFeature.AUTO_CLOSE_CONTENT)
          .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
          .disable(StreamWriteFeature.FLUSH_PASSED_TO_STREAM)
          .enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER)
          .build();

  private Json() {}

  /// Puts line breaks between values; closes nothing.
  static JsonGenerator generator(OutputStream out) throws IOException {
    return LINES.createGenerator(out);
  }

  static void columns(JsonGenerator json, List<BulkColumn> columns) throws IOException {
    json.writeArrayFieldStart("columns");
    for (BulkColumn column : columns) {
      JsonText.write(json, describe(column));
    }
    json.writeEndArray();
  }

  static Map<String, Object> describe(BulkColumn column) {
    Map<String, Object> described = new LinkedHashMap<>();
    described.put("name", column.name());
    described.put("role", column.role());
    described.put("type", column.type().tableType());
    described.put("list", column.isList());
    described.put("nullable", column.isNullable());
    return described;
  }
}
