package io.tyto.model.expression;

import io.tyto.model.expression.Expression.Call;
import io.tyto.model.expression.Expression.Function;
import io.tyto.model.expression.Expression.Literal;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.ColumnType.DecimalType;
import io.tyto.model.schema.ColumnType.JsonType;
import io.tyto.model.schema.ColumnType.ListType;
import java.math.BigDecimal;
import java.util.List;

/// The types of operators: checks the operands and builds the call.
final class Typing {
  /// An argument of a function and where it begins.
  record Argument(Expression expression, int position) {
    ColumnType type() {
      return expression.type();
    }
  }

  private Typing() {}

  /// All operands joined by AND or OR, as a balanced tree: both are associative, also over nulls.
  static Expression logic(Function operator, List<Expression> operands, int position) {
    int count = operands.size();
    if (count == 1) {
      return operands.getFirst();
    }
    Expression left = logic(operator, operands.subList(0, count / 2), position);
    Expression right = logic(operator, operands.subList(count / 2, count), position);
    return new Call(
        operator, List.of(condition(left, position), condition(right, position)), ColumnType.BOOL);
  }

  static Expression not(Expression operand, int position) {
    return new Call(Function.NOT, List.of(condition(operand, position)), ColumnType.BOOL);
  }

  static Expression condition(Expression expression, int position) {
    if (Conversions.isNull(expression)) {
      return new Literal(null, ColumnType.BOOL);
    }
    if (!expression.type().equals(ColumnType.BOOL)) {
      throw new ExpressionException(
          position, "found a " + expression.type() + ", expected a condition (bool)");
    }
    return expression;
  }

  static Expression isNull(Expression operand) {
    return new Call(Function.IS_NULL, List.of(operand), ColumnType.BOOL);
  }

  static Expression comparison(Function operator, Expression left, Expression right, int position) {
    List<Expression> alike =
        Conversions.alike(List.of(left, right), position, "the sides of a comparison");
    ColumnType type = alike.getFirst().type();
    if (type instanceof ListType || type instanceof JsonType) {
      throw new ExpressionException(position, "values of type " + type + " cannot be compared");
    }
    return new Call(operator, alike, ColumnType.BOOL);
  }

  static Expression arithmetic(Function operator, Expression left, Expression right, int position) {
    requireNumber(left, position, operator);
    requireNumber(right, position, operator);
    ColumnType type = result(operator, left.type(), right.type(), position);
    // A product's operands keep their own scales, which add up; the rest meet in one type.
    if (operator == Function.MULTIPLY && type instanceof DecimalType) {
      return new Call(
          operator,
          List.of(
              Conversions.converted(left, Conversions.decimal(left.type()), position),
              Conversions.converted(right, Conversions.decimal(right.type()), position)),
          type);
    }
    ColumnType operands =
        operator == Function.DIVIDE ? ColumnType.DOUBLE : met(left.type(), right.type());
    return new Call(
        operator,
        List.of(
            Conversions.converted(left, operands, position),
            Conversions.converted(right, operands, position)),
        type);
  }

  static Expression negated(Expression value, int position) {
    requireNumber(value, position, Function.NEGATE);
    if (value instanceof Literal literal) {
      return switch (literal.value()) {
        case Long number -> new Literal(-number, literal.type());
        case Double number -> new Literal(-number, literal.type());
        case BigDecimal number -> new Literal(number.negate(), literal.type());
        case null, default -> value;
      };
    }
    return new Call(Function.NEGATE, List.of(value), arithmeticType(value.type()));
  }

  /// The type in which two numbers are computed with: int is computed as long.
  private static ColumnType met(ColumnType a, ColumnType b) {
    ColumnType wider = Conversions.wider(a, b);
    return arithmeticType(wider == null ? ColumnType.LONG : wider);
  }

  static ColumnType arithmeticType(ColumnType type) {
    return type instanceof ColumnType.IntType ? ColumnType.LONG : type;
  }

  private static ColumnType result(Function operator, ColumnType a, ColumnType b, int position) {
    if (operator == Function.DIVIDE) {
      return ColumnType.DOUBLE;
    }
    ColumnType met = met(a, b);
    if (!(met instanceof DecimalType(int precision, int scale))) {
      return met;
    }
    if (operator == Function.MULTIPLY) {
      DecimalType x = Conversions.decimal(a);
      DecimalType y = Conversions.decimal(b);
      int product = x.scale() + y.scale();
      if (product > DecimalType.MAX_PRECISION) {
        throw new ExpressionException(
            position,
            "%s times %s has more than 38 fraction digits; round one first".formatted(a, b));
      }
      return new DecimalType(
          Math.min(x.precision() + y.precision(), DecimalType.MAX_PRECISION), product);
    }
    boolean canCarry = operator == Function.ADD || operator == Function.SUBTRACT;
    return canCarry
        ? new DecimalType(Math.min(precision + 1, DecimalType.MAX_PRECISION), scale)
        : met;
  }

  private static void requireNumber(Expression operand, int position, Function operator) {
    if (!Conversions.isNumber(operand.type()) || Conversions.isNull(operand)) {
      String hint =
          operand.type().equals(ColumnType.STRING) && operator == Function.ADD
              ? "; texts are joined by concat(a, b)"
              : "";
      throw new ExpressionException(
          position,
          "found a %s, expected a number for %s%s"
              .formatted(operand.type(), symbol(operator), hint));
    }
  }

  private static String symbol(Function operator) {
    return switch (operator) {
      case ADD -> "'+'";
      case SUBTRACT, NEGATE -> "'-'";
      case MULTIPLY -> "'*'";
      case DIVIDE -> "'/'";
      case MOD -> "mod";
      default -> operator.name();
    };
  }
}
