package io.tyto.model.expression;

import io.tyto.model.expression.Expression.Function;
import io.tyto.model.expression.Expression.Literal;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.ColumnType.BoolType;
import io.tyto.model.schema.ColumnType.DateType;
import io.tyto.model.schema.ColumnType.DecimalType;
import io.tyto.model.schema.ColumnType.DoubleType;
import io.tyto.model.schema.ColumnType.IntType;
import io.tyto.model.schema.ColumnType.IpType;
import io.tyto.model.schema.ColumnType.JsonType;
import io.tyto.model.schema.ColumnType.ListType;
import io.tyto.model.schema.ColumnType.LongType;
import io.tyto.model.schema.ColumnType.StringType;
import io.tyto.model.schema.ColumnType.TimestampType;
import io.tyto.model.schema.ColumnType.UuidType;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Which types meet in which: the implicit widenings of expressions.
final class Conversions {
  /// The null literal before it met a type.
  static final Literal NULL = new Literal(null, ColumnType.STRING);

  /// Decimal digits of every long and of every int.
  private static final int LONG_DIGITS = 19;

  private static final int INT_DIGITS = 10;

  private Conversions() {}

  static boolean isNull(Expression expression) {
    return expression instanceof Literal literal && literal.value() == null;
  }

  static boolean isNumber(ColumnType type) {
    return switch (type) {
      case IntType _, LongType _, DoubleType _, DecimalType _ -> true;
      case StringType _,
          BoolType _,
          TimestampType _,
          DateType _,
          UuidType _,
          IpType _,
          JsonType _,
          ListType _ ->
          false;
    };
  }

  static boolean isTime(ColumnType type) {
    return type instanceof TimestampType || type instanceof DateType;
  }

  /// The expressions in the one type that holds all their values.
  ///
  /// @param what names them in the message where there is no such type
  static List<Expression> alike(List<Expression> expressions, int position, String what) {
    ColumnType common = null;
    for (Expression expression : expressions) {
      if (isNull(expression)) {
        continue;
      }
      ColumnType met =
          common == null ? expression.type() : common(common, expression.type(), expressions);
      if (met == null) {
        throw new ExpressionException(
            position,
            "%s are %s and %s, expected types that go together"
                .formatted(what, common, expression.type()));
      }
      common = met;
    }
    ColumnType type = common == null ? ColumnType.STRING : common;
    return expressions.stream().map(one -> converted(one, type, position)).toList();
  }

  /// The type of the field if the expression's values all fit, or a message that says why not.
  static Expression widened(Expression expression, ColumnType declared, int position) {
    ColumnType type = expression.type();
    if (!isNull(expression) && !declared.equals(wider(type, declared))) {
      throw new ExpressionException(
          position,
          "the expression gives %s, which does not fit %s without loss; leave `type` out or write %s"
              .formatted(type, declared, type));
    }
    return converted(expression, declared, position);
  }

  private static @Nullable ColumnType common(
      ColumnType a, ColumnType b, List<Expression> expressions) {
    ColumnType wider = wider(a, b);
    if (wider != null) {
      return wider;
    }
    // A text literal takes the type it is compared with: created > '2024-01-01'.
    boolean areTextsLiteral =
        expressions.stream()
            .filter(one -> one.type().equals(ColumnType.STRING))
            .allMatch(Literal.class::isInstance);
    if (areTextsLiteral && a.equals(ColumnType.STRING) && readsText(b)) {
      return b;
    }
    return areTextsLiteral && b.equals(ColumnType.STRING) && readsText(a) ? a : null;
  }

  private static boolean readsText(ColumnType type) {
    return isTime(type) || type instanceof UuidType || type instanceof IpType;
  }

  /// The narrower of the types that hold every value of both, or null.
  static @Nullable ColumnType wider(ColumnType a, ColumnType b) {
    if (a.equals(b)) {
      return a;
    }
    if (isNumber(a) && isNumber(b)) {
      return widerNumber(a, b);
    }
    if (a instanceof TimestampType(var x) && b instanceof TimestampType(var y)) {
      return x.perSecond() >= y.perSecond() ? a : b;
    }
    if (isTime(a) && isTime(b)) {
      return a instanceof TimestampType ? a : b;
    }
    return null;
  }

  private static ColumnType widerNumber(ColumnType a, ColumnType b) {
    if (a instanceof DoubleType || b instanceof DoubleType) {
      return ColumnType.DOUBLE;
    }
    if (a instanceof DecimalType || b instanceof DecimalType) {
      DecimalType x = decimal(a);
      DecimalType y = decimal(b);
      int scale = Math.max(x.scale(), y.scale());
      int whole = Math.max(x.precision() - x.scale(), y.precision() - y.scale());
      return new DecimalType(Math.min(whole + scale, DecimalType.MAX_PRECISION), scale);
    }
    return ColumnType.LONG;
  }

  /// A number's type as the decimal that holds all its values.
  static DecimalType decimal(ColumnType number) {
    return switch (number) {
      case DecimalType decimal -> decimal;
      case IntType _ -> new DecimalType(INT_DIGITS, 0);
      default -> new DecimalType(LONG_DIGITS, 0);
    };
  }

  /// The same value in a wider type; literals are converted here and now.
  static Expression converted(Expression expression, ColumnType target, int position) {
    if (expression.type().equals(target)) {
      return expression;
    }
    if (expression instanceof Literal literal) {
      return new Literal(literalValue(literal, target, position), target);
    }
    return new Expression.Call(Function.CONVERT, List.of(expression), target);
  }

  private static @Nullable Object literalValue(Literal literal, ColumnType target, int position) {
    Object value = literal.value();
    return switch (value) {
      case null -> null;
      case String text -> read(text, target, position);
      case Number number when target instanceof DoubleType -> number.doubleValue();
      case BigDecimal number when target instanceof DecimalType(_, int scale) ->
          number.setScale(scale);
      case Long number when target instanceof DecimalType(_, int scale) ->
          BigDecimal.valueOf(number).setScale(scale);
      case LocalDate day -> day.atStartOfDay(ZoneOffset.UTC).toInstant();
      default -> value;
    };
  }

  private static Object read(String text, ColumnType target, int position) {
    try {
      return switch (target) {
        case DateType _ -> LocalDate.parse(text);
        case TimestampType _ -> instant(text);
        case UuidType _ -> UUID.fromString(text);
        case IpType _ -> InetAddress.ofLiteral(text);
        default -> text;
      };
    } catch (DateTimeException | IllegalArgumentException e) {
      throw new ExpressionException(
          position, "'" + text + "' is compared with a " + target + " but cannot be read as one");
    }
  }

  private static Instant instant(String text) {
    return text.indexOf('T') < 0
        ? LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant()
        : OffsetDateTime.parse(text).toInstant();
  }
}
