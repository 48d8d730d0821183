package io.tyto.ingest.protobuf;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What messages mean that everybody's schemas share, as protobuf's mapping to JSON has it; every
/// other message is the map that it is.
final class WellKnown {
  private static final String PACKAGE = "google.protobuf.";
  private static final int NANO_DIGITS = 9;
  private static final int NANOS_PER_SECOND = 1_000_000_000;

  /// Every whole number up to here is a double of its own.
  private static final double EXACT = 1L << 53;

  private WellKnown() {}

  /// IllegalArgumentException where a message is none of its type.
  static @Nullable Object value(ProtobufMessage message) {
    String name = message.type().fullName();
    if (!name.startsWith(PACKAGE)) {
      return message;
    }
    return switch (name.substring(PACKAGE.length())) {
      case "Timestamp" -> timestamp(message);
      case "Duration" ->
          BigDecimal.valueOf(number(message, "seconds"))
              .add(BigDecimal.valueOf(number(message, "nanos"), NANO_DIGITS));
      case "DoubleValue",
          "FloatValue",
          "Int64Value",
          "UInt64Value",
          "Int32Value",
          "UInt32Value",
          "BoolValue",
          "BytesValue" ->
          message.get("value");
      case "StringValue" -> message.containsKey("value") ? message.get("value") : "";
      case "Struct" -> message.containsKey("fields") ? message.get("fields") : Map.of();
      case "ListValue" -> message.containsKey("values") ? message.get("values") : List.of();
      case "Value" -> json(message);
      default -> message;
    };
  }

  static List<@Nullable Object> list(List<?> raw) {
    List<@Nullable Object> list = new ArrayList<>(raw.size());
    for (Object element : raw) {
      list.add(element instanceof ProtobufMessage message ? value(message) : element);
    }
    return list;
  }

  /// Of the entries of a map, the last of a key counts.
  static Map<String, @Nullable Object> map(List<?> entries) {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    for (Object element : entries) {
      ProtobufMessage entry = (ProtobufMessage) element;
      map.put(String.valueOf(entry.get("key")), entry.get("value"));
    }
    return map;
  }

  private static Instant timestamp(ProtobufMessage message) {
    long nanos = number(message, "nanos");
    long seconds = number(message, "seconds");
    if (nanos < 0
        || nanos >= NANOS_PER_SECOND
        || seconds < Instant.MIN.getEpochSecond()
        || seconds > Instant.MAX.getEpochSecond()) {
      throw new IllegalArgumentException(
          "a Timestamp of %d seconds and %d nanoseconds".formatted(seconds, nanos));
    }
    return Instant.ofEpochSecond(seconds, nanos);
  }

  private static long number(ProtobufMessage message, String field) {
    return message.get(field) instanceof Number number ? number.longValue() : 0;
  }

  private static @Nullable Object json(ProtobufMessage message) {
    for (String kind :
        new String[] {"number_value", "string_value", "bool_value", "struct_value", "list_value"}) {
      Object value = message.get(kind);
      if (value instanceof Double number) {
        // A whole number is one again, which it was before a double carried it.
        boolean isWhole = number == Math.rint(number) && Math.abs(number) <= EXACT;
        return isWhole ? (Object) number.longValue() : number;
      }
      if (value != null) {
        return value;
      }
    }
    return null;
  }
}
