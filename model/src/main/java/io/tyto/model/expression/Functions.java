package io.tyto.model.expression;

import static io.tyto.model.expression.Conversions.isNumber;
import static io.tyto.model.expression.Conversions.isTime;

import io.tyto.model.expression.Expression.Call;
import io.tyto.model.expression.Expression.Function;
import io.tyto.model.expression.Expression.Literal;
import io.tyto.model.expression.Typing.Argument;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.ColumnType.BoolType;
import io.tyto.model.schema.ColumnType.DecimalType;
import io.tyto.model.schema.ColumnType.DoubleType;
import io.tyto.model.schema.ColumnType.JsonType;
import io.tyto.model.schema.ColumnType.ListType;
import io.tyto.model.schema.ColumnType.LongType;
import io.tyto.model.schema.ColumnType.StringType;
import io.tyto.model.schema.DimensionTable;
import io.tyto.model.schema.JsonPointer;
import io.tyto.model.text.Suggestion;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/// The closed list of functions by name: what each takes and gives.
///
/// Arguments that decide about types or are compiled once (a part of a date, a zone, a path, a
/// regular expression, a number of digits) must be literals.
final class Functions {
  /// Parts of a date; the name is also a function: `hour(ts)` is `date_part('hour', ts)`.
  static final Set<String> DATE_PARTS =
      Set.of(
          "year",
          "quarter",
          "month",
          "week",
          "day",
          "day_of_week",
          "day_of_year",
          "hour",
          "minute",
          "second");

  /// A function apart, because it needs the dimension tables.
  static final String LOOKUP = "lookup";

  private static final int MAX_DIGITS = 15;

  /// Checks the arguments of one function and builds its call.
  private interface Rule {
    Expression call(String name, List<Argument> arguments, int position);
  }

  private static final Map<String, Rule> RULES = new TreeMap<>();

  static {
    RULES.put("length", Functions::length);
    RULES.put("trunc", (name, arguments, at) -> rounded(Function.TRUNC, name, arguments, at, 2));
    RULES.put("round", (name, arguments, at) -> rounded(Function.ROUND, name, arguments, at, 2));
    RULES.put("floor", (name, arguments, at) -> rounded(Function.FLOOR, name, arguments, at, 1));
    RULES.put("ceil", (name, arguments, at) -> rounded(Function.CEIL, name, arguments, at, 1));
    RULES.put("abs", Functions::abs);
    RULES.put("mod", Functions::mod);
    RULES.put("least", (name, arguments, at) -> extreme(Function.LEAST, name, arguments, at));
    RULES.put("greatest", (name, arguments, at) -> extreme(Function.GREATEST, name, arguments, at));
    RULES.put("lower", (name, arguments, at) -> cased(Function.LOWER, name, arguments, at));
    RULES.put("upper", (name, arguments, at) -> cased(Function.UPPER, name, arguments, at));
    RULES.put("substring", Functions::substring);
    RULES.put("concat", Functions::concat);
    RULES.put("coalesce", Functions::coalesce);
    RULES.put("split", Functions::split);
    RULES.put("regex_extract", Functions::regexExtract);
    RULES.put("json", Functions::json);
    RULES.put("seconds_between", Functions::secondsBetween);
    RULES.put("date_part", Functions::datePart);
    for (String part : DATE_PARTS) {
      RULES.put(part, Functions::namedDatePart);
    }
  }

  private Functions() {}

  /// Names of all functions, for documentation and hints.
  static Set<String> names() {
    return Collections.unmodifiableSet(RULES.keySet());
  }

  static Expression call(String name, List<Argument> arguments, int position) {
    Rule rule = RULES.get(name);
    if (rule == null) {
      String hint = Suggestion.didYouMean(name, RULES.keySet());
      throw new ExpressionException(
          position,
          "no function '%s'%s; there are %s".formatted(name, hint, String.join(", ", names())));
    }
    return rule.call(name, arguments, position);
  }

  /// `lookup('table', key, 'field')`.
  static Expression lookup(
      List<Argument> arguments, Map<String, DimensionTable> tables, int position) {
    arity(LOOKUP, arguments, position, 3, 3);
    String name = stringLiteral(arguments.get(0), LOOKUP, "a dimension table");
    DimensionTable table = tables.get(name);
    if (table == null) {
      throw new ExpressionException(
          arguments.get(0).position(),
          "no dimension table '%s'%s"
              .formatted(name, Suggestion.didYouMean(name, tables.keySet())));
    }
    Argument key = arguments.get(1);
    ColumnType keyType = table.keyColumn().type();
    require(
        key,
        type -> type.equals(keyType) || isWhole(type) && isWhole(keyType),
        "a %s as the key of %s".formatted(keyType, name),
        LOOKUP);
    String field = stringLiteral(arguments.get(2), LOOKUP, "a field of the table");
    ColumnSpec column = table.column(field);
    if (column == null) {
      List<String> fields = table.columns().stream().map(ColumnSpec::name).toList();
      throw new ExpressionException(
          arguments.get(2).position(),
          "the table %s has no field '%s'%s; there are %s"
              .formatted(
                  name, field, Suggestion.didYouMean(field, fields), String.join(", ", fields)));
    }
    return new Expression.Lookup(name, field, key.expression(), column.type(), null);
  }

  private static boolean isWhole(ColumnType type) {
    return type instanceof ColumnType.IntType || type instanceof LongType;
  }

  private static Expression length(String name, List<Argument> arguments, int position) {
    arity(name, arguments, position, 1, 1);
    Argument of = arguments.getFirst();
    require(
        of,
        type -> type instanceof StringType || type instanceof ListType,
        "a string or a list",
        name);
    return new Call(Function.LENGTH, expressions(arguments), ColumnType.LONG);
  }

  /// Whole numbers stay, decimals lose fraction digits, a double becomes a long unless digits are
  /// kept.
  private static Expression rounded(
      Function function, String name, List<Argument> arguments, int position, int most) {
    arity(name, arguments, position, 1, most);
    Argument value = arguments.getFirst();
    require(value, Conversions::isNumber, "a number", name);
    long digits = arguments.size() == 2 ? wholeLiteral(arguments.get(1), name, MAX_DIGITS) : 0;
    ColumnType type =
        switch (value.type()) {
          case DecimalType(int precision, int scale) -> {
            int kept = (int) Math.min(digits, scale);
            int carried = precision - scale + kept + 1;
            yield new DecimalType(Math.min(carried, DecimalType.MAX_PRECISION), kept);
          }
          case DoubleType _ when arguments.size() == 2 -> ColumnType.DOUBLE;
          default -> ColumnType.LONG;
        };
    return new Call(
        function, List.of(value.expression(), new Literal(digits, ColumnType.LONG)), type);
  }

  private static Expression abs(String name, List<Argument> arguments, int position) {
    arity(name, arguments, position, 1, 1);
    require(arguments.getFirst(), Conversions::isNumber, "a number", name);
    return new Call(
        Function.ABS, expressions(arguments), Typing.arithmeticType(arguments.getFirst().type()));
  }

  private static Expression mod(String name, List<Argument> arguments, int position) {
    arity(name, arguments, position, 2, 2);
    return Typing.arithmetic(
        Function.MOD,
        arguments.getFirst().expression(),
        arguments.getLast().expression(),
        arguments.getFirst().position());
  }

  private static Expression extreme(
      Function function, String name, List<Argument> arguments, int position) {
    arity(name, arguments, position, 2, Integer.MAX_VALUE);
    List<Expression> alike = alike(name, arguments);
    ColumnType type = alike.getFirst().type();
    if (type instanceof ListType || type instanceof JsonType || type instanceof BoolType) {
      throw new ExpressionException(position, name + " has no order for values of type " + type);
    }
    return new Call(function, alike, type);
  }

  private static Expression cased(
      Function function, String name, List<Argument> arguments, int position) {
    arity(name, arguments, position, 1, 1);
    requireString(arguments.getFirst(), name);
    return new Call(function, expressions(arguments), ColumnType.STRING);
  }

  private static Expression substring(String name, List<Argument> arguments, int position) {
    arity(name, arguments, position, 2, 3);
    requireString(arguments.getFirst(), name);
    for (Argument number : arguments.subList(1, arguments.size())) {
      requireWhole(number, name);
    }
    return new Call(Function.SUBSTRING, expressions(arguments), ColumnType.STRING);
  }

  private static Expression concat(String name, List<Argument> arguments, int position) {
    arity(name, arguments, position, 2, Integer.MAX_VALUE);
    for (Argument argument : arguments) {
      require(argument, type -> !type.isList(), "a single value", name);
    }
    return new Call(Function.CONCAT, expressions(arguments), ColumnType.STRING);
  }

  private static Expression coalesce(String name, List<Argument> arguments, int position) {
    arity(name, arguments, position, 2, Integer.MAX_VALUE);
    List<Expression> alike = alike(name, arguments);
    return new Call(Function.COALESCE, alike, alike.getFirst().type());
  }

  /// `split(text, separator)` gives a list, `split(text, separator, n)` its n-th part.
  private static Expression split(String name, List<Argument> arguments, int position) {
    arity(name, arguments, position, 2, 3);
    requireString(arguments.get(0), name);
    Argument separator = arguments.get(1);
    if (stringLiteral(separator, name, "a separator").isEmpty()) {
      throw new ExpressionException(separator.position(), "split needs a separator, found ''");
    }
    if (arguments.size() == 2) {
      return new Call(Function.SPLIT, expressions(arguments), new ListType(ColumnType.STRING));
    }
    requireWhole(arguments.get(2), name);
    return new Call(Function.SPLIT, expressions(arguments), ColumnType.STRING);
  }

  private static Expression regexExtract(String name, List<Argument> arguments, int position) {
    arity(name, arguments, position, 2, 3);
    requireString(arguments.get(0), name);
    stringLiteral(arguments.get(1), name, "a regular expression");
    if (arguments.size() == 3) {
      wholeLiteral(arguments.get(2), name, MAX_DIGITS);
    }
    return new Call(Function.REGEX_EXTRACT, expressions(arguments), ColumnType.STRING);
  }

  /// `json(column, path)` gives text, `json(column, path, type)` a value of that type.
  private static Expression json(String name, List<Argument> arguments, int position) {
    arity(name, arguments, position, 2, 3);
    Argument document = arguments.get(0);
    require(
        document,
        type -> type instanceof JsonType || type instanceof StringType,
        "a json or string column",
        name);
    boolean isMany = pointer(arguments.get(1), name).isMany();
    ColumnType type = ColumnType.STRING;
    if (arguments.size() == 3) {
      type = jsonType(arguments.get(2), name);
    } else if (isMany) {
      type = new ListType(ColumnType.STRING);
    }
    if (isMany && !type.isList()) {
      throw new ExpressionException(
          arguments.get(1).position(),
          "a path with '*' gives a list: write '%s[]'".formatted(type));
    }
    return new Call(Function.JSON, expressions(arguments.subList(0, 2)), type);
  }

  private static JsonPointer pointer(Argument argument, String name) {
    try {
      return JsonPointer.parse(stringLiteral(argument, name, "a path"));
    } catch (IllegalArgumentException e) {
      throw new ExpressionException(argument.position(), String.valueOf(e.getMessage()));
    }
  }

  private static ColumnType jsonType(Argument argument, String name) {
    String text = stringLiteral(argument, name, "a type");
    ColumnType type;
    try {
      type = ColumnType.parse(text);
    } catch (IllegalArgumentException e) {
      throw new ExpressionException(argument.position(), String.valueOf(e.getMessage()));
    }
    return switch (type.element()) {
      case StringType _, BoolType _, LongType _, DoubleType _, DecimalType _ -> type;
      default ->
          throw new ExpressionException(
              argument.position(),
              "json gives string, bool, long, double or decimal(p,s), or a list of them, not "
                  + type);
    };
  }

  private static Expression secondsBetween(String name, List<Argument> arguments, int position) {
    arity(name, arguments, position, 2, 2);
    List<Expression> alike = alike(name, arguments);
    if (!isTime(alike.getFirst().type())) {
      throw new ExpressionException(
          position, name + " takes two timestamps or dates, found " + alike.getFirst().type());
    }
    return new Call(Function.SECONDS_BETWEEN, alike, ColumnType.DOUBLE);
  }

  /// `hour(ts, zone)`: the part first, as in `date_part('hour', ts, zone)`.
  private static Expression namedDatePart(String name, List<Argument> arguments, int position) {
    List<Argument> all = new ArrayList<>();
    all.add(new Argument(new Literal(name, ColumnType.STRING), position));
    all.addAll(arguments);
    arity(name, arguments, position, 1, 2);
    return datePart("date_part", all, position);
  }

  private static Expression datePart(String name, List<Argument> arguments, int position) {
    arity(name, arguments, position, 2, 3);
    Argument part = arguments.get(0);
    String partName = stringLiteral(part, name, "a part");
    if (!DATE_PARTS.contains(partName)) {
      throw new ExpressionException(
          part.position(),
          "no part '%s'%s; there are %s"
              .formatted(
                  partName,
                  Suggestion.didYouMean(partName, DATE_PARTS),
                  String.join(", ", DATE_PARTS.stream().sorted().toList())));
    }
    require(arguments.get(1), Conversions::isTime, "a timestamp or a date", partName);
    String zone = arguments.size() == 3 ? zone(arguments.get(2), partName) : "UTC";
    return new Call(
        Function.DATE_PART,
        List.of(
            part.expression(), arguments.get(1).expression(), new Literal(zone, ColumnType.STRING)),
        ColumnType.LONG);
  }

  private static String zone(Argument argument, String name) {
    String zone = stringLiteral(argument, name, "a time zone");
    try {
      return ZoneId.of(zone).getId();
    } catch (DateTimeException e) {
      String hint = Suggestion.didYouMean(zone, ZoneId.getAvailableZoneIds());
      throw new ExpressionException(
          argument.position(),
          "no time zone '%s'%s; expected one such as 'Europe/Berlin'".formatted(zone, hint));
    }
  }

  private static List<Expression> alike(String name, List<Argument> arguments) {
    return Conversions.alike(
        expressions(arguments), arguments.getFirst().position(), "the arguments of " + name);
  }

  private static List<Expression> expressions(List<Argument> arguments) {
    return arguments.stream().map(Argument::expression).toList();
  }

  private static void arity(
      String name, List<Argument> arguments, int position, int least, int most) {
    int count = arguments.size();
    if (count >= least && count <= most) {
      return;
    }
    String expected =
        least == most
            ? String.valueOf(least)
            : most == Integer.MAX_VALUE ? "at least " + least : least + " or " + most;
    throw new ExpressionException(
        position,
        "%s takes %s argument%s, found %d"
            .formatted(name, expected, expected.equals("1") ? "" : "s", count));
  }

  private static void require(
      Argument argument, Predicate<ColumnType> isRight, String expected, String name) {
    if (Conversions.isNull(argument.expression()) || !isRight.test(argument.type())) {
      String found =
          Conversions.isNull(argument.expression()) ? "null" : argument.type().toString();
      throw new ExpressionException(
          argument.position(), "%s takes %s, found %s".formatted(name, expected, found));
    }
  }

  private static void requireString(Argument argument, String name) {
    require(argument, StringType.class::isInstance, "a string", name);
  }

  private static void requireWhole(Argument argument, String name) {
    require(
        argument,
        type -> isNumber(type) && Typing.arithmeticType(type) instanceof LongType,
        "a whole number",
        name);
  }

  private static String stringLiteral(Argument argument, String name, String what) {
    if (argument.expression() instanceof Literal(String text, var _)) {
      return text;
    }
    throw new ExpressionException(
        argument.position(), name + " takes " + what + " in 'single quotes' here");
  }

  private static long wholeLiteral(Argument argument, String name, int most) {
    if (argument.expression() instanceof Literal(Long number, var _)
        && number >= 0
        && number <= most) {
      return number;
    }
    throw new ExpressionException(
        argument.position(), "%s takes a number from 0 to %d here".formatted(name, most));
  }
}
