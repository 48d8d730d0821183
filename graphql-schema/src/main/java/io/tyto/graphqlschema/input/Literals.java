package io.tyto.graphqlschema.input;

import io.tyto.graphqlschema.schema.ApiColumn;
import io.tyto.graphqlschema.schema.ApiType;
import io.tyto.model.error.TytoException;
import io.tyto.model.schema.ColumnType;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;

/// Makes the logical values that a column holds of the coerced values that its filter gets.
interface Literals {

  /// The scalar's coerced value is the logical value already.
  Literals PLAIN = (is, member, value) -> value;

  Pattern UUID_TEXT = Pattern.compile("\\p{XDigit}{8}(-\\p{XDigit}{4}){3}-\\p{XDigit}{12}");

  Pattern IPV4_TEXT = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");

  Object literal(InputObject is, String member, Object value);

  static Literals of(ApiColumn column) {
    return switch (column.spec().type().element()) {
      case ColumnType.UuidType _ -> Literals::uuid;
      case ColumnType.IpType _ -> Literals::address;
      case ColumnType.IntType _, ColumnType.LongType _ ->
          column.type() == ApiType.ID ? Literals::integer : PLAIN;
      case ColumnType.StringType _,
          ColumnType.BoolType _,
          ColumnType.DoubleType _,
          ColumnType.DecimalType _,
          ColumnType.TimestampType _,
          ColumnType.DateType _,
          ColumnType.JsonType _ ->
          PLAIN;
    };
  }

  default Object read(InputObject is, String member) {
    return literal(is, member, is.require(member));
  }

  default List<Object> readAll(InputObject is, String member) {
    List<Object> literals = new ArrayList<>();
    for (Object value : is.list(member, Object.class)) {
      literals.add(literal(is, member, value));
    }
    return literals;
  }

  private static Object uuid(InputObject is, String member, Object value) {
    String text = (String) value;
    // The JDK would read 1-2-3-4-5 too, which nobody means.
    if (!UUID_TEXT.matcher(text).matches()) {
      throw is.error(
          member,
          "expected a UUID such as 123e4567-e89b-12d3-a456-426614174000, found '" + text + "'");
    }
    return UUID.fromString(text);
  }

  private static Object address(InputObject is, String member, Object value) {
    String text = (String) value;
    // The JDK would read 10.1 as 10.0.0.1 too, which nobody means.
    if (text.indexOf(':') >= 0 || IPV4_TEXT.matcher(text).matches()) {
      try {
        return InetAddress.ofLiteral(text);
      } catch (IllegalArgumentException e) {
        throw noAddress(is, member, text);
      }
    }
    throw noAddress(is, member, text);
  }

  private static TytoException noAddress(InputObject is, String member, String text) {
    return is.error(member, "expected an IPv4 or IPv6 address, found '" + text + "'");
  }

  private static Object integer(InputObject is, String member, Object value) {
    try {
      return Long.valueOf((String) value);
    } catch (NumberFormatException e) {
      throw is.error(member, "expected the digits of a 64-bit integer, found '" + value + "'");
    }
  }
}
