package io.tyto.model.producer;

import io.tyto.model.schema.ColumnType;
import java.util.Map;

/// Writes messages of proto3. A field's number is the least column id at or below its place. An
/// empty list cannot be told from none, nor can a list hold nulls.
final class ProtobufText {
  /// Numbers that Protocol Buffers keeps for itself.
  private static final int RESERVED_FROM = 19_000;

  private static final int RESERVED_NEXT = 20_000;

  private boolean hasTimestamp;
  private boolean hasValue;

  String of(String name, EventShape shape) {
    StringBuilder body = new StringBuilder();
    message(name, shape, "", body);
    StringBuilder out = new StringBuilder("syntax = \"proto3\";\npackage tyto;\n");
    if (hasValue) {
      out.append("import \"google/protobuf/struct.proto\";\n");
    }
    if (hasTimestamp) {
      out.append("import \"google/protobuf/timestamp.proto\";\n");
    }
    return out.append('\n').append(body).toString();
  }

  private void message(String name, EventShape shape, String indent, StringBuilder out) {
    out.append(indent).append("message ").append(name).append(" {\n");
    String inner = indent + "  ";
    for (Map.Entry<String, EventShape> member : shape.members()) {
      EventShape place = member.getValue();
      EventShape element = place.element();
      EventShape described = element == null ? place : innermost(element);
      String type =
          described.isObject() ? messageName(member.getKey()) : scalar(described.scalar());
      if (described.isObject()) {
        message(type, described, inner, out);
      }
      boolean isMessage = described.isObject() || type.startsWith("google.");
      out.append(inner)
          .append(element != null ? "repeated " : isMessage ? "" : "optional ")
          .append(type)
          .append(' ')
          .append(member.getKey())
          .append(" = ")
          .append(number(place))
          .append(";\n");
    }
    out.append(indent).append("}\n");
  }

  /// Lists of lists are flat, which is how columns see them.
  private static EventShape innermost(EventShape element) {
    EventShape inner = element;
    for (EventShape next = inner.element(); next != null; next = inner.element()) {
      inner = next;
    }
    return inner;
  }

  /// Begins with a capital and ends so that it is no field's name.
  private static String messageName(String member) {
    return Character.toUpperCase(member.charAt(0)) + member.substring(1) + "Message";
  }

  static int number(EventShape place) {
    int number = place.number();
    return number < RESERVED_FROM ? number : number - RESERVED_FROM + RESERVED_NEXT;
  }

  private String scalar(ColumnType.Scalar type) {
    return switch (type) {
      case ColumnType.StringType _,
          ColumnType.DecimalType _,
          ColumnType.DateType _,
          ColumnType.UuidType _,
          ColumnType.IpType _ ->
          "string";
      case ColumnType.BoolType _ -> "bool";
      case ColumnType.IntType _ -> "int32";
      case ColumnType.LongType _ -> "int64";
      case ColumnType.DoubleType _ -> "double";
      case ColumnType.TimestampType _ -> {
        hasTimestamp = true;
        yield "google.protobuf.Timestamp";
      }
      case ColumnType.JsonType _ -> {
        hasValue = true;
        yield "google.protobuf.Value";
      }
    };
  }
}
