package io.tyto.gateway.export;

import io.tyto.gateway.http.JsonText;
import io.tyto.graphqlschema.bulk.BulkColumn;
import io.tyto.graphqlschema.bulk.BulkRows;
import io.tyto.graphqlschema.value.Formats;
import io.tyto.model.result.ResultColumn;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// RFC 4180 with a header. Null is nothing, an empty text is `""`. Lists are JSON arrays.
///
/// A text that a spreadsheet would compute, since it begins with `=`, `+`, `-`, `@`, a tab or a
/// carriage return, gets an apostrophe before it; numbers and times stay as they are.
final class Csv implements RowsWriter {
  private final List<BulkColumn> columns;
  private final OutputStream out;
  private final boolean keepsFormulas;
  private final StringBuilder text = new StringBuilder(1 << 16);

  Csv(List<BulkColumn> columns, OutputStream out, boolean keepsFormulas) {
    this.columns = columns;
    this.out = out;
    this.keepsFormulas = keepsFormulas;
  }

  @Override
  public void begin() throws IOException {
    for (int i = 0; i < columns.size(); i++) {
      text.append(i == 0 ? "" : ",");
      quoted(columns.get(i).name());
    }
    line();
    flush();
  }

  @Override
  public void rows(BulkRows rows) throws IOException {
    for (int row = rows.from(); row < rows.to(); row++) {
      for (int i = 0; i < columns.size(); i++) {
        if (i > 0) {
          text.append(',');
        }
        cell(columns.get(i), rows.columns().get(i), row);
      }
      line();
    }
    flush();
  }

  @Override
  public void end(Map<String, Object> meta) {
    // The format has no place for it; the trailer of HTTP does.
  }

  private void line() throws IOException {
    text.append("\r\n");
    if (text.length() > 1 << 15) {
      flush();
    }
  }

  private void flush() throws IOException {
    out.write(text.toString().getBytes(StandardCharsets.UTF_8));
    text.setLength(0);
  }

  private void cell(BulkColumn column, ResultColumn values, int row) {
    Object value = column.plain(values.value(row));
    switch (column.type()) {
      case BOOL, LONG, FLOAT, DECIMAL, TIME, DATE -> {
        if (column.isList()) {
          list(column, values.value(row));
        } else if (value != null) {
          text.append(Formats.text(value));
        }
      }
      case TEXT, ID, UUID, IP, JSON -> {
        if (column.isList()) {
          list(column, values.value(row));
        } else if (value != null) {
          quoted((String) value);
        }
      }
    }
  }

  private void list(BulkColumn column, @Nullable Object value) {
    Object elements = column.json(value);
    if (elements != null) {
      quoted(JsonText.of(elements).toString());
    }
  }

  private void quoted(String value) {
    boolean isFormula = !keepsFormulas && !value.isEmpty() && isFormula(value.charAt(0));
    boolean needsQuotes = value.isEmpty();
    for (int i = 0; i < value.length() && !needsQuotes; i++) {
      char c = value.charAt(i);
      needsQuotes = c == '"' || c == ',' || c == '\n' || c == '\r';
    }
    if (!needsQuotes) {
      text.append(isFormula ? "'" : "").append(value);
      return;
    }
    text.append('"').append(isFormula ? "'" : "");
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '"') {
        text.append('"');
      }
      text.append(c);
    }
    text.append('"');
  }

  private static boolean isFormula(char first) {
    return switch (first) {
      case '=', '+', '-', '@', '\t', '\r' -> true;
      default -> false;
    };
  }
}
