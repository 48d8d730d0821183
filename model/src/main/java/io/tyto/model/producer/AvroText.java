package io.tyto.model.producer;

import static io.tyto.model.producer.ProducerSchema.quoted;

import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.ColumnType.DecimalType;
import io.tyto.model.schema.ColumnType.TimestampType;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// Writes Avro schemas. Every value may be null, as in events of JSON every one may be absent.
final class AvroText {
  private static final String NAMESPACE = "tyto";

  private final String root;
  private final Set<String> names = new HashSet<>();

  AvroText(String root) {
    this.root = root;
  }

  String of(EventShape shape) {
    StringBuilder out = new StringBuilder();
    record(shape, root, out);
    return out.toString();
  }

  private void record(EventShape shape, String name, StringBuilder out) {
    String unique = name;
    for (int i = 2; !names.add(unique); i++) {
      unique = name + "_" + i;
    }
    out.append("{\"type\":\"record\",\"name\":").append(quoted(unique));
    if (unique.equals(root)) {
      out.append(",\"namespace\":").append(quoted(NAMESPACE));
    }
    out.append(",\"fields\":[");
    String before = "";
    for (Map.Entry<String, EventShape> member : shape.members()) {
      out.append(before).append("{\"name\":").append(quoted(member.getKey()));
      String description = member.getValue().description();
      if (description != null) {
        out.append(",\"doc\":").append(quoted(description));
      }
      out.append(",\"type\":");
      nullable(member.getValue(), unique + "_" + member.getKey(), out);
      out.append(",\"default\":null}");
      before = ",";
    }
    out.append("]}");
  }

  private void nullable(EventShape shape, String name, StringBuilder out) {
    out.append("[\"null\",");
    EventShape element = shape.element();
    if (shape.isObject()) {
      record(shape, name, out);
    } else if (element != null) {
      out.append("{\"type\":\"array\",\"items\":");
      nullable(element, name, out);
      out.append('}');
    } else {
      out.append(scalar(shape.scalar()));
    }
    out.append(']');
  }

  private static String scalar(ColumnType.Scalar type) {
    return switch (type) {
      case ColumnType.StringType _, ColumnType.IpType _ -> "\"string\"";
      case ColumnType.BoolType _ -> "\"boolean\"";
      case ColumnType.IntType _ -> "\"int\"";
      case ColumnType.LongType _ -> "\"long\"";
      case ColumnType.DoubleType _ -> "\"double\"";
      case DecimalType decimal ->
          "{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"precision\":%d,\"scale\":%d}"
              .formatted(decimal.precision(), decimal.scale());
      case TimestampType timestamp ->
          "{\"type\":\"long\",\"logicalType\":\"timestamp-%s\"}"
              .formatted(
                  switch (timestamp.unit()) {
                    case MILLIS -> "millis";
                    case MICROS -> "micros";
                    case NANOS -> "nanos";
                  });
      case ColumnType.DateType _ -> "{\"type\":\"int\",\"logicalType\":\"date\"}";
      case ColumnType.UuidType _ -> "{\"type\":\"string\",\"logicalType\":\"uuid\"}";
      case ColumnType.JsonType _ -> "{\"type\":\"string\",\"logicalType\":\"json\"}";
    };
  }
}
