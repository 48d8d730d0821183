package io.tyto.model.producer;

import static io.tyto.model.producer.ProducerSchema.quoted;

import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.TableSchema;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Writes JSON Schemas, of the draft 2020-12. They describe what is taken for certain; the decoder
/// takes some more, such as numbers in quotes.
final class JsonSchemaText {
  private static final String ISO = "iso";

  private JsonSchemaText() {}

  static String of(TableSchema collection, EventShape shape) {
    StringBuilder out = new StringBuilder();
    out.append("{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\"title\":")
        .append(quoted(collection.name()));
    String description = collection.config().description();
    if (description != null) {
      out.append(",\"description\":").append(quoted(description));
    }
    out.append(",\"type\":\"object\",");
    properties(shape, out);
    return out.append('}').toString();
  }

  private static void properties(EventShape shape, StringBuilder out) {
    out.append("\"properties\":{");
    String before = "";
    for (Map.Entry<String, EventShape> member : shape.members()) {
      out.append(before).append(quoted(member.getKey())).append(":{");
      String description = member.getValue().description();
      if (description != null) {
        out.append("\"description\":").append(quoted(description));
        out.append(isAnything(member.getValue()) ? "" : ",");
      }
      content(member.getValue(), out);
      out.append('}');
      before = ",";
    }
    out.append('}');
  }

  private static boolean isAnything(EventShape shape) {
    return !shape.isObject()
        && shape.element() == null
        && shape.scalar() instanceof ColumnType.JsonType;
  }

  private static void content(EventShape shape, StringBuilder out) {
    EventShape element = shape.element();
    if (shape.isObject()) {
      out.append("\"type\":[\"object\",\"null\"],");
      properties(shape, out);
    } else if (element != null) {
      out.append("\"type\":[\"array\",\"null\"],\"items\":{");
      content(element, out);
      out.append('}');
    } else {
      out.append(scalar(shape.scalar(), shape.timeFormat()));
    }
  }

  private static String scalar(ColumnType.Scalar type, @Nullable String timeFormat) {
    return switch (type) {
      case ColumnType.StringType _ -> "\"type\":[\"string\",\"null\"]";
      case ColumnType.BoolType _ -> "\"type\":[\"boolean\",\"null\"]";
      case ColumnType.IntType _ ->
          "\"type\":[\"integer\",\"null\"],\"minimum\":%d,\"maximum\":%d"
              .formatted(Integer.MIN_VALUE, Integer.MAX_VALUE);
      case ColumnType.LongType _ ->
          "\"type\":[\"integer\",\"null\"],\"minimum\":%d,\"maximum\":%d"
              .formatted(Long.MIN_VALUE, Long.MAX_VALUE);
      case ColumnType.DoubleType _ -> "\"type\":[\"number\",\"null\"]";
      case ColumnType.DecimalType decimal ->
          "\"type\":[\"number\",\"string\",\"null\"],\"$comment\":"
              + quoted(
                  "exact: %d digits, %d of them behind the point"
                      .formatted(decimal.precision(), decimal.scale()));
      case ColumnType.TimestampType _ -> time(timeFormat, "date-time");
      case ColumnType.DateType _ -> time(timeFormat, "date");
      case ColumnType.UuidType _ -> "\"type\":[\"string\",\"null\"],\"format\":\"uuid\"";
      case ColumnType.IpType _ ->
          "\"anyOf\":[{\"type\":\"string\",\"format\":\"ipv4\"},"
              + "{\"type\":\"string\",\"format\":\"ipv6\"},{\"type\":\"null\"}]";
      case ColumnType.JsonType _ -> "";
    };
  }

  private static String time(@Nullable String format, String isoFormat) {
    if (format == null || format.equals(ISO)) {
      return "\"type\":[\"string\",\"null\"],\"format\":" + quoted(isoFormat);
    }
    return format.startsWith("epoch_")
        ? "\"type\":[\"number\",\"null\"],\"$comment\":" + quoted(format + ", since 1970 in UTC")
        : "\"type\":[\"string\",\"null\"],\"$comment\":" + quoted(format);
  }
}
