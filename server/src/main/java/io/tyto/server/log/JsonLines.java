package io.tyto.server.log;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.tyto.gateway.observe.LogFields;
import io.tyto.gateway.observe.LogIds;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.logging.Formatter;
import java.util.logging.LogRecord;
import org.jspecify.annotations.Nullable;

/// An event as one JSON object in one line, whatever stands in it.
final class JsonLines extends Formatter {
  private static final JsonFactory JSON = new JsonFactory();

  @Override
  public String format(LogRecord record) {
    LogEvent event = LogEvent.of(record);
    LogIds ids = LogIds.current();
    StringWriter line = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(line)) {
      json.writeStartObject();
      json.writeStringField("time", record.getInstant().toString());
      json.writeStringField("level", event.level());
      json.writeStringField("logger", String.valueOf(record.getLoggerName()));
      json.writeStringField("message", event.message());
      write(json, "requestId", ids.requestId());
      write(json, "traceId", ids.traceId());
      write(json, "queryId", ids.queryId());
      LogFields fields = event.fields();
      if (fields != null) {
        for (Map.Entry<String, Object> field : fields.values().entrySet()) {
          json.writeFieldName(field.getKey());
          write(json, field.getValue());
        }
      }
      if (!event.thrown().isEmpty()) {
        json.writeFieldName("thrown");
        write(json, event.thrown());
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return line.append('\n').toString();
  }

  private static void write(JsonGenerator json, String name, @Nullable String value)
      throws IOException {
    if (value != null) {
      json.writeStringField(name, value);
    }
  }

  private static void write(JsonGenerator json, Object value) throws IOException {
    switch (value) {
      case Integer number -> json.writeNumber(number);
      case Long number -> json.writeNumber(number);
      case Double number -> json.writeNumber(number);
      case Boolean flag -> json.writeBoolean(flag);
      case List<?> list -> {
        json.writeStartArray();
        for (Object element : list) {
          write(json, element);
        }
        json.writeEndArray();
      }
      default -> json.writeString(value.toString());
    }
  }
}
