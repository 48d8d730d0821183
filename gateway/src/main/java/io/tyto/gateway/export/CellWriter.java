package io.tyto.gateway.export;

import com.fasterxml.jackson.core.JsonGenerator;
import io.tyto.gateway.http.JsonText;
import io.tyto.graphqlschema.bulk.BulkColumn;
import io.tyto.graphqlschema.schema.ApiType;
import io.tyto.graphqlschema.value.Formats;
import io.tyto.model.result.ResultColumn;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Writes the cells of one column as GraphQL does. Not thread-safe.
final class CellWriter {
  private final BulkColumn column;
  private final @Nullable Object none;

  // Rows are mostly ordered, so that a time or a key comes many times in a row.
  private @Nullable Object last;
  private @Nullable Object written;

  CellWriter(BulkColumn column) {
    this.column = column;
    this.none = column.json(null);
    this.written = none;
  }

  void write(JsonGenerator json, ResultColumn values, int row) throws IOException {
    if (values instanceof ResultColumn.Longs longs && column.type() == ApiType.LONG) {
      if (longs.nulls().get(row)) {
        JsonText.write(json, none);
        return;
      }
      long value = longs.values()[row];
      if (Formats.isSafe(value)) {
        json.writeNumber(value);
      } else {
        json.writeString(Long.toString(value));
      }
    } else if (values instanceof ResultColumn.Doubles doubles && column.type() == ApiType.FLOAT) {
      if (doubles.nulls().get(row)) {
        JsonText.write(json, none);
      } else {
        json.writeNumber(doubles.values()[row]);
      }
    } else {
      Object value = values.value(row);
      if (!Objects.equals(value, last)) {
        last = value;
        written = column.json(value);
      }
      JsonText.write(json, written);
    }
  }
}
