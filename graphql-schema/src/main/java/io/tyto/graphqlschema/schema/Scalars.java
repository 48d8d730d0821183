package io.tyto.graphqlschema.schema;

import graphql.GraphQLContext;
import graphql.execution.CoercedVariables;
import graphql.language.FloatValue;
import graphql.language.IntValue;
import graphql.language.StringValue;
import graphql.language.Value;
import graphql.schema.Coercing;
import graphql.schema.CoercingParseLiteralException;
import graphql.schema.CoercingParseValueException;
import graphql.schema.GraphQLScalarType;
import io.tyto.model.query.GroupKey.TimeAmount;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.Period;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;

/// The scalars beside GraphQL's own. Input becomes the logical value; output passes as it is,
/// because panels write finished values.
final class Scalars {
  private static final Set<String> ZONES = Set.copyOf(ZoneId.getAvailableZoneIds());

  /// More digits than any column can hold, few enough that reading them costs nothing.
  private static final int MAX_NUMBER_CHARACTERS = 100;

  private static final int MAX_YEARS = 9_999;

  private Scalars() {}

  static List<GraphQLScalarType> all() {
    return List.of(
        scalar("DateTime", Scalars::dateTime, "a time with offset such as 2026-11-21T00:00:00Z"),
        scalar("Date", Scalars::date, "a day such as 2026-11-21"),
        scalar("Long", Scalars::longNumber, "a 64-bit integer, as a number or as its digits"),
        scalar("Decimal", Scalars::decimal, "a decimal such as \"12.50\""),
        scalar(
            "Duration",
            raw -> amount(text(raw)),
            "an ISO-8601 duration or period such as PT15M, P7D, P1M"),
        scalar("TimeZone", raw -> zone(text(raw)), "an IANA zone id such as Europe/Paris"),
        scalar("ColumnData", Scalars::outputOnly, "nothing: it is only an output"),
        GraphQLScalarType.newScalar().name("JSON").coercing(new JsonScalar()).build());
  }

  /// Makes the logical value of a raw one: String, Boolean or Number. Throws
  /// IllegalArgumentException, DateTimeException or ArithmeticException where it cannot.
  private interface Reader {
    Object read(Object raw);
  }

  private static GraphQLScalarType scalar(String name, Reader reader, String expected) {
    return GraphQLScalarType.newScalar()
        .name(name)
        .coercing(new Input(name, reader, expected))
        .build();
  }

  private static String text(Object raw) {
    if (raw instanceof String text) {
      return text;
    }
    throw new IllegalArgumentException("not a string");
  }

  private static Instant dateTime(Object raw) {
    OffsetDateTime time = OffsetDateTime.parse(text(raw));
    requireYear(time.getYear());
    return time.toInstant();
  }

  private static LocalDate date(Object raw) {
    LocalDate date = LocalDate.parse(text(raw));
    requireYear(date.getYear());
    return date;
  }

  /// RFC 3339 has four digits, and sums of such times stay within what the engine counts in.
  private static void requireYear(int year) {
    if (year < 0 || year > MAX_YEARS) {
      throw new IllegalArgumentException("year beyond four digits");
    }
  }

  private static Long longNumber(Object raw) {
    return switch (raw) {
      case Long value -> value;
      case Integer value -> value.longValue();
      case String digits -> Long.parseLong(digits);
      case Number number -> number(number).longValueExact();
      default -> throw new IllegalArgumentException("not a number");
    };
  }

  private static BigDecimal decimal(Object raw) {
    return switch (raw) {
      case String digits -> number(digits);
      case Number number -> number(number);
      default -> throw new IllegalArgumentException("not a number");
    };
  }

  private static BigDecimal number(Object raw) {
    String digits = raw.toString();
    if (digits.length() > MAX_NUMBER_CHARACTERS) {
      throw new IllegalArgumentException("too many digits");
    }
    BigDecimal number = new BigDecimal(digits);
    // An exponent of a billion is a short text and a number that fills the memory.
    if (Math.abs((long) number.scale()) > MAX_NUMBER_CHARACTERS) {
      throw new IllegalArgumentException("exponent too large");
    }
    return number;
  }

  /// `P1M`, `PT15M`, `P1DT12H`: the calendar part first, then the clock part.
  private static TimeAmount amount(String text) {
    int clock = text.indexOf('T');
    String calendar = clock < 0 ? text : text.substring(0, clock);
    Period period = calendar.equals("P") && clock > 0 ? Period.ZERO : Period.parse(calendar);
    Duration duration = clock < 0 ? Duration.ZERO : Duration.parse("P" + text.substring(clock));
    long years =
        Math.abs(period.toTotalMonths()) / 12
            + Math.abs((long) period.getDays()) / 365
            + Math.abs(duration.toDays()) / 365;
    if (years > MAX_YEARS) {
      throw new IllegalArgumentException("longer than all of time");
    }
    return new TimeAmount(period, duration);
  }

  private static ZoneId zone(String id) {
    if (!ZONES.contains(id)) {
      throw new DateTimeException("unknown zone");
    }
    return ZoneId.of(id);
  }

  private static Object outputOnly(Object raw) {
    throw new IllegalArgumentException("output only");
  }

  /// Reads both ways in which a value can arrive, with one message for what is wrong with it.
  private record Input(String name, Reader reader, String expected)
      implements Coercing<Object, Object> {

    @Override
    public Object serialize(Object value, GraphQLContext context, Locale locale) {
      return value;
    }

    @Override
    public Object parseValue(Object raw, GraphQLContext context, Locale locale) {
      try {
        return reader.read(raw);
      } catch (IllegalArgumentException | DateTimeException | ArithmeticException e) {
        throw CoercingParseValueException.newCoercingParseValueException()
            .message(refusal(raw))
            .cause(e)
            .build();
      }
    }

    @Override
    public Object parseLiteral(
        Value<?> literal, CoercedVariables variables, GraphQLContext context, Locale locale) {
      try {
        return reader.read(raw(literal));
      } catch (IllegalArgumentException | DateTimeException | ArithmeticException e) {
        throw CoercingParseLiteralException.newCoercingParseLiteralException()
            .message(refusal(raw(literal)))
            .cause(e)
            .build();
      }
    }

    private static Object raw(Value<?> literal) {
      return switch (literal) {
        case StringValue text -> Objects.requireNonNullElse(text.getValue(), "");
        case IntValue number -> number.getValue();
        case FloatValue number -> number.getValue();
        default -> literal.getClass().getSimpleName();
      };
    }

    private String refusal(Object raw) {
      String shown = raw.toString();
      return "%s expects %s, found %s"
          .formatted(name, expected, shown.length() <= 60 ? shown : shown.substring(0, 60) + "...");
    }

    @Override
    public Value<?> valueToLiteral(Object value, GraphQLContext context, Locale locale) {
      return value instanceof BigInteger number
          ? IntValue.newIntValue(number).build()
          : StringValue.newStringValue(value.toString()).build();
    }
  }
}
