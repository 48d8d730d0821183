package io.tyto.graphqlschema.input;

import graphql.language.ArrayValue;
import graphql.language.BooleanValue;
import graphql.language.IntValue;
import graphql.language.NullValue;
import graphql.language.ObjectField;
import graphql.language.ObjectValue;
import graphql.language.StringValue;
import graphql.language.Value;
import graphql.parser.Parser;
import io.tyto.model.query.GroupKey.TimeAmount;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.Period;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Writes coerced input as a GraphQL literal and reads it back to the same values. What a literal
/// has no form for stands under a member that says what it is: `{_time: "2026-03-01T00:00:00Z"}`.
/// Thread-safe: no state.
public final class CohortText {
  private CohortText() {}

  /// Of an input object's members.
  public static String write(Object value) {
    StringBuilder text = new StringBuilder();
    write(value, text);
    return text.toString();
  }

  private static void write(@Nullable Object value, StringBuilder text) {
    switch (value) {
      case null -> text.append("null");
      case Map<?, ?> map -> {
        String separator = "{";
        for (Map.Entry<?, ?> member : map.entrySet()) {
          text.append(separator).append(member.getKey()).append(": ");
          write(member.getValue(), text);
          separator = ", ";
        }
        text.append(map.isEmpty() ? "{}" : "}");
      }
      case List<?> list -> {
        text.append('[');
        for (int i = 0; i < list.size(); i++) {
          text.append(i == 0 ? "" : ", ");
          write(list.get(i), text);
        }
        text.append(']');
      }
      case String string -> quote(string, text);
      case Boolean bool -> text.append(bool);
      case Integer integer -> text.append(integer);
      case Long number -> tagged("_long", number, text);
      case Double number -> tagged("_float", number, text);
      case BigDecimal number -> tagged("_decimal", number, text);
      case Instant time -> tagged("_time", time, text);
      case LocalDate date -> tagged("_date", date, text);
      case ZoneId zone -> tagged("_zone", zone.getId(), text);
      case TimeAmount amount -> tagged("_amount", amount.period() + "/" + amount.duration(), text);
      default -> throw new IllegalArgumentException("no literal for " + value.getClass());
    }
  }

  private static void tagged(String tag, Object value, StringBuilder text) {
    text.append('{').append(tag).append(": ");
    quote(value.toString(), text);
    text.append('}');
  }

  private static void quote(String value, StringBuilder text) {
    text.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '"' || c == '\\') {
        text.append('\\').append(c);
      } else if (c < ' ') {
        text.append(String.format("\\u%04x", (int) c));
      } else {
        text.append(c);
      }
    }
    text.append('"');
  }

  /// IllegalArgumentException for what {@link #write} does not write.
  @SuppressWarnings("unchecked") // an object's members are such a map
  static Map<String, @Nullable Object> read(String text) {
    Object value = read(Parser.parseValue(text));
    if (value instanceof Map<?, ?> map) {
      return (Map<String, @Nullable Object>) map;
    }
    throw new IllegalArgumentException("no object: " + text);
  }

  private static @Nullable Object read(Value<?> value) {
    return switch (value) {
      case NullValue _ -> null;
      case StringValue string -> string.getValue();
      case BooleanValue bool -> bool.isValue();
      case IntValue integer -> integer.getValue().intValueExact();
      case ArrayValue array -> {
        List<@Nullable Object> list = new ArrayList<>();
        array.getValues().forEach(element -> list.add(read(element)));
        yield list;
      }
      case ObjectValue object -> object(object.getObjectFields());
      default -> throw new IllegalArgumentException("unexpected " + value);
    };
  }

  private static Object object(List<ObjectField> fields) {
    if (fields.size() == 1
        && fields.getFirst().getValue() instanceof StringValue string
        && string.getValue() instanceof String text) {
      Object tagged = tagged(fields.getFirst().getName(), text);
      if (tagged != null) {
        return tagged;
      }
    }
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    fields.forEach(field -> map.put(field.getName(), read(field.getValue())));
    return map;
  }

  private static @Nullable Object tagged(String tag, String value) {
    return switch (tag) {
      case "_long" -> Long.valueOf(value);
      case "_float" -> Double.valueOf(value);
      case "_decimal" -> new BigDecimal(value);
      case "_time" -> Instant.parse(value);
      case "_date" -> LocalDate.parse(value);
      case "_zone" -> ZoneId.of(value);
      case "_amount" -> {
        int slash = value.indexOf('/');
        yield new TimeAmount(
            Period.parse(value.substring(0, slash)), Duration.parse(value.substring(slash + 1)));
      }
      default -> null;
    };
  }
}
