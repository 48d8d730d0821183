package io.tyto.engine.expression;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import io.tyto.engine.filter.RegexText;
import io.tyto.engine.lookup.LookupTable;
import io.tyto.model.expression.Expression;
import io.tyto.model.expression.Expression.Call;
import io.tyto.model.expression.Expression.Case;
import io.tyto.model.expression.Expression.Column;
import io.tyto.model.expression.Expression.Literal;
import io.tyto.model.expression.Expression.Lookup;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.ColumnType.DateType;
import io.tyto.model.schema.ColumnType.DecimalType;
import io.tyto.model.schema.ColumnType.DoubleType;
import io.tyto.model.schema.ColumnType.TimestampType;
import io.tyto.model.schema.JsonPointer;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.IntPredicate;
import java.util.function.LongUnaryOperator;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/// Turns typed expressions into trees of closures: decided once for all rows, so that a row only
/// computes.
final class ExpressionCompiler {
  private final ToIntFunction<String> slots;

  /// @param slots column name -> slot of {@link Cells}
  ExpressionCompiler(ToIntFunction<String> slots) {
    this.slots = slots;
  }

  /// IllegalArgumentException where a regular expression is not one.
  Node compile(Expression expression) {
    return switch (expression) {
      case Literal(Object value, ColumnType type) -> {
        Object operand = Operands.ofLogical(value, type);
        yield _ -> operand;
      }
      case Column(String name, ColumnType _) -> {
        int slot = slots.applyAsInt(name);
        yield cells -> cells.value(slot);
      }
      case Case(List<Case.Branch> branches, Expression otherwise, ColumnType _) ->
          cases(branches, otherwise);
      case Lookup lookup -> lookup(lookup);
      case Call call -> call(call);
    };
  }

  private Node lookup(Lookup lookup) {
    Node key = compile(lookup.key());
    if (!(lookup.rows() instanceof LookupTable table)) {
      return _ -> null;
    }
    int column = table.column(lookup.field());
    ColumnType keyType = lookup.key().type();
    return cells -> {
      Object value = key.evaluate(cells);
      return value == null || column == LookupTable.NONE
          ? null
          : Operands.ofTable(table, Operands.find(table, value, keyType), column);
    };
  }

  private Node cases(List<Case.Branch> branches, @Nullable Expression otherwise) {
    Node[] conditions =
        branches.stream().map(branch -> compile(branch.condition())).toArray(Node[]::new);
    Node[] values = branches.stream().map(branch -> compile(branch.value())).toArray(Node[]::new);
    Node rest = otherwise == null ? _ -> null : compile(otherwise);
    return cells -> {
      for (int i = 0; i < conditions.length; i++) {
        if (Boolean.TRUE.equals(conditions[i].evaluate(cells))) {
          return values[i].evaluate(cells);
        }
      }
      return rest.evaluate(cells);
    };
  }

  private Node call(Call call) {
    List<Node> arguments = new ArrayList<>();
    for (Expression argument : call.arguments()) {
      arguments.add(compile(argument));
    }
    Node first = arguments.getFirst();
    return switch (call.function()) {
      case CONVERT -> unary(first, conversion(call.arguments().getFirst().type(), call.type()));
      case ADD, SUBTRACT, MULTIPLY, MOD, DIVIDE ->
          binary(first, arguments.get(1), arithmetic(call.function(), call.type()));
      case NEGATE, ABS -> unary(first, sign(call.function(), call.type()));
      case TRUNC -> rounding(call, first, RoundingMode.DOWN);
      case FLOOR -> rounding(call, first, RoundingMode.FLOOR);
      case CEIL -> rounding(call, first, RoundingMode.CEILING);
      case ROUND -> rounding(call, first, RoundingMode.HALF_UP);
      case EQ -> comparison(call, arguments, order -> order == 0);
      case NE -> comparison(call, arguments, order -> order != 0);
      case LT -> comparison(call, arguments, order -> order < 0);
      case LTE -> comparison(call, arguments, order -> order <= 0);
      case GT -> comparison(call, arguments, order -> order > 0);
      case GTE -> comparison(call, arguments, order -> order >= 0);
      case LEAST -> extreme(call, arguments, order -> order < 0);
      case GREATEST -> extreme(call, arguments, order -> order > 0);
      case AND -> logic(first, arguments.get(1), false);
      case OR -> logic(first, arguments.get(1), true);
      case NOT -> unary(first, value -> !((Boolean) value));
      case IS_NULL -> cells -> first.evaluate(cells) == null;
      case COALESCE -> coalesce(arguments);
      case LENGTH -> unary(first, ExpressionCompiler::length);
      case LOWER -> unary(first, value -> ((String) value).toLowerCase(Locale.ROOT));
      case UPPER -> unary(first, value -> ((String) value).toUpperCase(Locale.ROOT));
      case SUBSTRING -> substring(arguments);
      case CONCAT -> concat(call, arguments);
      case SPLIT -> split(call, arguments);
      case REGEX_EXTRACT -> regexExtract(call, first);
      case JSON -> {
        JsonValues json = new JsonValues(JsonPointer.parse(text(call, 1)), call.type());
        yield unary(first, document -> json.find((String) document));
      }
      case SECONDS_BETWEEN -> binary(first, arguments.get(1), secondsBetween(call));
      case DATE_PART -> {
        LongUnaryOperator part = datePart(call);
        yield unary(arguments.get(1), time -> part.applyAsLong((Long) time));
      }
    };
  }

  private static Node unary(Node argument, Function<Object, @Nullable Object> function) {
    return cells -> {
      Object value = argument.evaluate(cells);
      return value == null ? null : function.apply(value);
    };
  }

  private static Node binary(
      Node left, Node right, BiFunction<Object, Object, @Nullable Object> function) {
    return cells -> {
      Object a = left.evaluate(cells);
      Object b = a == null ? null : right.evaluate(cells);
      return a == null || b == null ? null : function.apply(a, b);
    };
  }

  private static Function<Object, @Nullable Object> conversion(ColumnType from, ColumnType to) {
    return switch (to) {
      case DoubleType _ -> value -> ((Number) value).doubleValue();
      case DecimalType decimal ->
          value ->
              Numbers.fitting(
                  value instanceof BigDecimal number ? number : BigDecimal.valueOf((Long) value),
                  decimal);
      case TimestampType(var unit) when from instanceof DateType ->
          value -> Times.startOfDay((Long) value, unit);
      case TimestampType(var unit) when from instanceof TimestampType(var coarser) -> {
        long factor = unit.perSecond() / coarser.perSecond();
        yield value -> Numbers.multiply((Long) value, factor);
      }
      default -> value -> value;
    };
  }

  private static BiFunction<Object, Object, @Nullable Object> arithmetic(
      Expression.Function function, ColumnType type) {
    return switch (type) {
      case DecimalType decimal ->
          (a, b) -> decimals(function, (BigDecimal) a, (BigDecimal) b, decimal);
      case DoubleType _ -> (a, b) -> Numbers.finite(doubles(function, (Double) a, (Double) b));
      default -> (a, b) -> longs(function, (Long) a, (Long) b);
    };
  }

  private static @Nullable Long longs(Expression.Function function, long a, long b) {
    return switch (function) {
      case ADD -> Numbers.add(a, b);
      case SUBTRACT -> Numbers.subtract(a, b);
      case MULTIPLY -> Numbers.multiply(a, b);
      case MOD -> Numbers.mod(a, b);
      default -> throw new IllegalStateException(function + " does not give a long");
    };
  }

  private static double doubles(Expression.Function function, double a, double b) {
    return switch (function) {
      case ADD -> a + b;
      case SUBTRACT -> a - b;
      case MULTIPLY -> a * b;
      case MOD -> a % b;
      case DIVIDE -> a / b;
      default -> throw new IllegalStateException(function + " does not give a double");
    };
  }

  private static @Nullable BigDecimal decimals(
      Expression.Function function, BigDecimal a, BigDecimal b, DecimalType type) {
    if (function == Expression.Function.MOD && b.signum() == 0) {
      return null;
    }
    return Numbers.fitting(
        switch (function) {
          case ADD -> a.add(b);
          case SUBTRACT -> a.subtract(b);
          case MULTIPLY -> a.multiply(b);
          case MOD -> a.remainder(b);
          default -> throw new IllegalStateException(function + " does not give a decimal");
        },
        type);
  }

  private static Function<Object, @Nullable Object> sign(
      Expression.Function function, ColumnType type) {
    boolean isAbs = function == Expression.Function.ABS;
    return switch (type) {
      case DecimalType _ ->
          value -> isAbs ? ((BigDecimal) value).abs() : ((BigDecimal) value).negate();
      case DoubleType _ ->
          value -> Numbers.finite(isAbs ? Math.abs((Double) value) : -((Double) value));
      default -> value -> isAbs ? Numbers.abs((Long) value) : Numbers.negate((Long) value);
    };
  }

  private static Node rounding(Call call, Node argument, RoundingMode mode) {
    int digits = Math.toIntExact((Long) literal(call, 1));
    ColumnType type = call.type();
    return unary(
        argument,
        value ->
            switch (value) {
              case BigDecimal number -> number.setScale(((DecimalType) type).scale(), mode);
              case Double number when type instanceof DoubleType ->
                  Numbers.rounded(number, digits, mode);
              case Double number -> Numbers.whole(number, mode);
              default -> value;
            });
  }

  private static Node comparison(Call call, List<Node> arguments, IntPredicate holds) {
    Comparator<Object> order = order(call.arguments().getFirst().type());
    return binary(arguments.get(0), arguments.get(1), (a, b) -> holds.test(order.compare(a, b)));
  }

  /// The best of the arguments that are not null.
  private static Node extreme(Call call, List<Node> arguments, IntPredicate isBetter) {
    Comparator<Object> order = order(call.type());
    return cells -> {
      Object best = null;
      for (Node argument : arguments) {
        Object value = argument.evaluate(cells);
        if (value != null && (best == null || isBetter.test(order.compare(value, best)))) {
          best = value;
        }
      }
      return best;
    };
  }

  private static Comparator<Object> order(ColumnType type) {
    return switch (type.element()) {
      case ColumnType.StringType _, ColumnType.JsonType _ ->
          (a, b) -> Texts.compare((String) a, (String) b);
      case ColumnType.UuidType _, ColumnType.IpType _ ->
          (a, b) -> Arrays.compareUnsigned((byte[]) a, (byte[]) b);
      case DoubleType _ -> (a, b) -> Double.compare((Double) a + 0.0, (Double) b + 0.0);
      case DecimalType _ -> (a, b) -> ((BigDecimal) a).compareTo((BigDecimal) b);
      case ColumnType.BoolType _ -> (a, b) -> Boolean.compare((Boolean) a, (Boolean) b);
      case ColumnType.IntType _, ColumnType.LongType _, TimestampType _, DateType _ ->
          (a, b) -> Long.compare((Long) a, (Long) b);
    };
  }

  /// Kleene's and/or: one operand that decides makes the other's null harmless.
  private static Node logic(Node left, Node right, boolean decisive) {
    return cells -> {
      Object a = left.evaluate(cells);
      if (a != null && (Boolean) a == decisive) {
        return decisive;
      }
      Object b = right.evaluate(cells);
      if (b != null && (Boolean) b == decisive) {
        return decisive;
      }
      return a == null || b == null ? null : (Object) !decisive;
    };
  }

  private static Node coalesce(List<Node> arguments) {
    return cells -> {
      for (Node argument : arguments) {
        Object value = argument.evaluate(cells);
        if (value != null) {
          return value;
        }
      }
      return null;
    };
  }

  private static Object length(Object value) {
    return value instanceof String text ? Texts.length(text) : (long) ((Object[]) value).length;
  }

  private static Node substring(List<Node> arguments) {
    Node text = arguments.get(0);
    Node from = arguments.get(1);
    if (arguments.size() == 2) {
      return binary(text, from, (a, b) -> Texts.substring((String) a, (Long) b, Long.MAX_VALUE));
    }
    Node count = arguments.get(2);
    return cells -> {
      Object a = text.evaluate(cells);
      Object b = from.evaluate(cells);
      Object c = count.evaluate(cells);
      return a == null || b == null || c == null
          ? null
          : Texts.substring((String) a, (Long) b, (Long) c);
    };
  }

  private static Node concat(Call call, List<Node> arguments) {
    ColumnType[] types = call.arguments().stream().map(Expression::type).toArray(ColumnType[]::new);
    return cells -> {
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < types.length; i++) {
        Object value = arguments.get(i).evaluate(cells);
        if (value == null) {
          return null;
        }
        text.append(Texts.text(value, types[i]));
      }
      return text.toString();
    };
  }

  private static Node split(Call call, List<Node> arguments) {
    String separator = text(call, 1);
    if (arguments.size() == 2) {
      return unary(arguments.getFirst(), value -> Texts.split((String) value, separator));
    }
    return binary(
        arguments.get(0),
        arguments.get(2),
        (value, n) -> Texts.part((String) value, separator, (Long) n));
  }

  /// The group asked for, else the first group, else the whole match.
  private static Node regexExtract(Call call, Node argument) {
    Pattern pattern = pattern(text(call, 1));
    int groups = pattern.groupCount();
    long group = call.arguments().size() == 3 ? (Long) literal(call, 2) : Math.min(groups, 1);
    if (group > groups) {
      throw new IllegalArgumentException(
          "the regular expression has %d groups, found group %d".formatted(groups, group));
    }
    return unary(
        argument,
        value -> {
          Matcher matcher = pattern.matcher((String) value);
          return matcher.find() ? matcher.group((int) group) : null;
        });
  }

  private static Pattern pattern(String text) {
    try {
      return RegexText.compile(text, false);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "the regular expression '%s' is refused: %s".formatted(text, e.getMessage()), e);
    }
  }

  private static BiFunction<Object, Object, @Nullable Object> secondsBetween(Call call) {
    if (call.arguments().getFirst().type() instanceof TimestampType(var unit)) {
      long perSecond = unit.perSecond();
      return (from, to) -> Times.secondsBetween((Long) from, (Long) to, perSecond);
    }
    return (from, to) -> Times.daysBetweenInSeconds((Long) from, (Long) to);
  }

  private static LongUnaryOperator datePart(Call call) {
    String part = text(call, 0);
    return call.arguments().get(1).type() instanceof TimestampType(var unit)
        ? Times.part(part, unit, text(call, 2))
        : Times.partOfDay(part);
  }

  private static String text(Call call, int argument) {
    return (String) literal(call, argument);
  }

  /// An argument of which the parser made sure that it is a literal.
  private static Object literal(Call call, int argument) {
    if (call.arguments().get(argument) instanceof Literal(Object value, var _) && value != null) {
      return value;
    }
    throw new IllegalArgumentException(call.function() + " takes a literal here");
  }
}
